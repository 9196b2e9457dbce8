import { ApplicationFailureCategory } from '@temporalio/common';
import { ApplicationFailure } from '@temporalio/activity';
import type { KeptVideo, StepFailure, Withdrawn } from '../../src/messages/activities.js';
import { defined } from '../../src/messages/defined.js';
import type { FailureCode } from '../../src/messages/failures.js';
import type { Outcome } from '../../src/messages/outcome.js';
import { AFTER_VIDEO } from '../../src/messages/request-fields.js';
import type { ProviderStatus } from '../../src/messages/request.js';

/** The unlock value that replaces a code. */
export const UNLOCKS = 'finger';

/** What happens to a call: nothing was done, it was refused, it was done but the answer was lost, or it takes its time. */
export type Fate = 'unreachable' | 'refused' | 'lost' | 'slow';

/** The smallest model of provider and archive for one request: a status machine that remembers what was done. */
export class ProviderModel {
  /** By number. The last one belongs to the request. */
  readonly statuses: ProviderStatus[] = [];
  /** A status that a read shows in place of the real one. */
  shows: string | undefined;
  /** The creates that may have happened, and those that returned ids. */
  readonly createBegun = new Set<number>();
  readonly createdIn = new Map<number, number>();
  uploaded = 0;
  stored = false;
  code: string | undefined;
  codes = 0;
  /** Numbers of the decisions that were sent. */
  readonly decisions = new Set<string>();
  readonly signBegun = new Set<string>();
  readonly signRefused = new Set<string>();
  /** Whether the signer has accepted. */
  accepted = false;
  /** Codes that the provider got and did not answer. */
  private readonly unanswered = new Set<string>();
  outcome: Outcome | undefined;
  ended = false;
  readonly calls: string[] = [];
  /** What happened but must not happen. */
  readonly broken: string[] = [];
  private readonly fates = new Map<string, Fate[]>();

  /** @param withdraws whether the API can cancel a request */
  constructor(private readonly withdraws: boolean) {}

  get status(): ProviderStatus {
    return this.statuses.at(-1) ?? '';
  }

  /** An act of the signer, the RAO or the provider itself. It only happens if the status allows it. */
  move(from: readonly ProviderStatus[], to: ProviderStatus): void {
    if (from.includes(this.status)) this.statuses[this.statuses.length - 1] = to;
  }

  /** Sets how the next call of a step ends. */
  fate(step: string, fate: Fate): void {
    this.fates.set(step, [...(this.fates.get(step) ?? []), fate]);
  }

  peace(): void {
    this.fates.clear();
    this.shows = undefined;
  }

  /** A call comes in. */
  called(step: string): Fate | undefined {
    this.calls.push(step);
    if (this.ended && !this.mayFollowTheEnd(step)) this.broken.push(`${step} was called after the end`);
    return this.fates.get(step)?.shift();
  }

  read(): { status: ProviderStatus } {
    return { status: this.shows ?? this.status };
  }

  /** Like `activities/withdraw.ts`. It reads first. */
  withdraw({ requestPk, keeps }: { requestPk: string; keeps?: KeptVideo }): Withdrawn {
    const number = Number(requestPk) - 101;
    const status = this.statuses[number] ?? '';
    if (status === 'CANCELLED' || status === 'ISSUED') return { closed: true, status, effect: 'none' };
    if (keeps !== undefined && AFTER_VIDEO.has(status)) return { closed: false, status, effect: 'none' };
    if (this.withdraws) this.statuses[number] = 'CANCELLED';
    return { closed: this.withdraws, status, effect: this.withdraws ? 'ours' : 'none' };
  }

  /** The provider gets a code. It must not be one that it may have seen without a known answer. */
  handedOver(secret: string, answered: boolean): void {
    if (this.unanswered.has(secret)) this.broken.push('a code was passed to sign twice');
    if (!answered) this.unanswered.add(secret);
  }

  clean(): void {
    if (this.status === 'ISSUED' && !this.stored)
      this.broken.push('cleaned up after the signature without the files stored');
    this.uploaded = 0;
  }

  /** What is wrong with the end, as the provider sees it. */
  contradictions({ outcome, reason }: Outcome): string[] {
    const signed = this.statuses.includes('ISSUED');
    const end = `ended ${outcome} (${reason}), the provider says ${this.statuses.join(', ')}`;
    const wrong: string[] = [];
    if ((outcome === 'signed') !== signed) wrong.push(end);
    if ((outcome === 'refused' || reason === 'cancelled-at-provider') && this.status !== 'CANCELLED') wrong.push(end);
    if (outcome === 'signed' && !this.stored) wrong.push(`${end}, nothing is stored`);
    if (this.uploaded > 0) wrong.push(`${end}, documents are left there`);
    if (this.outcome?.outcome !== outcome) wrong.push(`${end}, the archive says ${this.outcome?.outcome ?? 'nothing'}`);
    return wrong;
  }

  /** Deleting and watching may continue in other workflows. A reminder runs beside the story. */
  private mayFollowTheEnd(step: string): boolean {
    if (step === 'watch' || step === 'noteLateVideo') return this.outcome?.leftOpen === true;
    return step === 'remind' || (step === 'clean' && this.outcome?.cleanup === 'pending');
  }
}

/** A failure in the form in which an activity throws it. */
export function failure(
  code: FailureCode,
  more: { retryIn?: number; temporary?: boolean; facts?: StepFailure['facts'] } = {},
): ApplicationFailure {
  const retry = more.retryIn !== undefined;
  const details: StepFailure = {
    code,
    words: code,
    temporary: more.temporary ?? retry,
    ...defined({ facts: more.facts }),
  };
  return ApplicationFailure.create({
    type: code,
    message: code,
    nonRetryable: !retry,
    details: [details],
    category: ApplicationFailureCategory.BENIGN,
    ...(more.retryIn === undefined ? {} : { nextRetryDelay: more.retryIn }),
  });
}

export function stillWaiting(pause: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'STILL_WAITING',
    message: 'still waiting',
    nextRetryDelay: pause,
    category: ApplicationFailureCategory.BENIGN,
  });
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Outcome } from '../../src/messages/outcome.js';
import { type Policy, STEP_NAMES } from '../../src/messages/policy.js';
import type { SignatureRequest } from '../../src/messages/request.js';
import type { RequestStatus } from '../../src/messages/status.js';
import * as names from '../../src/messages/steering.js';
import type { Act, Course } from './acts.js';
import { idsOf } from './fake-activities.js';
import { type ProviderModel, UNLOCKS } from './provider-model.js';

const NEVER = 3_600_000;
const OPERATOR = { kind: 'operator' } as const;

/** The time in which a request ends if everybody does what is next, in milliseconds. An idle machine needs a second. */
const ENDS_WITHIN = 60_000;

/** Plays a course on a running request, then ends it without more trouble. Returns how it ended. */
export class Play {
  private readonly asked: Promise<unknown>[] = [];
  private wrong = 0;

  constructor(
    private readonly handle: WorkflowHandle,
    private readonly model: ProviderModel,
    private readonly course: Course,
  ) {}

  static async start(
    client: Client,
    taskQueue: string,
    reference: string,
    model: ProviderModel,
    course: Course,
  ): Promise<Play> {
    const handle = await client.workflow.start('signature', {
      workflowId: `signature-${reference}`,
      taskQueue,
      args: [requestOf(reference, course)],
    });
    return new Play(handle, model, course);
  }

  /** @throws if it does not end, or if somebody who asked gets no answer */
  async toTheEnd(): Promise<Outcome> {
    for (const move of this.course.moves) {
      if ('fate' in move) this.model.fate(move.step, move.fate);
      else {
        await pause(move.after);
        await this.do(move.act);
      }
    }
    this.model.peace();
    const running = new AbortController();
    const result = this.handle.result() as Promise<Outcome>;
    const brought = this.bringToAnEnd(running.signal);
    try {
      const outcome = await Promise.race([result, this.stuck(running.signal)]);
      this.model.ended = true;
      return outcome;
    } finally {
      running.abort();
      await brought;
      await Promise.all(this.asked);
    }
  }

  /** @throws an error that says where the request is, if it has not ended in time */
  private async stuck(signal: AbortSignal): Promise<never> {
    await pause(ENDS_WITHIN, undefined, { signal }).catch(() => new Promise<never>(() => {}));
    const status = await this.handle.query<RequestStatus>(names.STATUS_QUERY);
    void this.handle.terminate(); // not awaited: the result would fail first and explain nothing
    throw new Error(`does not end; the provider says ${this.model.status}: ${JSON.stringify(status)}`);
  }

  private async do(act: Act): Promise<void> {
    const { model, handle } = this;
    switch (act) {
      case 'hint':
        return this.signal();
      case 'video-finished':
        return model.move(['VIDEOPENDING', 'VIDEOINCOMPLETE'], 'VIDEOREVIEW');
      case 'video-failed':
        return model.move(['VIDEOPENDING', 'VIDEOINCOMPLETE'], 'VIDEOERROR');
      case 'video-incomplete':
        return model.move(['VIDEOPENDING'], 'VIDEOINCOMPLETE');
      case 'console-approve':
        return model.move(['VIDEOREVIEW'], 'ENROLLREADY');
      case 'console-refuse':
        return model.move(['VIDEOREVIEW'], 'CANCELLED');
      case 'console-cancel':
        return model.move(['VIDEOPENDING', 'VIDEOREVIEW', 'ENROLLREADY'], 'CANCELLED');
      case 'shows-nonsense':
        model.shows = 'EXPIRED';
        return;
      case 'shows-truth':
        model.shows = undefined;
        return;
      case 'approve':
      case 'refuse':
        return this.ask('review', {
          decision: act,
          officer: 'o',
          evidenceSeen: 'console',
          reason: 'expired',
        });
      case 'accept':
        return this.ask('accept', this.acceptance());
      case 'code':
        return this.ask('code', this.acceptance());
      case 'unlock':
        return this.ask('sign', { unlock: { type: 'biometric', value: { keyId: 'k', sealed: UNLOCKS } } });
      case 'sign':
        return this.ask('sign', { secret: { keyId: 'k', sealed: model.code ?? 'none' } });
      case 'sign-wrong':
        return this.ask('sign', { secret: { keyId: 'k', sealed: `wrong-${(this.wrong += 1)}` } });
      case 'new-video':
        return this.ask('new-video', { actor: OPERATOR, reason: 'lost' });
      case 'extend':
        return this.ask('extend', { actor: OPERATOR, reason: 'holidays', by: 100 });
      case 'resolve':
        return this.ask('resolve', { remedy: 'retry', actor: OPERATOR });
      case 'abandon':
        return this.ask('abandon', { actor: { kind: 'signer' }, reason: 'gave-up' });
      case 'cancel':
        return this.ask('cancel', { actor: { kind: 'requester' }, reason: 'no more' });
      case 'cancel-in-temporal':
        await handle.cancel().catch(ended);
    }
  }

  private acceptance(): names.Acceptance {
    this.model.accepted = true;
    const at = new Date().toISOString();
    return { documents: ['d'], contract: 'contract', consentVersion: '1', channel: 'test', at };
  }

  /** Everybody does what is next, until the request ends by itself. */
  private async bringToAnEnd(signal: AbortSignal): Promise<void> {
    let last = '';
    while (!signal.aborted) {
      const status = await this.handle.query<RequestStatus>(names.STATUS_QUERY).catch(() => undefined);
      if (status === undefined) continue;
      const now = JSON.stringify([status.stage, status.attention, status.provider, status.code, status.events.length]);
      // Once in each situation, and again later, because the first order may have come too early.
      if (now !== last) await this.next(status);
      last = Math.random() < 0.1 ? '' : now;
      await pause(15);
    }
  }

  private async next({ attention, stage, verbs, provider }: RequestStatus): Promise<void> {
    const { model } = this;
    if (attention && !attention.leavesByItself) {
      const adopt = attention.remedies.includes('adopt') && model.statuses.length > 0;
      const ids = idsOf(model.statuses.length);
      return this.ask(
        'resolve',
        adopt ? { remedy: 'adopt', actor: OPERATOR, ids } : { remedy: 'retry', actor: OPERATOR },
      );
    }
    if (stage === 'video') {
      model.move(['VIDEOERROR', 'VIDEOPENDING', 'VIDEOINCOMPLETE'], 'VIDEOREVIEW');
      if (provider.requestPk !== undefined) await this.signal();
    } else if (stage === 'review') {
      if (verbs.includes('approve')) return this.do('approve');
      if (this.course.reviewMode === 'at-provider') model.move(['VIDEOREVIEW'], 'ENROLLREADY');
      await this.signal();
    } else if (stage === 'acceptance') return this.do('code');
    else if (stage === 'code') return this.do('sign');
  }

  private async signal(): Promise<void> {
    await this.handle.signal(names.HINT_SIGNAL).catch(ended);
  }

  /** Asks without waiting. The answer is checked at the end. */
  private async ask(name: string, argument: unknown): Promise<void> {
    const answered = this.handle.executeUpdate(name, { args: [argument] });
    this.asked.push(answered.then(noted, noted));
  }
}

export function requestOf(
  reference: string,
  { reviewMode, deadlines, codesNotAccepted }: Pick<Course, 'reviewMode' | 'deadlines' | 'codesNotAccepted'>,
): SignatureRequest {
  const policy: Policy = {
    deadlines: {
      video: deadlines.video ?? NEVER,
      review: deadlines.review ?? NEVER,
      signing: deadlines.signing ?? NEVER,
    },
    watch: { gap: 10, soon: [10], slow: 80, jitter: 0 },
    code: { coolDown: 0, notAcceptedLimit: codesNotAccepted },
    acceptance: { maximumAge: NEVER },
    sign: { settle: 30 },
    retrieve: { filesWithin: 100 },
    download: { maximumGrowth: 1_000_000, maximumContract: 1_000_000 },
    mayPass: [],
    verification: {
      clockTolerance: 0,
      requires: [],
      documentSigners: { others: 0, certificates: [] },
      contractSigners: { others: 0, certificates: [] },
      earlierSignatures: 'kept',
    },
    steps: Object.fromEntries(
      STEP_NAMES.map((name) => [name, { startToClose: 5000, budget: 400, backoff: 10, slowest: 40 }]),
    ) as Policy['steps'],
  };
  return {
    key: {
      flow: 'signature',
      reference,
      attempt: 1,
      archiveId: 'a',
      environment: 'test',
      registrationAuthority: '139',
    },
    profile: 'p',
    documents: [{ index: 1, sha256: 'd', size: 1 }],
    reviewMode,
    automaticOfficer: 'o',
    policy,
  };
}

/** A refusal counts as an answer. */
function noted(): void {}

/** For cancelling or hinting a request that has ended. */
function ended(): void {}

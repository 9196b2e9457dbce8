import type { IdentityWord } from '../../messages/identity.js';
import type { ProviderRead } from '../../messages/activities.js';
import { defined } from '../../messages/defined.js';
import type { Actor } from '../../messages/outcome.js';
import type { KeptCall, OwnCall } from '../../messages/own-calls.js';
import { STAGE_ENTERED } from '../../messages/feed.js';
import { AFTER_VIDEO } from '../../messages/request-fields.js';
import type { AnyRequest, ProviderStatus, RequestPk, ReviewMode, VideoidPk } from '../../messages/request.js';
import type { Attention, RequestEvent, RequestStatus, Stage, ToReview } from '../../messages/status.js';
import type { Trouble } from './trouble.js';

const DECISIONS = new Set(['approved', 'refused']);

/** What a status shows of a request. `verbs.ts` and `status.ts` derive the rest from it. */
export class RequestState {
  stage: Stage = 'creating';
  attention: Attention | undefined;
  /** Whether the signer has finished the video, as far as we have seen. */
  videoFinished = false;
  ids: { requestPk: RequestPk; videoidPk?: VideoidPk } | undefined;
  /** The number of the current create. */
  round = 0;
  sentAt: string | undefined;
  codesAsked = 0;
  notAccepted = 0;
  codesSpent = 0;
  /** How many decisions of officers there were. */
  decisions = 0;
  /** How many orders to sign there were. */
  signOrders = 0;
  toAccept: { documents: string[]; contract: string } | undefined;
  /** When it was first ready to be shown. Milliseconds since 1970. */
  shownFrom: number | undefined;
  /** When the first acceptance of it was recorded, ISO 8601. */
  acceptedAt: string | undefined;
  toReview: ToReview | undefined;
  missing: string[] | undefined;
  identity: IdentityWord | undefined;
  /** What was in the way of the officer's last decision, if it was not taken. */
  decisionRefused: Trouble | undefined;
  /** Whether an automatic approval was held back, so that an officer decides. */
  officerAwaited = false;
  /** Whether the provider has taken our approval, and does not show it yet. */
  approved = false;
  /** The step that is carried out now, in words. The watch of the provider is none. */
  underWay: string | undefined;
  /** Whether that step takes an operator's decision between two tries, because it has failed before. */
  takesDecision = false;
  /** Whether the last order to sign may have signed. */
  signInDoubt = false;
  /** Our calls of this run that decide something. */
  readonly ownCalls = new Set<string>();
  /** How an earlier run of this request ended it at the provider. This run does not know: it was reset, or started again. */
  endedBefore: KeptCall['ending'];
  /** The round in which the create that is not over yet began. */
  createdSince: number | undefined;
  outcome: RequestStatus['outcome'];
  readonly events: RequestEvent[] = [];
  private said: ProviderStatus | undefined;
  /** When the provider answered last, as far as the story knows. ISO 8601. */
  readAt: string | undefined;
  /** When the stage was entered, milliseconds since 1970. */
  since = Date.now();
  private readonly times = new Map<Stage, number>();

  /** @param show called when visible state has changed */
  constructor(
    readonly request: AnyRequest,
    readonly show: () => void,
  ) {
    this.happened(STAGE_ENTERED, { stage: this.stage });
  }

  /** What the provider said last. */
  get providerStatus(): ProviderStatus | undefined {
    return this.said;
  }

  set providerStatus(status: ProviderStatus) {
    this.said = status;
    this.readAt = new Date().toISOString();
    this.videoFinished ||= AFTER_VIDEO.has(status);
  }

  enter(stage: Stage): void {
    if (stage === this.stage) return;
    this.times.set(this.stage, (this.times.get(this.stage) ?? 0) + Date.now() - this.since);
    this.stage = stage;
    this.since = Date.now();
    if (stage !== 'ended') this.happened(STAGE_ENTERED, { stage }); // whoever records the end notes it
    this.show();
  }

  /** @param step the step that is carried out from now on, in words. Undefined when it is over */
  carriesOut(step: string | undefined, takesDecision = false): void {
    if (step === this.underWay && takesDecision === this.takesDecision) return;
    this.underWay = step;
    this.takesDecision = takesDecision;
    this.show();
  }

  happened(what: string, facts?: RequestEvent['facts'], actor?: Actor): void {
    this.events.push({
      at: new Date().toISOString(),
      what,
      ...defined({ actor, facts }),
    });
  }

  /** Notes the provider's status. True if it has changed. */
  see({ status, identity, ours }: ProviderRead, foundBy: 'hint' | 'poll'): boolean {
    this.recall(ours);
    this.identified(identity);
    const changed = status !== this.providerStatus;
    this.providerStatus = status;
    if (!changed) return false;
    this.happened('provider-status', { status, foundBy });
    this.show();
    return true;
  }

  /** Notes that a call is sent that decides something. */
  sends(call: OwnCall): OwnCall {
    this.ownCalls.add(call.id);
    return call;
  }

  /** Takes up what the archive knows of our calls, if this run knows nothing of them. @param calls the newest first */
  recall(calls: readonly KeptCall[] = []): void {
    for (const { id, events, answered, ending } of calls) {
      if (this.ownCalls.has(id)) continue; // its answer is, or will be, noted
      this.endedBefore ??= ending;
      const known = new Set(this.events.map(({ what }) => what));
      const unknown = events.filter(({ what }) => !known.has(what));
      for (const event of unknown) {
        const lost = DECISIONS.has(event.what) && !answered ? { answer: 'lost' } : {};
        this.events.push({ ...event, facts: { ...event.facts, ...lost, from: 'archive' } });
        if (event.what === 'accepted') this.acceptedAt ??= event.at;
      }
    }
  }

  /** Notes how the signer's number compares, if it was compared. */
  identified(identity: IdentityWord | undefined): void {
    if (identity === undefined || identity === this.identity) return;
    this.identity = identity;
    this.happened('identity-compared', { identity });
    this.show();
  }

  /** Who decides now. */
  get decidedBy(): ReviewMode {
    return this.officerAwaited ? 'manual' : this.request.reviewMode;
  }

  /** Whether the step that needed a decision is carried out again. */
  get isTriedAgain(): boolean {
    return this.attention?.awaits === 'operator' && this.underWay !== undefined;
  }

  /** Milliseconds spent in each stage so far. */
  durations(): Record<string, number> {
    const all = new Map(this.times);
    if (this.stage !== 'ended') all.set(this.stage, (all.get(this.stage) ?? 0) + Date.now() - this.since);
    return Object.fromEntries(all);
  }
}

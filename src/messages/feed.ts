import type { FailureCode } from './failures.js';
import type { OutcomeKind } from './outcome.js';
import type { Flow, ProviderStatus, RequestPk } from './request.js';
import type { Stage } from './status.js';

/** The signer went on at the provider after the request had ended here, or with an earlier video. It was still open there. */
export interface LateProgress {
  /** What the provider says. */
  status: ProviderStatus;
  /** When it was noticed, ISO 8601. */
  at: string;
}

/** An event for the requester's systems. No personal data. */
export type FeedEntry = {
  /** An entry comes twice only after an older database was restored. Then it has the same id. */
  id: string;
  flow: Flow;
  reference: string;
  attempt: number;
  registrationAuthority: string;
  /** When it happened, ISO 8601. */
  at: string;
} & FeedNews;

/** What an entry of the feed says. Each is an event of the journal with the same name. */
export type FeedNews =
  /** The request has entered a stage. */
  | { what: typeof STAGE_ENTERED; stage: Stage }
  /** It needs, or may need, an operator. */
  | { what: 'attention'; code: FailureCode; step: string }
  | { what: typeof ATTENTION_LEFT; code: FailureCode }
  /** The deadline of the stage is near. */
  | { what: 'deadline-near'; stage: Stage; deadline: string }
  | { what: LateWord; status: ProviderStatus; requestPk: RequestPk }
  /** The end is recorded. */
  | { what: typeof ENDED; outcome: OutcomeKind }
  /** The archive has another event under the same number. Somebody has changed it, or there is a defect. */
  | { what: typeof JOURNAL_DIFFERS; run: string; event: number };

export const STAGE_ENTERED = 'stage';
export const ATTENTION_LEFT = 'attention-left';
export const ENDED = 'ended';
export const JOURNAL_DIFFERS = 'journal-differs';

/** The words for it in feed, events and `why`. */
export const LATE_VIDEO = 'video-finished-late';
/** A certificate was issued before the request could be cancelled at the provider. */
export const LATE_CERTIFICATE = 'issued-late';
/** The signer finished an earlier video, after another one had replaced it. */
export const EARLIER_VIDEO = 'earlier-video-finished';
export const LATE_WORDS = [LATE_VIDEO, LATE_CERTIFICATE, EARLIER_VIDEO] as const;
export type LateWord = (typeof LATE_WORDS)[number];

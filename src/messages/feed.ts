import type { Flow, ProviderStatus } from './request.js';
import type { Stage } from './status.js';

/** A deadline that is near. */
export interface Reminder {
  stage: Stage;
  /** The deadline, ISO 8601. */
  deadline: string;
  /** When it was noticed, ISO 8601. */
  at: string;
}

/** The signer went on at the provider after the request had ended here, or with an earlier video. It was still open there. */
export interface LateProgress {
  /** What the provider says. */
  status: ProviderStatus;
  /** When it was noticed, ISO 8601. */
  at: string;
}

/** An event for the requester's systems. No personal data. */
export type FeedEntry = {
  /** An entry may come twice. Then it has the same id. */
  id: string;
  flow: Flow;
  reference: string;
  attempt: number;
  registrationAuthority: string;
} & (({ what: 'deadline-near' } & Reminder) | ({ what: LateWord } & LateProgress));

/** The words for it in feed, events and `why`. */
export const LATE_VIDEO = 'video-finished-late';
/** A certificate was issued before the request could be cancelled at the provider. */
export const LATE_CERTIFICATE = 'issued-late';
/** The signer finished an earlier video, after another one had replaced it. */
export const EARLIER_VIDEO = 'earlier-video-finished';
export const LATE_WORDS = [LATE_VIDEO, LATE_CERTIFICATE, EARLIER_VIDEO] as const;
export type LateWord = (typeof LATE_WORDS)[number];

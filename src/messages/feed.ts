import type { Flow, ProviderStatus } from './request.js';
import type { Stage } from './status.js';

/** A deadline that comes near. */
export interface Reminder {
  stage: Stage;
  /** The deadline, ISO 8601. */
  deadline: string;
  /** When it was noticed, ISO 8601. */
  at: string;
}

/** The signer finished the video of a request that had ended here and was left open at the provider. */
export interface LateVideo {
  /** What the provider says. */
  status: ProviderStatus;
  /** When it was noticed, ISO 8601. */
  at: string;
}

/** Something that the requester's systems may want to act on. No personal data. */
export type FeedEntry = {
  /** The same when an entry comes twice, which may happen. */
  id: string;
  flow: Flow;
  reference: string;
  attempt: number;
  registrationAuthority: string;
} & (({ what: 'deadline-near' } & Reminder) | ({ what: typeof LATE_VIDEO } & LateVideo));

/** The word for it in feed, events and `why`. */
export const LATE_VIDEO = 'video-finished-late';

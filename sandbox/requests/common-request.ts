import type { Status } from './statuses.js';

/** A callback that still has to go out. It is part of its request, so that a status and its callback are saved as one. */
export interface PendingCallback {
  id: number;
  event: string;
  status: Status;
  previousStatus?: Status;
  /** ISO 8601: when it happened. */
  at: string;
  /** Epoch milliseconds. */
  dueAt: number;
  failedTries: number;
  /** Waits for a later one to go first, until `dueAt`. */
  yields?: boolean;
  forged?: boolean;
}

/** What a signature request and an enrolment have in common: one number space, one video, one way to announce. */
export interface CommonRequest {
  pk: number;
  videoidPk: number;
  /** The opaque end of the video link. */
  linkToken: string;
  scratchcard: string;
  registrationAuthority: string;
  profile: string;
  email: string;
  /** Empty where an enrolment has none. */
  phone: string;
  createdAt: string;
  status: Status;
  history: { status: Status; at: string; cause: string }[];
  videoTries: number;
  /** Epoch milliseconds at which VIDEOINCOMPLETE becomes VIDEOREVIEW by itself. */
  reviewFrom?: number;
  refusalReason?: string;
  certificate?: {
    serialNumber: string;
    subject: string;
    issuer: string;
    validFrom: string;
    validTo: string;
    data: string;
  };
  /** Where this request's callbacks go, when not where those of its registration authority do (§7.3). */
  webhook?: string;
  callbacks: PendingCallback[];
  lastCallbackId: number;
  /** How often each endpoint did its work, as opposed to how often it was called. */
  done: Record<string, number>;
}

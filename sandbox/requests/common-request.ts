import type { Cause, Status } from './statuses.js';

/** A callback that is not delivered yet. It is part of its request, so that a status and its callback are saved together. */
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
  /** Waits until a later callback was sent, but not longer than `dueAt`. */
  yields?: boolean;
  forged?: boolean;
}

/** What a signature request and an enrolment have in common: numbers, video and callbacks. */
export interface CommonRequest {
  pk: number;
  videoidPk: number;
  /** The random last part of the video link. */
  linkToken: string;
  scratchcard: string;
  registrationAuthority: string;
  profile: string;
  email: string;
  /** Empty for an enrolment that has none. */
  phone: string;
  createdAt: string;
  status: Status;
  history: { status: Status; at: string; cause: Cause | 'created' }[];
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
  /** The address of this request's callbacks, if it is not that of its registration authority (§7.3). */
  webhook?: string;
  callbacks: PendingCallback[];
  lastCallbackId: number;
  /** How often each endpoint did its work, as opposed to how often it was called. */
  done: Record<string, number>;
}

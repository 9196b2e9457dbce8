import type { Archive } from '../../archive/archive.js';
import type { Outage } from '../../messages/conditions.js';
import { defined } from '../../messages/defined.js';
import type { FailureCode } from '../../messages/failures.js';
import type { ProviderStatus } from '../../messages/request.js';
import type { RemedyCommand } from '../commands.js';
import type { PendingStep } from './pending-work.js';

/** Why a request is where it is, and what a person can do about it. */
export interface Why {
  reference: string;
  attempt: number;
  workflowId: string;
  /** The requester's own. */
  metadata?: Record<string, string>;
  /**
   * `waiting`: for a person, as normal. `under-way`: a step is carried out now. `retrying`: by itself, nobody must act. `attention`:
   * see its failure. `silent`: no worker answers for it. `ended`. `deleted`: from the archive. `not-started`: recorded, but Temporal
   * does not have it.
   */
  state: 'waiting' | 'under-way' | 'retrying' | 'attention' | 'silent' | 'ended' | 'deleted' | 'not-started';
  /** The code, if the cause is a failure, or if the last order was refused. */
  code?: FailureCode;
  /** The cause, in words. */
  words: string;
  /** ISO 8601. */
  since: string;
  /** The step that was tried, and how often. */
  tried?: { step: string; times: number; runningSince?: string; nextTry?: string };
  /** What the provider said last. Absent if it was never read, and after the end. */
  provider?: {
    status?: ProviderStatus;
    /** When it was read, ISO 8601, by Temporal's clock. */
    readAt: string;
    /** A newer read was asked for, and did not come in time for this answer. */
    newerAwaited?: true;
  };
  leavesByItself: boolean;
  /** What ends the wait without a command. */
  endsBy: string[];
  /** The commands that can help. */
  remedies: RemedyCommand[];
  /** The Optimizer is out of reach for all requests. */
  outage?: Outage;
}

/** What is known about the cause for a request. */
export type Found = Omit<Why, 'reference' | 'attempt' | 'workflowId' | 'metadata'>;

/** What Temporal knows about the tries of a step. */
export function triedOf(step: PendingStep | undefined): Pick<Found, 'tried'> {
  if (step === undefined) return {};
  const { runningSince, nextTry } = step;
  return { tried: { step: step.step, times: step.tries, ...defined({ runningSince, nextTry }) } };
}

/** A record may have a time in the future: the machine that wrote it had a wrong clock. Then it is now. */
export function notAhead(since: string, archive: Pick<Archive, 'now' | 'time'>): string {
  return Date.parse(since) > archive.now() ? archive.time() : since;
}

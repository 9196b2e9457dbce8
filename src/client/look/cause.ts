import type { Outage } from '../../messages/conditions.js';
import { defined } from '../../messages/defined.js';
import type { FailureCode } from '../../messages/failures.js';
import type { RemedyCommand } from '../commands.js';
import type { PendingStep } from './pending-work.js';

/** Why a request is where it is, and what a person can do about it. */
export interface Why {
  reference: string;
  attempt: number;
  workflowId: string;
  /**
   * `waiting` for somebody, as it should; `retrying` by itself, nobody need act; `attention`: as its failure says;
   * `silent`: nobody can ask it; `ended`; `not-started`: recorded, and never handed to Temporal.
   */
  state: 'waiting' | 'retrying' | 'attention' | 'silent' | 'ended' | 'not-started';
  /** The cause, where it is a failure. */
  code?: FailureCode;
  /** The cause, in words. */
  words: string;
  /** ISO 8601. */
  since: string;
  /** What was tried. */
  tried?: { step: string; times: number; runningSince?: string; nextTry?: string };
  leavesByItself: boolean;
  /** What ends it without anybody typing a command. */
  endsBy: string[];
  /** What a person can type. */
  remedies: RemedyCommand[];
  /** The Optimizer is out of reach for all requests. */
  outage?: Outage;
}

/** What is found out about a request. */
export type Found = Omit<Why, 'reference' | 'attempt' | 'workflowId'>;

/** What Temporal knows of the tries of a step. */
export function triedOf(step: PendingStep | undefined): Pick<Found, 'tried'> {
  if (step === undefined) return {};
  const { runningSince, nextTry } = step;
  return { tried: { step: step.step, times: step.tries, ...defined({ runningSince, nextTry }) } };
}

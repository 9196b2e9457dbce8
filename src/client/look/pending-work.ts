import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { optionalTsToDate } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import type { StepFailure, StillWaiting } from '../../messages/activities.js';
import { aboutKeys } from '../../temporal/calls.js';
import { defined } from '../../messages/defined.js';
import { type FailureCode, isFailureCode, VideoIdError } from '../../messages/failures.js';

const STARTED = proto.temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED;

/** A step that runs, or that Temporal will retry. */
export interface PendingStep {
  /** Name of the activity. */
  step: string;
  /** Counts from 1. */
  tries: number;
  /** When it was first asked for, ISO 8601. */
  since?: string;
  /** When the last try began, while it is under way. */
  runningSince?: string;
  /** When the next try begins. */
  nextTry?: string;
  /** When the last try was over. */
  triedAt?: string;
  /** When the last try read the provider and found nothing new, by Temporal's clock. */
  readAt?: string;
  /** Somebody paused it with tools of Temporal. */
  paused?: true;
  /** Why the last try failed. Absent while the step only waits for a change at the provider. */
  failure?: { code: FailureCode; words: string };
}

/** What Temporal itself knows about a request. No worker is needed to read it. */
export interface PendingWork {
  /** Every running step, failing steps first. */
  steps: PendingStep[];
  /** A workflow task that no worker has taken or carried out. */
  task?: { since?: string; tries: number };
}

/** @param description from Temporal. Its failures are decoded with the client's keys */
export async function pendingWork(client: Client, description: WorkflowExecutionDescription): Promise<PendingWork> {
  const { pendingActivities, pendingWorkflowTask } = description.raw;
  const steps: PendingStep[] = [];
  for (const pending of pendingActivities ?? []) {
    const { failure, read } = await lastTry(client, pending.lastFailure);
    const running = pending.state === STARTED;
    // Servers leave out the start of a try that has ended.
    const ended = pending.lastAttemptCompleteTime ?? pending.lastStartedTime;
    steps.push({
      step: pending.activityType?.name ?? '',
      tries: pending.attempt ?? 1,
      ...moment('since', pending.scheduledTime),
      ...defined({ failure }),
      ...(pending.paused === true ? { paused: true } : {}),
      ...(running
        ? moment('runningSince', pending.lastStartedTime)
        : {
            ...moment('triedAt', ended),
            ...moment('nextTry', pending.nextAttemptScheduleTime),
            ...(read ? moment('readAt', ended) : {}),
          }),
    });
  }
  const failing = (step: PendingStep): number => (step.failure === undefined ? 1 : 0);
  return {
    steps: steps.toSorted((one, other) => failing(one) - failing(other)),
    ...(pendingWorkflowTask
      ? {
          task: {
            tries: pendingWorkflowTask.attempt ?? 1,
            ...moment('since', pendingWorkflowTask.originalScheduledTime ?? pendingWorkflowTask.scheduledTime),
          },
        }
      : {}),
  };
}

type Timestamp = Parameters<typeof optionalTsToDate>[0];

function moment<Name extends string>(name: Name, time: Timestamp): { [Key in Name]?: string } {
  const date = optionalTsToDate(time);
  return date === undefined ? {} : ({ [name]: date.toISOString() } as { [Key in Name]: string });
}

type Failure = Parameters<typeof decodeOptionalFailureToOptionalError>[1];

/** A failure that cannot be decoded was written by a worker with another key. Then that is the failure. */
export async function decodedFailure(client: Client, failure: Failure): Promise<Error | undefined> {
  try {
    return await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, failure);
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    return aboutKeys(failure?.message) ?? error;
  }
}

/** What became of the last try: a failure, a read without news, or neither. */
interface LastTry {
  failure?: PendingStep['failure'];
  read?: boolean;
}

async function lastTry(client: Client, failure: Failure): Promise<LastTry> {
  const error = await decodedFailure(client, failure);
  if (error instanceof VideoIdError) return { failure: { code: error.code, words: error.words } };
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause === undefined) return {};
  if (!(cause instanceof ApplicationFailure)) {
    return ofOurs('The last try did not finish in its time. Its worker may have stopped.');
  }
  if (cause.type === 'STILL_WAITING') return { read: (cause.details?.[0] as StillWaiting | undefined)?.read === true };
  if (!isFailureCode(cause.type)) return ofOurs('It failed in our own code. The log of the worker says where.');
  const detail = cause.details?.[0] as Partial<StepFailure> | undefined;
  return { failure: { code: cause.type, words: detail?.words ?? cause.message } };
}

function ofOurs(words: string): LastTry {
  return { failure: { code: 'STEP_FAILED', words } };
}

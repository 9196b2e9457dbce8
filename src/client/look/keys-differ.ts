import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RequestRecord } from '../../archive/request-record.js';
import { VideoIdError } from '../../messages/failures.js';
import { aboutKeys } from '../../temporal/calls.js';
import { taskFailure } from '../../temporal/history-reset.js';
import { type CommandPlace, DOCTOR, resumeCommand } from '../commands.js';
import type { Found } from './cause.js';
import { decodedFailure } from './pending-work.js';

/** The cause, if the status cannot be known because processes have different keys. Undefined for any other error. */
export function keysDiffer(error: VideoIdError, { createdAt }: RequestRecord, names: CommandPlace): Found | undefined {
  const { words } = error;
  if (error.code === 'START_REFUSED') {
    return {
      state: 'not-started',
      code: error.code,
      words,
      since: createdAt,
      leavesByItself: false,
      endsBy: ['the same start again, after the settings are corrected'],
      remedies: [
        {
          words: 'after correcting that: start it again; this creates no second one',
          command: resumeCommand(names),
        },
        DOCTOR,
      ],
    };
  }
  return error.code === 'KEY_NOT_SHARED' ? notShared(words, createdAt) : undefined;
}

/** The cause, if a process lacks a key or has another one under the same id. */
export function notShared(words: string, since: string): Found {
  return {
    state: 'attention',
    code: 'KEY_NOT_SHARED',
    words: `Nobody can go on with the request or say where it stands, because of a key. Nothing is lost. ${words}`,
    since,
    leavesByItself: false,
    endsBy: ['the same keys in all processes'],
    remedies: [DOCTOR],
  };
}

/**
 * Why no worker could go on with a request, if it was a key. The worker said so with the failure of the workflow's task.
 *
 * @throws what Temporal's client throws
 */
export async function keyOfTask(
  client: Client,
  { workflowId, runId }: Pick<WorkflowExecutionDescription, 'workflowId' | 'runId'>,
): Promise<string | undefined> {
  const failure = await taskFailure(client, workflowId, runId);
  const error = await decodedFailure(client, failure);
  if (error instanceof VideoIdError) return error.words;
  const known = error instanceof ApplicationFailure && error.type === 'KEY_NOT_SHARED';
  return known ? error.message : aboutKeys(error?.message)?.words;
}

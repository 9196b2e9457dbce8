import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { ArchivedEvent } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { type FailureCode, isFailureCode } from '../../messages/failures.js';
import { cleanupIdOf } from '../../messages/request.js';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import { type Found, triedOf } from './cause.js';
import { pendingWork } from './pending-work.js';

/** How the deletion at the provider goes on after the end. */
interface Cleanup extends Pick<Found, 'tried' | 'endsBy'> {
  code?: FailureCode;
  words: string;
  goesOn: boolean;
}

const GOES_ON = 'Deleting it there goes on by itself.';

/**
 * Why copies, or the request itself, are still at the provider: what the last try said, by Temporal or by the archive.
 *
 * @param refused the event that notes the last refusal
 * @throws VideoIdError TEMPORAL_UNREACHABLE
 */
export async function cleanupOf(
  client: Client,
  record: RequestRecord,
  refused: ArchivedEvent | undefined,
): Promise<Cleanup> {
  const description = await described(client, record);
  if (description?.status.name !== 'RUNNING') {
    return {
      words: `${refused === undefined ? '' : `${refusedWords(refused)} `}Nothing deletes it any more: delete it in the provider's console.`,
      goesOn: false,
      endsBy: ["somebody deletes it in the provider's console"],
    };
  }
  const { steps } = await pendingWork(client, description);
  const [step] = steps;
  const again = step?.nextTry === undefined ? '' : `, again at ${step.nextTry}`;
  const goesOn = { goesOn: true, endsBy: [`the next try to delete that succeeds${again}`], ...triedOf(step) };
  if (step?.failure !== undefined) {
    const { code, words } = step.failure;
    return { ...goesOn, code, words: `${GOES_ON} The last try failed: ${words}` };
  }
  if (refused === undefined) return { ...goesOn, words: GOES_ON };
  const code = refused.facts?.['code'];
  return {
    ...goesOn,
    ...(isFailureCode(code) ? { code } : {}),
    words: `${GOES_ON} ${refusedWords(refused)} Remove the cause, or delete it in the provider's console.`,
  };
}

function refusedWords({ at, facts }: ArchivedEvent): string {
  return `It is refused since ${at}: ${String(facts?.['words'])}`.replace(/\.?$/, '.');
}

async function described(client: Client, record: RequestRecord) {
  try {
    return await client.withDeadline(Date.now() + CALL_WITHIN, () =>
      client.workflow.getHandle(cleanupIdOf(record)).describe(),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw temporalFailure(error);
  }
}

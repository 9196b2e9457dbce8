import { z } from 'zod';
import type { AttemptKey } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import type { Tombstone } from '../../messages/deletion.js';
import type { Outcome } from '../../messages/outcome.js';
import type { Flow } from '../../messages/request.js';
import type { ReasonedOrder } from '../../messages/steering.js';
import { actorPart, checkedInput, words } from '../input/input.js';
import { assertHereNow, type CallOptions, isDeleted, type RequestAccess } from '../running/access.js';
import { leftOf } from './left.js';
import { cleanupGoesOn, notEnded } from './not-yet.js';
import { endRest, isRunning, type Workflows, workflowsOf } from './workflows.js';

/** Who deletes a request, and why. */
export interface DeleteOrder extends ReasonedOrder {
  /** Gives up what is still being deleted or cancelled at the provider. It stays there. */
  giveUpCleanup?: boolean;
}

/** The deleted attempts of a request, the latest first. */
export interface Deleted {
  flow: Flow;
  reference: string;
  attempts: (Tombstone & { attempt: number })[];
}

const schema: z.ZodType<DeleteOrder> = z.strictObject({
  actor: actorPart,
  reason: words,
  giveUpCleanup: z.boolean().exactOptional(),
});

/** Deletes requests. */
export function deletionVerbs(access: RequestAccess) {
  return {
    /**
     * Deletes a request that has ended, with its files and its data: all attempts, or only the one that is named. The reference
     * stays, so that a late repetition of the same start is refused. The answer says what others keep. A request that was recorded
     * and never created at the provider may be deleted too. A repeated deletion finishes one that was interrupted, and gets its
     * answer.
     *
     * @throws VideoIdError BAD_INPUT; REQUEST_NOT_ENDED; NOT_NOW while something is still being deleted at the provider (then only with
     *   `giveUpCleanup`); REQUEST_ELSEWHERE, TEMPORAL_UNREACHABLE
     */
    async delete(reference: string, order: DeleteOrder, options: CallOptions = {}): Promise<Deleted> {
      const given = checkedInput(schema, order);
      const keys = await concerned(access, reference, options);
      const [living] = await livingOf(access, keys);
      if (living !== undefined) {
        const call = {
          verb: 'delete',
          given: { ...given, ...defined({ attempt: options.attempt }) },
          options,
          afterEnd: true,
        };
        const carryOut = async (): Promise<void> => deleteAll(access, keys, given);
        await access.once(living, { ...call, carryOut }).catch((error: unknown) => {
          if (!isDeleted(error)) throw error; // another call was faster
        });
      }
      const attempts: Deleted['attempts'] = [];
      for (const key of keys) {
        const finished = await access.archive.deleteRequest(key, { ...given, left: { requestPks: [], documents: [] } });
        attempts.push({ attempt: key.attempt, ...finished });
      }
      return { flow: keys[0].flow, reference, attempts };
    },
  };
}

/** The attempts that are to be deleted, the latest first. @throws VideoIdError REQUEST_NOT_FOUND */
async function concerned(
  access: RequestAccess,
  reference: string,
  { flow: given, attempt }: CallOptions,
): Promise<[AttemptKey, ...AttemptKey[]]> {
  const flow = await access.flow(reference, given);
  const latest = await access.archive.latestAttempt(flow, reference);
  if (attempt !== undefined && attempt <= latest) return [{ flow, reference, attempt }];
  // Throws where there is none, and says whether Temporal knows it.
  if (attempt !== undefined || latest === 0) await access.recordAnywhere(reference, { flow, attempt });
  const earlier = Array.from({ length: latest - 1 }, (_, at) => ({ flow, reference, attempt: latest - 1 - at }));
  return [{ flow, reference, attempt: latest }, ...earlier];
}

async function livingOf({ archive }: RequestAccess, keys: readonly AttemptKey[]): Promise<RequestRecord[]> {
  const living: RequestRecord[] = [];
  for (const key of keys) {
    if ((await archive.readDeletion(key)) === undefined) living.push(await archive.readRequest(key));
  }
  return living;
}

/**
 * Nothing is deleted before everything may be. The latest attempt goes first: from then on, nothing is started under the reference. The
 * latest must have ended in any case, since it may need the data of those before it.
 */
async function deleteAll(
  access: RequestAccess,
  keys: readonly [AttemptKey, ...AttemptKey[]],
  { giveUpCleanup = false, ...who }: DeleteOrder,
): Promise<void> {
  const { archive } = access;
  const [{ flow, reference }] = keys;
  const latest = { flow, reference, attempt: await archive.latestAttempt(flow, reference) };
  for (const record of await livingOf(access, [latest])) await ended(access, record);
  const found: { record: RequestRecord; outcome: Outcome | undefined; workflows: Workflows | undefined }[] = [];
  for (const record of await livingOf(access, keys)) {
    const { outcome, workflows } = await ended(access, record);
    const goesOn = workflows === undefined ? outcome?.cleanup === 'pending' : isRunning(workflows.cleanup);
    if (goesOn && !giveUpCleanup) throw cleanupGoesOn(record);
    found.push({ record, outcome, workflows });
  }
  for (const { record, outcome, workflows } of found) {
    const left = await leftOf(access, record, outcome, workflows);
    if (workflows !== undefined) await endRest(access, workflows);
    await archive.deleteRequest(record, { ...who, left });
  }
}

/** @throws VideoIdError REQUEST_NOT_ENDED, REQUEST_ELSEWHERE, TEMPORAL_UNREACHABLE */
async function ended(
  access: RequestAccess,
  record: RequestRecord,
): Promise<{ outcome: Outcome | undefined; workflows: Workflows | undefined }> {
  const outcome = await access.archive.readOutcome(record);
  if (outcome === undefined) await assertHereNow(access, record);
  const workflows = await workflowsOf(access, record);
  const { request } = workflows ?? {};
  if (isRunning(request)) throw notEnded(record, outcome === undefined ? 'runs' : 'still-runs');
  if (outcome === undefined && request?.status.name === 'COMPLETED') throw notEnded(record, 'outcome-in-temporal');
  return { outcome, workflows };
}

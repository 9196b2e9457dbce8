import { activityInfo } from '@temporalio/activity';
import type { Archive } from '../archive/archive.js';
import type { ProviderRead, SignatureActivities, WatchOrder } from '../messages/activities.js';
import { leftOf } from '../messages/age.js';
import { VideoIdError } from '../messages/failures.js';
import { type RequestKey, type RequestPk, workflowIdOf } from '../messages/request.js';
import { ProviderError } from '../uanataca/errors.js';
import type { ProviderRequest } from '../uanataca/provider-request.js';
import type { Dependencies } from './engine/dependencies.js';
import { ownCalls } from './engine/own-calls.js';
import { comparedIdentity } from './identity.js';
import { providerRequest } from './engine/provider-step.js';
import { stepFailure, stillWaiting } from './engine/failures.js';

/** `GET request/{request_pk}` until the status changes. Between two reads, Temporal retries this activity. */
export function watch(dependencies: Dependencies): SignatureActivities['watch'] {
  const { archive, trouble } = dependencies;
  return async (key, order) => {
    const left = await archive.touchRead(key, order.requestPk, order.pace.gap);
    if (left > 0) throw stillWaiting(left);
    const failing = failingMark(order);
    const read = await providerRequest(dependencies, key, order.requestPk).catch(async (error: unknown) => {
      if (!(error instanceof ProviderError) || error.kind === 'refused') throw error;
      // The Optimizer may answer for other requests and still fail for this one.
      const began = [await trouble.failed(key, error), await failingSince(dependencies, key, failing)];
      const now = archive.now();
      if (order.recovering || began.every((since) => leftOf(order.budget, since, now) > 0)) throw error;
      const since = Math.min(...began, now);
      const { code, told, optimizer } = error;
      throw stepFailure(code, told, { retry: false, temporary: true, optimizer, since });
    });
    await trouble.answered(key);
    await keepIds(archive, key, order);
    if (await archive.hasMark(key, failing)) await archive.unmark(key, failing);
    if (read.status !== order.seen || order.recovering)
      return await providerRead(dependencies, key, order.requestPk, read);
    throw stillWaiting(pause(order, activityInfo().attempt), { read: true });
  };
}

/** If an older copy of the archive was restored, it lacks the ids. Then callbacks would find no request. */
async function keepIds(archive: Archive, key: RequestKey, { requestPk }: WatchOrder): Promise<void> {
  if ((await archive.readProvider(key)) !== undefined) return;
  const { flow, reference, attempt } = key;
  await archive.writeIndex(key.environment, requestPk, { workflowId: workflowIdOf(key), flow, reference, attempt });
  await archive.writeProvider(key, { requestPk });
}

/** The mark that keeps since when the reads of this wait fail. */
function failingMark({ requestPk, seen }: WatchOrder): string {
  return `reads-fail-${requestPk}-${seen.replaceAll(/\W/g, '')}`;
}

/** Milliseconds since 1970. Trouble with the archive must not hide the provider's answer. */
async function failingSince({ archive, logger }: Dependencies, key: RequestKey, mark: string): Promise<number> {
  try {
    const noted = await archive.markedAt(key, mark);
    if (noted !== undefined) return Date.parse(noted);
    await archive.mark(key, mark);
    return archive.now();
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    logger.warn({ error }, 'since when a request cannot be read is not noted');
    return archive.now();
  }
}

/** Reads the status once, not sooner after the last read than `gap`. */
export function readStatus(dependencies: Dependencies): SignatureActivities['readStatus'] {
  return async (key, { requestPk, gap }) => {
    const left = await dependencies.archive.touchRead(key, requestPk, gap);
    if (left > 0) throw stillWaiting(left);
    return await providerRead(dependencies, key, requestPk, await providerRequest(dependencies, key, requestPk));
  };
}

/** What the story learns of a read. */
export async function providerRead(
  dependencies: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  read: ProviderRequest,
): Promise<ProviderRead> {
  const { status } = read;
  const ours = await ownCalls(dependencies.archive, key, requestPk, status);
  return { status, ...ours, ...(await comparedIdentity(dependencies, key, read)) };
}

/** Milliseconds until the next read: short after a hint, long otherwise. Jitter keeps requests apart. */
function pause({ soon, pace }: WatchOrder, attempt: number): number {
  const planned = (soon ? pace.soon[attempt - 1] : undefined) ?? pace.slow;
  return planned * (1 - pace.jitter * Math.random());
}

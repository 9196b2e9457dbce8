import type { Archive } from '../archive/archive.js';
import type { Outcome } from '../messages/outcome.js';
import { AFTER_VIDEO } from '../messages/request-fields.js';
import type { ProviderIds, RequestKey, RequestPk } from '../messages/request.js';
import type { Stage } from '../messages/status.js';
import { ProviderError } from '../uanataca/errors.js';
import type { Dependencies } from './engine/dependencies.js';
import { stepFailure } from './engine/failures.js';
import { providerStatus } from './engine/provider-step.js';

/**
 * Before another video is billed: reads the request that it replaces. Without an answer of the provider, nothing is created.
 *
 * @param before undefined for the first video
 * @throws ApplicationFailure VIDEO_FINISHED if the signer has finished that video; ProviderError
 */
export async function assertNotFinished(
  dependencies: Dependencies,
  key: RequestKey,
  before: RequestPk | undefined,
): Promise<void> {
  if (before === undefined) return;
  const status = await providerStatus(dependencies, key, before).catch(undefinedIfGone);
  if (status === undefined || !AFTER_VIDEO.has(status)) return;
  throw stepFailure('VIDEO_FINISHED', `The provider says ${status}: the signer has finished the earlier video.`, {
    facts: { status },
  });
}

/**
 * Before the first video of a new attempt is billed: reads the request that the attempt before left open.
 *
 * @throws ApplicationFailure VIDEO_FINISHED with its ids if the signer has finished it after that end; ProviderError
 */
export async function assertNoneLeftFinished(dependencies: Dependencies, key: RequestKey): Promise<void> {
  const left = await leftOpenBefore(dependencies.archive, key);
  if (left === undefined) return;
  const status = await providerStatus(dependencies, key, left.requestPk).catch(undefinedIfGone);
  if (status === undefined || !AFTER_VIDEO.has(status)) return;
  throw stepFailure(
    'VIDEO_FINISHED',
    `The provider says ${status}: the signer has finished the video of the attempt before. Adopt it, or retry: another video is billed.`,
    { facts: { status, ...left } },
  );
}

const AFTER_THE_VIDEO: readonly Stage[] = ['review', 'preparing', 'acceptance', 'code'];

/** Whether the attempt had seen the finished video, so that whoever follows it knows. */
export function endedAfterVideo(outcome: Outcome | undefined): boolean {
  return AFTER_THE_VIDEO.some((stage) => stage in (outcome?.durations ?? {}));
}

/** What the attempt before left open at the provider, without a finished video. */
async function leftOpenBefore(archive: Archive, key: RequestKey): Promise<ProviderIds | undefined> {
  const { previousAttempt } = await archive.readRequest(key);
  if (previousAttempt === undefined) return undefined;
  const before = { ...key, attempt: previousAttempt };
  const outcome = await archive.readOutcome(before);
  if (outcome?.leftOpen !== true || endedAfterVideo(outcome)) return undefined;
  const known = await archive.readProvider(before);
  return known?.videoidPk && { videoidPk: known.videoidPk, requestPk: known.requestPk };
}

/** The provider no longer knows the request. */
export function undefinedIfGone(error: unknown): undefined {
  if (!(error instanceof ProviderError) || error.code !== 'PROVIDER_NOT_FOUND') throw error;
}

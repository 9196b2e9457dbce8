import type { Archive } from '../archive/archive.js';
import type { Outcome } from '../messages/outcome.js';
import type { ReplacedVideo } from '../messages/activities.js';
import { videoIn } from '../messages/request-fields.js';
import type { ProviderIds, ProviderStatus, RequestKey, RequestPk } from '../messages/request.js';
import type { Stage } from '../messages/status.js';
import { ProviderError } from '../uanataca/errors.js';
import type { Dependencies } from './engine/dependencies.js';
import { stepFailure } from './engine/failures.js';
import { providerStatus } from './engine/provider-step.js';

/**
 * Before another video is billed: reads the request that it replaces. Without an answer of the provider, nothing is created.
 *
 * @param replaces undefined for the first video
 * @throws ApplicationFailure VIDEO_FINISHED, VIDEO_PERHAPS_FINISHED; ProviderError
 */
export async function assertNotFinished(
  dependencies: Dependencies,
  key: RequestKey,
  replaces: ReplacedVideo | undefined,
): Promise<void> {
  if (replaces === undefined) return;
  const status = await statusIfKnown(dependencies, key, replaces.requestPk);
  const facts = { status: status ?? '' };
  switch (videoIn(status)) {
    case 'finished':
      throw stepFailure('VIDEO_FINISHED', `The provider says ${status}: the signer has finished the earlier video.`, {
        facts,
      });
    case 'perhaps-finished':
      if (replaces.mayBeDiscarded) return;
      throw stepFailure('VIDEO_PERHAPS_FINISHED', `${perhapsWords(status)} Another video is billed.`, { facts });
    case 'unfinished':
  }
}

/**
 * Before the first video of a new attempt is billed: reads the request that the attempt before left open.
 *
 * @throws ApplicationFailure VIDEO_FINISHED with its ids if the signer has finished it after that end, VIDEO_PERHAPS_FINISHED if
 *   that may be; ProviderError
 */
export async function assertNoneLeftFinished(dependencies: Dependencies, key: RequestKey): Promise<void> {
  const left = await leftBefore(dependencies.archive, key);
  if (left === undefined) return;
  const status = await statusIfKnown(dependencies, key, left.requestPk);
  const facts = { status: status ?? '', ...left };
  const decide = 'Adopt it, or retry: another video is billed.';
  switch (videoIn(status)) {
    case 'finished':
      throw stepFailure(
        'VIDEO_FINISHED',
        `The provider says ${status}: the signer has finished the video of the attempt before. ${decide}`,
        { facts },
      );
    case 'perhaps-finished':
      throw stepFailure(
        'VIDEO_PERHAPS_FINISHED',
        `${perhapsWords(status)} That video belongs to the attempt before. ${decide}`,
        {
          facts,
        },
      );
    case 'unfinished':
  }
}

function perhapsWords(status: ProviderStatus | undefined): string {
  return `The provider says ${status}: the earlier video may be finished, and paid, while the provider is still processing it.`;
}

/** Undefined if the provider does not know the request. */
function statusIfKnown(
  dependencies: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
): Promise<ProviderStatus | undefined> {
  return providerStatus(dependencies, key, requestPk).catch(undefinedIfGone);
}

const AFTER_THE_VIDEO: readonly Stage[] = ['review', 'preparing', 'acceptance', 'code'];

/** Whether the attempt had seen the finished video, so that whoever follows it knows. */
export function endedAfterVideo(outcome: Outcome | undefined): boolean {
  return AFTER_THE_VIDEO.some((stage) => stage in (outcome?.durations ?? {}));
}

/** What the attempt before left at the provider without a finished video, as far as it could see. */
async function leftBefore(archive: Archive, key: RequestKey): Promise<ProviderIds | undefined> {
  const { previousAttempt } = await archive.readRequest(key);
  if (previousAttempt === undefined) return undefined;
  const before = { ...key, attempt: previousAttempt };
  if ((await archive.readDeletion(before)) !== undefined) return undefined;
  const outcome = await archive.readOutcome(before);
  const left = outcome?.leftOpen ?? outcome?.notKnown; // the provider may know it again
  if (left === undefined || endedAfterVideo(outcome)) return undefined;
  const known = await archive.readProvider(before);
  return known?.videoidPk && { videoidPk: known.videoidPk, requestPk: known.requestPk };
}

/** The provider no longer knows the request. */
export function undefinedIfGone(error: unknown): undefined {
  if (!(error instanceof ProviderError) || error.code !== 'PROVIDER_NOT_FOUND') throw error;
}

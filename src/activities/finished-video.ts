import { AFTER_VIDEO } from '../messages/request-fields.js';
import type { RequestKey, RequestPk } from '../messages/request.js';
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

/** The provider no longer knows the request. */
export function undefinedIfGone(error: unknown): undefined {
  if (!(error instanceof ProviderError) || error.code !== 'PROVIDER_NOT_FOUND') throw error;
}

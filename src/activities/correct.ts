import type { SignatureActivities } from '../messages/activities.js';
import type { RequestKey, RequestPk } from '../messages/request.js';
import { ProviderError } from '../uanataca/errors.js';
import type { Dependencies } from './dependencies.js';
import { providerStatus } from './provider-request.js';

/**
 * `PUT request/{request_pk}` with the corrected e-mail or phone. Doing it twice does no harm. A correction that the
 * provider refuses is taken back: it must not be laid over the data of another video request.
 */
export function correct(dependencies: Dependencies): SignatureActivities['correct'] {
  const { archive } = dependencies;
  return async (key, { requestPk, number }) => {
    const signer = await archive.readSigner(key, number);
    try {
      await replaceData(dependencies, key, requestPk, signer);
    } catch (error) {
      if (error instanceof ProviderError && error.kind === 'refused') await archive.dropCorrection(key, number);
      throw error;
    }
    return { status: await providerStatus(dependencies, key, requestPk) };
  };
}

/** The call replaces the whole request, so what we do not correct is read first and sent back (§4.11, §8.2). */
async function replaceData(
  { optimizer, registrationAuthority }: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  { email, phone }: { email: string; phone: string },
): Promise<void> {
  if (key.flow === 'signature') {
    const provider = optimizer(key.environment);
    await provider.updateRequest(requestPk, await provider.getRequest(requestPk), { email, phone });
  } else {
    const api = registrationAuthority(key.environment);
    await api.updateRequest(requestPk, await api.getRequest(requestPk), { email, mobile_phone_number: phone });
  }
}

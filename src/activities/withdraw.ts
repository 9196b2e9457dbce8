import type { SignatureActivities } from '../messages/activities.js';
import { videoIn } from '../messages/request-fields.js';
import { ProviderError } from '../uanataca/errors.js';
import type { Dependencies } from './engine/dependencies.js';
import { keep } from './engine/own-calls.js';
import { providerStatus } from './engine/provider-step.js';
import { undefinedIfGone } from './finished-video.js';

/**
 * Signatures: `DELETE request/{request_pk}`, if the assumption `cancelByDelete` says that it exists (§4.12). Enrolments: `cancel`
 * (§8.2). It reads first: a request that is already closed, or that the provider does not know, is left alone. So is a video that the
 * order keeps. A mark before the call tells a later try that the cancellation it finds may be ours.
 */
export function withdraw(dependencies: Dependencies): SignatureActivities['withdraw'] {
  const { archive, optimizer, registrationAuthority } = dependencies;
  return async (key, { requestPk, keeps, own }) => {
    const mark = `withdraw-${requestPk}`;
    const forget = async (): Promise<void> => {
      await archive.unmark(key, mark);
      await archive.dropCall(key, mark);
    };
    const read = () => providerStatus(dependencies, key, requestPk);
    const status = await read().catch(undefinedIfGone);
    if (status === undefined) return { closed: true, notKnown: true, effect: 'none' };
    if (status === 'CANCELLED' || status === 'ISSUED') {
      const isOurs = status === 'CANCELLED' && (await archive.hasMark(key, mark));
      return { closed: true, status, effect: isOurs ? 'in-doubt' : 'none' };
    }
    const video = videoIn(status);
    if (video === 'finished' ? keeps !== undefined : video === keeps) return { closed: false, status, effect: 'none' };
    if (own) await keep(archive, key, mark, { ...own, requestPk, answered: false });
    const first = await archive.mark(key, mark);
    try {
      const cancelled =
        key.flow === 'signature'
          ? await optimizer(key.environment).cancel(requestPk)
          : await registrationAuthority(key.environment).cancel(requestPk);
      if (cancelled !== 'not-offered') {
        if (own) await keep(archive, key, mark, { ...own, requestPk, answered: true });
        return { closed: true, status, effect: 'ours' };
      }
      await forget();
      return { closed: false, status, effect: 'none' };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (first && error.withoutEffect) await forget();
      if (error.code !== 'REQUEST_STATUS_REFUSED') throw error;
      const now = await read();
      if (now !== 'CANCELLED' && now !== 'ISSUED') throw error;
      return { closed: true, status: now, effect: first ? 'none' : 'in-doubt' };
    }
  };
}

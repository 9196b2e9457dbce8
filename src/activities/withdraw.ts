import type { SignatureActivities } from '../messages/activities.js';
import { AFTER_VIDEO } from '../messages/request-fields.js';
import { ProviderError } from '../uanataca/errors.js';
import type { Dependencies } from './engine/dependencies.js';
import { providerStatus } from './engine/provider-step.js';
import { undefinedIfGone } from './finished-video.js';

/**
 * Signatures: `DELETE request/{request_pk}`, if the assumption `cancelByDelete` says that it exists (§4.12). Enrolments: `cancel`
 * (§8.2). It reads first: a request that is already closed is left alone, and so is a finished video where the order says so. A
 * mark before the call tells a later try that the cancellation it finds may be ours.
 */
export function withdraw(dependencies: Dependencies): SignatureActivities['withdraw'] {
  const { archive, optimizer, registrationAuthority } = dependencies;
  return async (key, { requestPk, unlessFinished }) => {
    const mark = `withdraw-${requestPk}`;
    const read = () => providerStatus(dependencies, key, requestPk);
    const status = await read().catch(undefinedIfGone);
    if (status === 'CANCELLED' || status === 'ISSUED') {
      const isOurs = status === 'CANCELLED' && (await archive.hasMark(key, mark));
      return { closed: true, status, effect: isOurs ? 'in-doubt' : 'none' };
    }
    const found = status === undefined ? {} : { status };
    if (unlessFinished && AFTER_VIDEO.has(status ?? '')) return { closed: false, ...found, effect: 'none' };
    const first = await archive.mark(key, mark);
    try {
      const cancelled =
        key.flow === 'signature'
          ? await optimizer(key.environment).cancel(requestPk)
          : await registrationAuthority(key.environment).cancel(requestPk);
      if (cancelled !== 'not-offered') return { closed: true, ...found, effect: 'ours' };
      await archive.unmark(key, mark);
      return { closed: false, ...found, effect: 'none' };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (first && error.withoutEffect) await archive.unmark(key, mark);
      if (error.code !== 'REQUEST_STATUS_REFUSED') throw error;
      const now = await read();
      if (now !== 'CANCELLED' && now !== 'ISSUED') throw error;
      return { closed: true, status: now, effect: first ? 'none' : 'in-doubt' };
    }
  };
}

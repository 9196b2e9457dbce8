import type { SignatureActivities } from '../messages/activities.js';
import { ProviderError } from '../uanataca/errors.js';
import type { Dependencies } from './engine/dependencies.js';
import { providerStatus } from './engine/provider-step.js';

/**
 * Signatures: `DELETE request/{request_pk}`, if the assumption `cancelByDelete` says that it exists (§4.12). Enrolments: `cancel`
 * (§8.2). A request that is already CANCELLED counts as done. ISSUED is returned: the signer was faster.
 */
export function withdraw(dependencies: Dependencies): SignatureActivities['withdraw'] {
  const { optimizer, registrationAuthority } = dependencies;
  return async (key, { requestPk }) => {
    try {
      if (key.flow === 'signature') {
        return { closed: (await optimizer(key.environment).cancel(requestPk)) !== 'not-offered' };
      }
      await registrationAuthority(key.environment).cancel(requestPk);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== 'REQUEST_STATUS_REFUSED') throw error;
      const status = await providerStatus(dependencies, key, requestPk);
      if (status !== 'CANCELLED' && status !== 'ISSUED') throw error;
      return { closed: true, status };
    }
    return { closed: true };
  };
}

import type { ProviderStatus, RequestKey, RequestPk } from '../messages/request.js';
import type { ProviderRequest } from '../uanataca/provider-request.js';
import type { Dependencies } from './dependencies.js';

/** The request at its provider system: the Optimizer for signatures, the Registration Authority for enrolments. */
export async function providerRequest(
  { optimizer, registrationAuthority }: Pick<Dependencies, 'optimizer' | 'registrationAuthority'>,
  key: RequestKey,
  requestPk: RequestPk,
): Promise<ProviderRequest> {
  const system = key.flow === 'signature' ? optimizer(key.environment) : registrationAuthority(key.environment);
  return await system.getRequest(requestPk);
}

/** Its status there. */
export async function providerStatus(
  dependencies: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
): Promise<ProviderStatus> {
  return (await providerRequest(dependencies, key, requestPk)).status;
}

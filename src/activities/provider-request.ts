import type { ProviderStatus, RequestKey, RequestPk } from '../messages/request.js';
import type { Dependencies } from './dependencies.js';

/** The request's status at its provider system: the Optimizer for signatures, the Registration Authority for enrolments. */
export async function providerStatus(
  { optimizer, registrationAuthority }: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
): Promise<ProviderStatus> {
  const system = key.flow === 'signature' ? optimizer(key.environment) : registrationAuthority(key.environment);
  const { status } = await system.getRequest(requestPk);
  return status;
}

import type { Archive } from '../../archive/archive.js';
import { explaining, type KeptCall, type OwnCall } from '../../messages/own-calls.js';
import type { ProviderStatus, RequestKey, RequestPk } from '../../messages/request.js';

type Kept = Pick<Archive, 'keepCall' | 'time'>;

/** Keeps a call of ours before it is sent, and again when the provider has answered. */
export async function keep(
  archive: Kept,
  key: RequestKey,
  name: string,
  call: OwnCall & Pick<KeptCall, 'requestPk' | 'answered'>,
): Promise<void> {
  await archive.keepCall(key, name, { ...call, at: archive.time() });
}

/**
 * The calls of ours with which the request came to a status, also those of the attempt that it continues. The newest is first.
 *
 * @returns nothing if there are none
 */
export async function ownCalls(
  archive: Pick<Archive, 'calls' | 'readRequest'>,
  key: RequestKey,
  requestPk: RequestPk,
  status: ProviderStatus,
): Promise<{ ours?: KeptCall[] }> {
  const calls = await archive.calls(key);
  const { reopens, previousAttempt } = await archive.readRequest(key);
  if (reopens?.requestPk === requestPk && previousAttempt !== undefined)
    calls.push(...(await archive.calls({ ...key, attempt: previousAttempt })));
  const ours = explaining(calls, requestPk, status);
  return ours.length === 0 ? {} : { ours };
}

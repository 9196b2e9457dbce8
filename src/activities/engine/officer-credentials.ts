import { VideoIdError } from '../../messages/failures.js';
import type { RequestKey } from '../../messages/request.js';
import type { Sealed } from '../../messages/steering.js';
import { openSealed } from '../../security/sealing.js';
import { resolveSecret, type Secret } from '../../security/secret.js';
import { ProviderError } from '../../uanataca/errors.js';
import type { RaoCredentials } from '../../uanataca/one-shot/one-shot.js';
import { type Dependencies, officerOf } from './dependencies.js';

/**
 * The officer's own credentials for a decision, completed with what the officer typed.
 *
 * @throws VideoIdError UNKNOWN_OFFICER, SECRET_NOT_FOUND, SEAL_NOT_OPENED, BAD_SETTING
 */
export async function raoCredentials(
  { config, sealKeys }: Pick<Dependencies, 'config' | 'sealKeys'>,
  key: RequestKey,
  officerId: string,
  typed: { password?: Sealed; pin?: Sealed } = {},
): Promise<RaoCredentials> {
  const officer = officerOf(config, key, officerId);
  const username = await stored(officer.username);
  const password = typed.password ? openSealed(typed.password, sealKeys) : await stored(officer.password);
  const pin = typed.pin ? openSealed(typed.pin, sealKeys) : await stored(officer.pin);
  const token = await stored(officer.token);
  if (token) return { rao: officer.rao, token, password, pin };
  if (username && password && pin) return { rao: officer.rao, username, password, pin };
  throw new VideoIdError('CREDENTIALS_REFUSED', `The credentials of officer "${officerId}" are incomplete.`, {
    field: 'credentials',
    remedy: correctThem(key, officerId),
  });
}

/** Makes a call with the officer's credentials. If the provider refuses them, the error says where they are corrected. */
export async function withOfficer<T>(key: RequestKey, officerId: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'CREDENTIALS_REFUSED')
      error.advise(correctThem(key, officerId));
    throw error;
  }
}

function correctThem({ registrationAuthority }: RequestKey, officerId: string): string {
  const setting = `registrationAuthorities.${registrationAuthority}.officers.${officerId}`;
  return `Correct the credentials of ${setting} in the settings, or type them with --ask-password or --ask-pin.`;
}

async function stored(reference: string | undefined): Promise<Secret | undefined> {
  return reference === undefined ? undefined : resolveSecret(reference);
}

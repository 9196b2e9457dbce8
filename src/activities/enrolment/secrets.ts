import type { Sealed } from '../../messages/steering.js';
import type { SealPublicKey } from '../../security/keys.js';
import { seal } from '../../security/sealing.js';
import { VideoIdError } from '../../messages/failures.js';
import type { CardSecrets } from '../../uanataca/registration-authority/registration-authority.js';

/**
 * Seals PIN, PUK, revocation and enrolment code for the archive, or drops them, as the setting says. Without a setting, which
 * only a sandbox may lack, they are dropped.
 *
 * @throws VideoIdError BAD_SETTING if they should be sealed and there is no seal key
 */
export function sealedSecrets(
  choice: 'seal' | 'drop' | undefined,
  secrets: CardSecrets,
  key: SealPublicKey | undefined,
): Sealed | undefined {
  if (choice !== 'seal') return undefined;
  const revealed = Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, secret?.reveal()]));
  return sealText(JSON.stringify(revealed), key);
}

/** @throws VideoIdError BAD_SETTING without a seal key */
export function sealText(text: string, key: SealPublicKey | undefined): Sealed {
  if (key) return seal(text, key);
  throw new VideoIdError('BAD_SETTING', 'There is no seal key, so secrets cannot be stored.', {
    field: 'keys.seal',
    remedy: 'Give every worker the public seal key, or set that secrets are dropped.',
  });
}

import type { Archive } from '../../archive/archive.js';
import type { Config, RegistrationAuthorityConfig } from '../../config.js';
import { VideoIdError } from '../../messages/failures.js';
import type { RequestKey } from '../../messages/request.js';
import type { Logger } from '../../logging/logger.js';
import type { SealPrivateKeys, SealPublicKey } from '../../security/keys.js';
import type { VerificationOrder } from '../../signatures/verification/verification.js';
import type { Verify } from '../../signatures/verification/verifier.js';
import type { RegistrationAuthority } from '../../uanataca/registration-authority/registration-authority.js';
import type { OneShot } from '../../uanataca/one-shot/one-shot.js';
import type { OptimizerTrouble } from './optimizer-trouble.js';

/** What activities work with. Made once per worker. */
export interface Dependencies {
  config: Config;
  archive: Archive;
  /** The Optimizer of an environment. */
  optimizer: (environment: string) => OneShot;
  /** The Registration Authority API of an environment, for enrolments. */
  registrationAuthority: (environment: string) => RegistrationAuthority;
  trouble: OptimizerTrouble;
  sealKeys: SealPrivateKeys;
  /** Seals the secrets of enrolments. Absent if the settings have no seal key. */
  sealPublicKey: SealPublicKey | undefined;
  /** Checks the signatures of a file. */
  verify: Verify;
  /** The root certificates that signatures of an environment must lead to. */
  roots: (environment: string) => Promise<VerificationOrder['roots']>;
  logger: Logger;
}

/**
 * The settings of the request's registration authority.
 *
 * @throws VideoIdError UNKNOWN_REGISTRATION_AUTHORITY when this worker has no settings for it
 */
export function authorityOf(config: Config, key: RequestKey): RegistrationAuthorityConfig {
  const authority = config.registrationAuthorities[key.registrationAuthority];
  if (authority) return authority;
  throw new VideoIdError(
    'UNKNOWN_REGISTRATION_AUTHORITY',
    `This worker has no settings for registration authority ${key.registrationAuthority}.`,
    { field: 'registrationAuthorities', remedy: 'Add it to the settings of every worker, restart them, then retry.' },
  );
}

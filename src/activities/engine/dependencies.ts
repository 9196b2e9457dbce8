import type { Archive } from '../../archive/archive.js';
import type { Config, OfficerConfig, RegistrationAuthorityConfig } from '../../config.js';
import { authoritySettings, officerSettings } from '../../config/authorities.js';
import type { RequestKey } from '../../messages/request.js';
import type { Logger } from '../../logging/logger.js';
import { processName } from '../../security/key-failures.js';
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
  return authoritySettings(config, key.registrationAuthority, processName('worker'));
}

/** The settings of an officer of it. @throws VideoIdError UNKNOWN_OFFICER, UNKNOWN_REGISTRATION_AUTHORITY */
export function officerOf(config: Config, key: RequestKey, officer: string): OfficerConfig {
  return officerSettings(config, key.registrationAuthority, officer, processName('worker'));
}

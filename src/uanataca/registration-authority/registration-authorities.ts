import { VideoIdError } from '../../messages/failures.js';
import { ByEnvironment } from '../by-environment.js';
import type { Timeouts } from '../http/http.js';
import type { ProxySettings } from '../http/proxy.js';
import { RegistrationAuthority, type RegistrationAuthoritySettings } from './registration-authority.js';
import type { RegistrationAuthorityAssumptions } from './assumptions.js';

/** The settings of one environment's Registration Authority API. */
export interface RegistrationAuthorityEnvironment {
  registrationAuthorityApi?:
    | {
        /** With or without `/api/v1`. */
        address: string;
        /** Client certificate and key, PEM, by reference. */
        certificate: string;
        key: string;
        passphrase?: string | undefined;
        /** PEM file. */
        ca?: string | undefined;
        proxy?: ProxySettings | undefined;
        assumptions: RegistrationAuthorityAssumptions;
      }
    | undefined;
  timeouts: Timeouts;
}

/** The Registration Authority API of each environment. */
export class RegistrationAuthorities extends ByEnvironment<RegistrationAuthorityEnvironment, RegistrationAuthority> {
  /** `of` throws VideoIdError BAD_SETTING for an environment without such an API, too. */
  constructor(settings: Readonly<Record<string, RegistrationAuthorityEnvironment>>) {
    super(settings, (environment) => new RegistrationAuthority(settingsOf(environment)));
  }
}

/** What the client of an environment's Registration Authority API needs. @throws VideoIdError BAD_SETTING if it has none */
export function settingsOf({
  registrationAuthorityApi: api,
  timeouts,
}: RegistrationAuthorityEnvironment): RegistrationAuthoritySettings {
  if (api === undefined) {
    throw new VideoIdError('BAD_SETTING', 'The environment has no Registration Authority API.', {
      field: 'environments',
      remedy: 'Set registrationAuthorityApi for the environment: enrolments need it.',
    });
  }
  const { address, ...rest } = api;
  return { baseUrl: address, timeouts, ...rest };
}

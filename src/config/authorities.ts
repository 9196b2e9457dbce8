import { VideoIdError } from '../messages/failures.js';
import type { Config, EnvironmentConfig, RegistrationAuthorityConfig } from './schema.js';

/** The settings of a registration authority. @throws VideoIdError UNKNOWN_REGISTRATION_AUTHORITY */
export function authoritySettings(config: Config, id: string): RegistrationAuthorityConfig {
  const authority = Object.hasOwn(config.registrationAuthorities, id) ? config.registrationAuthorities[id] : undefined;
  if (authority !== undefined) return authority;
  throw new VideoIdError('UNKNOWN_REGISTRATION_AUTHORITY', 'The registration authority is not in the settings.', {
    field: 'registrationAuthority',
    remedy: `Use ${listed(Object.keys(config.registrationAuthorities))}, or add it to registrationAuthorities.`,
  });
}

/** @throws VideoIdError UNKNOWN_OFFICER */
export function assertOfficer(config: Config, authority: string, officer: string): void {
  if (Object.hasOwn(authoritySettings(config, authority).officers, officer)) return;
  throw new VideoIdError('UNKNOWN_OFFICER', 'The registration authority has no such officer in the settings.', {
    field: 'officer',
    remedy: `Add the officer to registrationAuthorities.${authority}.officers, or decide as another.`,
  });
}

/** The settings of a provider environment. @throws VideoIdError BAD_SETTING */
export function environmentSettings(config: Config, name: string): EnvironmentConfig {
  const environment = Object.hasOwn(config.environments, name) ? config.environments[name] : undefined;
  if (environment !== undefined) return environment;
  throw new VideoIdError('BAD_SETTING', `The settings have no environment ${name} any more.`, {
    field: `environments.${name}`,
    remedy: 'Put the environment back: requests that were started in it still need it.',
  });
}

/** A registration authority by its id at the provider, and its settings. */
export type ChosenAuthority = readonly [id: string, settings: RegistrationAuthorityConfig];

/**
 * The registration authority that a start names, or the only one.
 *
 * @param known those that serve the flow
 * @throws VideoIdError UNKNOWN_REGISTRATION_AUTHORITY
 */
export function chosenAuthority(config: Config, wanted: string | undefined, known: readonly string[]): ChosenAuthority {
  const [only] = known;
  const id = wanted ?? (known.length === 1 ? only : undefined);
  if (id !== undefined) return [id, authoritySettings(config, id)];
  throw new VideoIdError('UNKNOWN_REGISTRATION_AUTHORITY', 'No registration authority is named.', {
    field: 'registrationAuthority',
    remedy: `Name one: ${listed(known)}.`,
  });
}

function listed(known: readonly string[]): string {
  return known.length === 0 ? 'one that is in the settings (there is none yet)' : known.join(' or ');
}

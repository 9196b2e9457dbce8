import { VideoIdError } from '../messages/failures.js';
import { processName } from '../security/key-failures.js';
import type { Config, EnvironmentConfig, OfficerConfig, RegistrationAuthorityConfig } from './schema.js';

/**
 * The settings of a registration authority.
 *
 * @param holder how the error names the process that has the settings
 * @param others ids that a start may name instead
 * @throws VideoIdError UNKNOWN_REGISTRATION_AUTHORITY
 */
export function authoritySettings(
  config: Config,
  id: string,
  holder = processName(),
  others?: readonly string[],
): RegistrationAuthorityConfig {
  const authority = Object.hasOwn(config.registrationAuthorities, id) ? config.registrationAuthorities[id] : undefined;
  if (authority !== undefined) return authority;
  const setting = isName(id) ? `registrationAuthorities.${id}` : 'it to registrationAuthorities';
  throw new VideoIdError(
    'UNKNOWN_REGISTRATION_AUTHORITY',
    `The registration authority ${isName(id) ? `${id} ` : ''}is not in the settings of ${holder}.`,
    {
      field: 'registrationAuthority',
      remedy: `Put ${setting} into these settings, also for requests that still run, and restart the process.${others === undefined ? '' : ` Or use ${listed(others)}.`}`,
    },
  );
}

/**
 * The settings of an officer.
 *
 * @param holder how the error names the process that has the settings
 * @throws VideoIdError UNKNOWN_OFFICER, UNKNOWN_REGISTRATION_AUTHORITY
 */
export function officerSettings(
  config: Config,
  authority: string,
  officer: string,
  holder = processName(),
): OfficerConfig {
  const { officers } = authoritySettings(config, authority, holder);
  const found = Object.hasOwn(officers, officer) ? officers[officer] : undefined;
  if (found !== undefined) return found;
  const place = `registrationAuthorities.${authority}.officers`;
  const others = Object.keys(officers);
  throw new VideoIdError(
    'UNKNOWN_OFFICER',
    `The officer ${isName(officer) ? `"${officer}" ` : ''}is not in ${place} in the settings of ${holder}.`,
    {
      field: 'officer',
      remedy: `Put the officer into ${place}, also for requests that still run, and restart the process.${others.length === 0 ? '' : ` Or decide as another: ${others.join(', ')}.`}`,
    },
  );
}

/**
 * The registration authorities whose settings have the officer.
 *
 * @throws VideoIdError UNKNOWN_OFFICER
 */
export function authoritiesOf({ registrationAuthorities }: Config, officer: string): string[] {
  const all = Object.entries(registrationAuthorities).map(([id, { officers }]) => ({
    id,
    officers: Object.keys(officers),
  }));
  const served = all.filter(({ officers }) => officers.includes(officer)).map(({ id }) => id);
  if (served.length > 0) return served;
  const others = [...new Set(all.flatMap(({ officers }) => officers))];
  throw new VideoIdError('UNKNOWN_OFFICER', `The officer is in no settings of ${processName()}.`, {
    field: 'officer',
    remedy: `Put the officer into registrationAuthorities.<id>.officers, and restart the process.${others.length === 0 ? '' : ` Or name another: ${others.join(', ')}.`}`,
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
  if (id !== undefined)
    return [id, authoritySettings(config, id, processName(), Object.keys(config.registrationAuthorities))];
  throw new VideoIdError('UNKNOWN_REGISTRATION_AUTHORITY', 'No registration authority is named.', {
    field: 'registrationAuthority',
    remedy: `Name one: ${listed(known)}.`,
  });
}

/** Other texts of a caller are not shown. */
function isName(text: string): boolean {
  return /^[\w.-]{1,64}$/.test(text);
}

function listed(known: readonly string[]): string {
  return known.length === 0 ? 'one that is in the settings (there is none yet)' : known.join(' or ');
}

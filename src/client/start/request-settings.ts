import { isDeepStrictEqual } from 'node:util';
import { ZodError } from 'zod';
import type { RequestRecord } from '../../archive/request-record.js';
import { belowFloor, type Floor } from '../../config/floor.js';
import { overridePolicy } from '../../config/policy.js';
import { type ChosenAuthority, chosenAuthority } from '../../config/authorities.js';
import type { Config } from '../../config/schema.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Policy } from '../../messages/policy.js';
import { fieldName } from '../input/input.js';

/** The settings that apply to one request. */
export interface RequestSettings extends Pick<
  RequestRecord,
  | 'flow'
  | 'environment'
  | 'registrationAuthority'
  | 'profile'
  | 'reviewMode'
  | 'automaticOfficer'
  | 'automaticPermission'
  | 'enrolment'
> {
  policy: Policy;
  /** The values that the start overrides, in canonical form. */
  overrides: unknown;
}

/**
 * Completes the start of a signature request from the settings. Workflows read no configuration, so everything is decided here,
 * once.
 *
 * @throws VideoIdError UNKNOWN_REGISTRATION_AUTHORITY, UNKNOWN_PROFILE, BAD_INPUT (field `policy.…`)
 */
export function requestSettings(
  config: Config,
  wanted: { registrationAuthority?: string | undefined; profile?: string | undefined; policy?: unknown },
): RequestSettings {
  const chosen = chosenAuthority(config, wanted.registrationAuthority, Object.keys(config.registrationAuthorities));
  const [registrationAuthority, authority] = chosen;
  const profile = wanted.profile ?? authority.profiles[0];
  if (profile === undefined || !authority.profiles.includes(profile)) {
    throw new VideoIdError('UNKNOWN_PROFILE', 'The registration authority has no such profile in the settings.', {
      field: 'profile',
      remedy: `Use one of ${authority.profiles.join(', ')}, or add it to registrationAuthorities.${registrationAuthority}.profiles.`,
    });
  }
  return { flow: 'signature', profile, ...settingsOf(config, chosen, wanted.policy) };
}

/**
 * The settings of a registration authority that apply to requests of both flows.
 *
 * @param overrides the policy values of the start
 * @throws VideoIdError BAD_INPUT (field `policy.…`)
 */
export function settingsOf(
  config: Config,
  [registrationAuthority, authority]: ChosenAuthority,
  overrides: unknown,
): Omit<RequestSettings, 'flow' | 'profile' | 'enrolment'> {
  const base = overridePolicy(config.policy, authority.policy);
  const policy = startPolicy(base, overrides);
  assertAllowed(policy, base, config.floor);
  const { review } = authority;
  return {
    environment: authority.environment,
    registrationAuthority,
    reviewMode: review.mode,
    ...(review.mode === 'automatic' ? { automaticOfficer: review.officer } : {}),
    ...(review.mode === 'automatic' && review.permission !== undefined
      ? { automaticPermission: review.permission }
      : {}),
    policy,
    overrides: valuesAt(policy, overrides),
  };
}

function startPolicy(base: Policy, overrides: unknown): Policy {
  try {
    return overridePolicy(base, overrides);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const [issue] = error.issues;
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const problem = unknown === undefined ? (issue?.message ?? 'cannot be used') : 'there is no such policy value';
    throw badPolicy(issue?.path ?? [], problem, unknown);
  }
}

/** A start may make the policy slower or stricter than the settings, never faster or less strict. */
function assertAllowed(policy: Policy, base: Policy, floor: Floor): void {
  const [tooLow] = belowFloor(policy, floor);
  if (tooLow !== undefined) throw badPolicy(tooLow.path, tooLow.message);
  const laxer = policy.mayPass.findIndex((reason) => !base.mayPass.includes(reason));
  if (laxer >= 0) throw badPolicy(['mayPass', laxer], 'only the settings let a verification reason pass');
  if (policy.acceptance.maximumAge > base.acceptance.maximumAge)
    throw badPolicy(['acceptance', 'maximumAge'], 'only the settings let an acceptance be older');
  for (const part of ['download', 'verification'] as const)
    if (!isDeepStrictEqual(policy[part], base[part])) throw badPolicy([part], 'only the settings decide this');
  if (policy.identity?.notShown === 'go-on' && base.identity?.notShown === 'ask')
    throw badPolicy(['identity', 'notShown'], 'only the settings may accept a signer whose number is not shown');
}

function badPolicy(path: readonly PropertyKey[], problem: string, unknown?: string): VideoIdError {
  const name = fieldName(['policy', ...path], unknown);
  return new VideoIdError('BAD_INPUT', `${name}: ${problem}.`, {
    field: name,
    remedy: 'Use the names and forms of the `policy` settings; durations are milliseconds, or 30s, 10m, 2h, 7d.',
  });
}

/** The resolved values of the fields in `shape`. So `7d` and 604800000 are the same override. */
function valuesAt(resolved: unknown, shape: unknown): unknown {
  if (!isRecord(shape) || !isRecord(resolved)) return shape === undefined ? {} : resolved;
  return Object.fromEntries(
    Object.entries(shape)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => [name, valuesAt(resolved[name], part)]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

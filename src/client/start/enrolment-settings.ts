import type { RequestRecord } from '../../archive/request-record.js';
import { type ChosenAuthority, chosenAuthority } from '../../config/authorities.js';
import type { Config, RegistrationAuthorityConfig } from '../../config/schema.js';
import { VideoIdError } from '../../messages/failures.js';
import {
  fieldsToSend,
  missingAtStart,
  profileOf,
  SECURE_ELEMENT_WORDS,
  type SecureElement,
} from '../../messages/profiles.js';
import { FIELDS_BEFORE_VIDEO } from '../../messages/request-fields.js';
import { checkedFields } from '../input/input.js';
import type { CheckedEnrolment } from './enrolment-input.js';
import { type RequestSettings, settingsOf } from './request-settings.js';

/** Days, if a start gives none. The provider uses this default in its own example (§8.2). */
const DEFAULT_VALIDITY = 730;

/** Longest profile name; the ones in the catalogue have at most 20 characters. It stands in the Temporal UI. */
const PROFILE_NAME = /^[A-Za-z0-9._-]{1,64}$/;

const ALL_ELEMENTS: readonly SecureElement[] = ['0', '1', '2'];

/** The values for the start of an enrolment. */
export type WantedEnrolment = Pick<
  CheckedEnrolment,
  'registrationAuthority' | 'profile' | 'secureElement' | 'validityTime' | 'fields' | 'untilIssued' | 'policy'
>;

/**
 * Completes the start of an enrolment from the settings and the catalogue, and checks it against them. Without this check, errors
 * would only show after the video. Missing values come from the attempt `before`, if there is one.
 *
 * @throws VideoIdError UNKNOWN_REGISTRATION_AUTHORITY, UNKNOWN_PROFILE, FIELD_FROM_VIDEO, FIELDS_MISSING, BAD_EMAIL,
 *   BAD_INPUT (`secureElement`, `fields.…`, `policy.…`)
 */
export function enrolmentSettings(config: Config, wanted: WantedEnrolment, before?: RequestRecord): RequestSettings {
  const chosen = enrollingAuthority(config, wanted.registrationAuthority);
  const [, { profiles, enrolment }] = chosen;
  const profile = knownProfile(wanted.profile ?? profiles[0] ?? '', enrolment);
  const earlier = before?.enrolment;
  const fields = fieldsToSend(
    profile,
    wanted.fields === undefined ? (earlier?.fields ?? {}) : checkedFields(wanted.fields, { profile, created: false }),
  );
  assertComplete(profile, fields);
  // Another profile may not allow the earlier value.
  const element = wanted.secureElement ?? (before?.profile === profile ? earlier?.secureElement : undefined);
  return {
    flow: 'enrolment',
    profile,
    ...settingsOf(config, chosen, wanted.policy),
    enrolment: {
      secureElement: secureElementOf(profile, element),
      validityTime: String(wanted.validityTime ?? earlier?.validityTime ?? DEFAULT_VALIDITY),
      fields,
      untilIssued: wanted.untilIssued ?? earlier?.untilIssued ?? false,
      preauthLink: enrolment.preauthLink,
      refuseVideo: enrolment.refuseVideo,
    },
  };
}

type EnrolmentConfig = Exclude<RegistrationAuthorityConfig['enrolment'], undefined>;

function enrollingAuthority(
  config: Config,
  wanted: string | undefined,
): readonly [ChosenAuthority[0], RegistrationAuthorityConfig & { enrolment: EnrolmentConfig }] {
  const enrolling = Object.entries(config.registrationAuthorities).filter(([, each]) => each.enrolment !== undefined);
  const known = enrolling.map(([id]) => id);
  const [id, authority] = chosenAuthority(config, wanted, known);
  const { enrolment } = authority;
  if (enrolment !== undefined) return [id, { ...authority, enrolment }];
  throw new VideoIdError('UNKNOWN_REGISTRATION_AUTHORITY', 'This registration authority makes no enrolments.', {
    field: 'registrationAuthority',
    remedy: `${known.length === 0 ? 'None does yet' : `Use ${known.join(' or ')}`}; the setting registrationAuthorities.${id}.enrolment allows it.`,
  });
}

function knownProfile(profile: string, { unknownProfiles }: EnrolmentConfig): string {
  if (profileOf(profile) !== undefined || (unknownProfiles && PROFILE_NAME.test(profile))) return profile;
  throw new VideoIdError('UNKNOWN_PROFILE', 'The provider documents no such certificate profile.', {
    field: 'profile',
    remedy: '`videoid profiles` lists them. The setting enrolment.unknownProfiles allows others.',
  });
}

/** The wanted secure element, or the only one that the profile allows. */
function secureElementOf(profile: string, wanted: string | undefined): SecureElement {
  const allowed = profileOf(profile)?.secureElements ?? ALL_ELEMENTS;
  const [only, another] = allowed;
  if (wanted === undefined && only !== undefined && another === undefined) return only;
  const chosen = allowed.find((each) => each === wanted);
  if (chosen !== undefined) return chosen;
  const words = allowed.map((each) => `${each} (${SECURE_ELEMENT_WORDS[each]})`).join(' or ');
  throw new VideoIdError(
    'BAD_INPUT',
    wanted === undefined
      ? 'secureElement: the profile allows several places for the keys.'
      : 'secureElement: the profile does not allow this one.',
    { field: 'secureElement', remedy: `Give ${words}.` },
  );
}

/** After the video a natural person's request goes straight to ENROLLREADY, so nothing can be added later. */
function assertComplete(profile: string, fields: Exclude<RequestRecord['enrolment'], undefined>['fields']): void {
  const missing = missingAtStart(profile, fields).filter((name) => !FIELDS_BEFORE_VIDEO.includes(name));
  const [first] = missing;
  if (first === undefined) return;
  throw new VideoIdError('FIELDS_MISSING', `The profile needs more than the video gives: ${missing.join(', ')}.`, {
    field: `fields.${first}`,
    remedy: "Give it now: a natural person's request cannot be completed after the video.",
    facts: { missing: missing.join(' ') },
  });
}

import { defined } from './defined.js';
import { VideoIdError } from './failures.js';
import { type Profile, PROFILES, profileOf, type SecureElement, VALIDITY_DAYS } from './profiles.js';
import { FIELD_WORDS, type FieldName, FIELDS_BEFORE_VIDEO, FIELDS_FROM_VIDEO } from './request-fields.js';

/**
 * Who gives a mandatory field, and when: the signer in the start, another part of the start, the start or `provide` later, the
 * video, or the profile, which allows only one value.
 */
export type GivenBy = 'signer' | 'start' | 'start-or-later' | 'video' | 'profile';

/** A mandatory field of a profile. */
export interface ProfileField {
  /** The provider's name. */
  name: FieldName;
  words: string;
  givenBy: GivenBy;
  /** Present if the profile allows only one value. */
  value?: string;
}

/** A certificate profile, as people read it. */
export interface ProfileEntry {
  name: string;
  /** The provider's words for whose certificate it is. */
  description: string;
  /** After validation the certificate follows at once: nothing can be added after the video. */
  naturalPerson: boolean;
  secureElements: readonly SecureElement[];
  /** Days a certificate may be valid. */
  validityTimes: readonly number[];
  fields: ProfileField[];
}

/** Every documented profile, in the provider's order. */
export function profileCatalogue(): ProfileEntry[] {
  return PROFILES.map(entryOf);
}

/** One profile. @throws VideoIdError UNKNOWN_PROFILE */
export function profileEntry(name: string): ProfileEntry {
  const profile = profileOf(name);
  if (profile !== undefined) return entryOf(profile);
  throw new VideoIdError('UNKNOWN_PROFILE', 'The provider documents no such certificate profile.', {
    field: 'profile',
    remedy: '`videoid profiles` lists them.',
  });
}

function entryOf(profile: Profile): ProfileEntry {
  const { name, description, naturalPerson, secureElements } = profile;
  return {
    name,
    description,
    naturalPerson,
    secureElements,
    validityTimes: VALIDITY_DAYS,
    fields: profile.mandatory.map((field) => {
      const value = profile.fixed[field];
      return {
        name: field,
        words: FIELD_WORDS[field],
        givenBy: givenBy(profile, field),
        ...defined({ value }),
      };
    }),
  };
}

function givenBy({ fixed, naturalPerson }: Profile, field: FieldName): GivenBy {
  if (fixed[field] !== undefined) return 'profile';
  if (FIELDS_BEFORE_VIDEO.includes(field)) return 'signer';
  if (FIELDS_FROM_VIDEO.includes(field)) return 'video';
  return naturalPerson ? 'start' : 'start-or-later';
}

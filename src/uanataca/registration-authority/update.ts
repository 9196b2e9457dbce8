import { VideoIdError } from '../../messages/failures.js';
import { FIELDS_FROM_VIDEO, FIELDS_OF_CREATE, type RequestFields, isFieldName } from '../../messages/request-fields.js';
import { unknownField } from '../../messages/unknown-field.js';
import type { RegistrationAuthorityAssumptions } from './assumptions.js';
import type { EnrolmentRequest } from './enrolment-request.js';

/** In these statuses the video has given no data yet. */
const BEFORE_VIDEO = new Set(['VIDEOPENDING']);

/**
 * The body of Update Request (§8.2). It is a full PUT, so the data that was read is sent back with the new data. Data from the
 * video cannot be changed and is not sent, unless an assumption says so.
 *
 * @throws VideoIdError BAD_INPUT for a field that does not exist; FIELD_FROM_VIDEO for a new value of a field from the video
 */
export function updateOf(
  read: EnrolmentRequest,
  fields: Readonly<Record<string, string>>,
  { updateSendsBack, countryName, videoidModeInUpdate }: RegistrationAuthorityAssumptions,
): Record<string, string | number | undefined> {
  const required = {
    scratchcard: read.scratchcard,
    registration_authority: read.registrationAuthority,
    profile: read.profile,
    country_name: read.countryName ?? countryName,
    email: read.email,
    mobile_phone_number: read.phone,
    secure_element: read.secureElement,
    ...(videoidModeInUpdate ? { videoid_mode: 1 } : {}),
  };
  return { ...sentBack(read.fields, updateSendsBack), ...required, ...changesTo(read, fields) };
}

function sentBack(
  known: RequestFields,
  which: RegistrationAuthorityAssumptions['updateSendsBack'],
): Record<string, string> {
  if (which === 'required') return {};
  return Object.fromEntries(
    Object.entries(known).filter(([name]) => !isOfCreate(name) && (which === 'all' || !isFromVideo(name))),
  );
}

/** The new fields. A field from the video with an equal value is no change. */
function changesTo(read: EnrolmentRequest, fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => {
      if (!isFieldName(name)) throw unknownField(name);
      if (isOfCreate(name)) return false;
      const known = read.fields[name];
      if (known === undefined || !isFromVideo(name) || BEFORE_VIDEO.has(read.status)) return true;
      if (same(known, value)) return false;
      throw new VideoIdError('FIELD_FROM_VIDEO', `The field ${name} came from the video and cannot be changed.`, {
        field: name,
        remedy: 'Leave it out. If it is wrong, decline this enrolment and start a new attempt.',
      });
    }),
  );
}

function isOfCreate(name: string): boolean {
  return isFieldName(name) && FIELDS_OF_CREATE.includes(name);
}

function isFromVideo(name: string): boolean {
  return isFieldName(name) && FIELDS_FROM_VIDEO.includes(name);
}

/** Identity documents write names in capitals. */
function same(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

function plain(text: string): string {
  return text.trim().normalize('NFC').toUpperCase();
}

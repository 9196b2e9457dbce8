import { VideoIdError } from '../../messages/failures.js';
import { profileOf } from '../../messages/profiles.js';
import {
  type FieldName,
  FIELDS_BEFORE_VIDEO,
  FIELDS_FROM_VIDEO,
  FIELDS_OF_CREATE,
  isFieldName,
  type RequestFields,
} from '../../messages/request-fields.js';
import { internationalPhone, sensibleEmail } from './signer.js';

/** Fields that the provider describes as two letters (ISO 3166). */
const COUNTRIES: readonly FieldName[] = [
  'country_name',
  'id_document_country',
  'organization_country',
  'id_responsible_document_country',
];
const EMAILS: readonly FieldName[] = ['email', 'organization_email', 'responsible_email'];
const PHONES: readonly FieldName[] = ['mobile_phone_number'];

const LONGEST = 2000;
const LIST_THEM = '`videoid profiles NAME` lists the fields of a profile.';

/**
 * Checks fields that a person gives, by the provider's names. Fields from the video are refused. So are fields from before the
 * video, unless the provider says that they are missing.
 *
 * @param more.created whether the request was created before
 * @param more.missing fields that the provider still needs after the video
 * @returns the fields as they are sent: trimmed, countries in capitals
 * @throws VideoIdError FIELD_FROM_VIDEO, BAD_INPUT, BAD_EMAIL, BAD_PHONE with the field `fields.<name>`; values are never repeated
 */
export function checkedFields(
  given: Readonly<Record<string, string>>,
  more: { profile: string; created: boolean; missing?: readonly string[] | undefined },
): RequestFields {
  const fields: RequestFields = {};
  for (const [name, text] of Object.entries(given)) {
    if (!isFieldName(name)) throw wrong('BAD_INPUT', name, 'The provider has no such field.', LIST_THEM);
    const isMissing = more.missing?.includes(name) === true;
    if (FIELDS_BEFORE_VIDEO.includes(name) && !isMissing) {
      throw wrong(
        'BAD_INPUT',
        name,
        "It is the signer's own and not given here.",
        'Give signer.email and signer.phone.',
      );
    }
    if (FIELDS_FROM_VIDEO.includes(name) && !isMissing) {
      const remedy = 'Leave it out. If the video has it wrong, decline this enrolment and start a new attempt.';
      throw wrong('FIELD_FROM_VIDEO', name, 'It comes from the video and cannot be given or changed.', remedy);
    }
    if (FIELDS_OF_CREATE.includes(name) && more.created) {
      throw wrong('BAD_INPUT', name, 'The provider accepts it only when the request is created.', 'Leave it out.');
    }
    const value = checkedValue(name, text);
    const only = profileOf(more.profile)?.fixed[name];
    if (only !== undefined && only !== value) {
      throw wrong('BAD_INPUT', name, `The profile allows only the value ${only}.`, 'Leave it out.');
    }
    fields[name] = value;
  }
  return fields;
}

function checkedValue(name: FieldName, text: string): string {
  const value = text.trim();
  if (value === '') throw wrong('BAD_INPUT', name, 'It is empty.', 'Give a value, or leave the field out.');
  if (value.length > LONGEST) {
    throw wrong('BAD_INPUT', name, `It is longer than ${LONGEST} characters.`, 'Give a shorter value.');
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) {
    throw wrong('BAD_INPUT', name, 'It contains a line break or another control character.', 'Give one plain line.');
  }
  if (EMAILS.includes(name) && sensibleEmail(value) === undefined) {
    throw wrong('BAD_EMAIL', name, 'The e-mail address cannot be used.', 'Give one such as name@example.com.');
  }
  if (PHONES.includes(name)) {
    const phone = internationalPhone(value);
    if (phone !== undefined) return phone;
    throw wrong('BAD_PHONE', name, 'The phone cannot be used.', 'Give it with its international prefix: +34600000000.');
  }
  if (FIELDS_OF_CREATE.includes(name) && !/^\d{1,12}$/.test(value)) {
    throw wrong('BAD_INPUT', name, 'It is not an id of the provider.', 'Give the number of the RAO.');
  }
  if (!COUNTRIES.includes(name)) return value;
  if (/^[A-Za-z]{2}$/.test(value)) return value.toUpperCase();
  throw wrong('BAD_INPUT', name, 'It is not a country code.', 'Give two letters, such as ES.');
}

function wrong(
  code: 'BAD_INPUT' | 'BAD_EMAIL' | 'BAD_PHONE' | 'FIELD_FROM_VIDEO',
  name: string,
  problem: string,
  remedy: string,
): VideoIdError {
  // The name of a field that does not exist may be anything.
  const field = isFieldName(name) || /^[\w.-]{1,64}$/.test(name) ? `fields.${name}` : 'fields';
  return new VideoIdError(code, `${field}: ${problem}`, { field, remedy });
}

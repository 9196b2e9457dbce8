import { raoView, userView } from '../requests/raos.js';
import type { Behaviour } from '../settings/settings.js';
import type { Enrolment } from './enrolment.js';
import { videoData } from './video-data.js';

/** Fields of create's answer, in the vendor's order (§8.2). */
const CREATE_FIELDS =
  'pk given_name surname_1 surname_2 sex id_document_type id_document_country serial_number country_name citizenship residence organization_email email title organization_name organizational_unit_1 organizational_unit_2 organization_identifier responsible_name responsible_first_surname responsible_second_surname responsible_email responsible_serial responsible_position subscriber_responsible_serial administrative_unit empowerment representation circumstances limit registration process_application entity_owner entity_owner_serial_number description certificate_set profile scratchcard status registering_user approving_user producing_user registration_authority secure_element validity_time smartcard_sn citizen_tax_number birth_date birth_country birth_city birth_province birth_state birth_district birth_canton id_document_description id_document_issuer organization_rol professional_id_number mobile_phone_number fix_phone_number residence_address residence_city residence_province residence_postal_code residence_state residence_district residence_canton organization_tax_number organization_address organization_city organization_province organization_country organization_postal_code organization_state organization_url responsible_legal_level subscriber responsible_legal_documents special_conditions responsible_registry_data approving_rao producing_rao id_document_number'.split(
    ' ',
  );

/** What GET adds (§8.2), without the two of VideoID. */
const READ_FIELDS =
  'id_responsible_document_type id_responsible_document_country id_responsible_document_number organizational_unit_3 paperless_mode ext_recognition_data complement_number id_responsible_document_issuer provider_registration_number communication_language identification_rao'.split(
    ' ',
  );

/** Fields that no caller sets as text. */
const OWN = new Set(
  'pk email certificate_set profile scratchcard status registering_user approving_user producing_user registration_authority secure_element validity_time mobile_phone_number approving_rao producing_rao paperless_mode ext_recognition_data identification_rao'.split(
    ' ',
  ),
);

/** Fields that create and update take as text, beside e-mail and phone. */
export const TEXT_FIELDS: readonly string[] = [
  ...[...CREATE_FIELDS, ...READ_FIELDS].filter((field) => !OWN.has(field)),
  'organizational_unit_4', // only in the profiles of public employees (§9), and never in a read
];

/** The answer to create. Fields that nobody filled in are null. */
export function createView(request: Enrolment, behaviour: Behaviour): Record<string, unknown> {
  return view(request, CREATE_FIELDS, request.status, null, behaviour);
}

/**
 * What a read shows.
 * @param status the status to show
 */
export function readView(
  request: Enrolment,
  behaviour: Behaviour,
  link: string,
  status: string = request.status,
): Record<string, unknown> {
  const untouched = behaviour.ra.untouchedLater === 'empty' ? '' : null;
  return {
    ...view(request, [...CREATE_FIELDS, ...READ_FIELDS], status, untouched, behaviour),
    ...(request.videoMode ? { videoid_mode: true, videoid_data: videoData(request, behaviour, link) } : {}),
  };
}

function view(
  request: Enrolment,
  fields: readonly string[],
  status: string,
  untouched: '' | null,
  behaviour: Behaviour,
): Record<string, unknown> {
  const own = ownFields(request, status, behaviour);
  return Object.fromEntries(
    fields.map((field) => {
      if (Object.hasOwn(own, field)) return [field, own[field]];
      if (field === 'birth_date') return [field, birthDate(request.fields[field], behaviour)]; // a date is never ''
      return [field, request.fields[field] ?? untouched];
    }),
  );
}

/** Numbers in answers, even if they came as text. `validity_time` stays text (§8.2). */
function ownFields(request: Enrolment, status: string, behaviour: Behaviour): Record<string, unknown> {
  const registrationAuthority = Number(request.registrationAuthority);
  return {
    pk: request.pk,
    email: request.email,
    certificate_set: certificateSet(request, behaviour),
    profile: request.profile,
    scratchcard: request.scratchcard,
    status,
    registering_user: userView(request),
    approving_user: request.approvingRao === undefined ? null : userView(request),
    producing_user: null,
    registration_authority: registrationAuthority,
    secure_element: request.secureElement,
    validity_time: request.validityTime,
    mobile_phone_number: phoneOf(request, behaviour),
    approving_rao: request.approvingRao === undefined ? null : raoView(request.approvingRao, request),
    producing_rao: null,
    paperless_mode: request.paperlessMode,
    ext_recognition_data: null,
    identification_rao: request.identificationRao === undefined ? null : Number(request.identificationRao),
  };
}

function phoneOf({ phone }: Enrolment, { ra }: Behaviour): string | null {
  if (phone === '') return null;
  return ra.phoneShown === 'without-plus' ? phone.replace('+', '') : phone;
}

function certificateSet(request: Enrolment, behaviour: Behaviour): Record<string, unknown>[] {
  const { certificate } = request;
  if (certificate === undefined) return [];
  const zone = behaviour.ra.certificateTimes === 'with-zone' ? 'Z' : '';
  return [
    {
      profile: request.profile,
      status: 0,
      valid_from: `${certificate.validFrom.slice(0, 19)}${zone}`,
      valid_to: `${certificate.validTo.slice(0, 19)}${zone}`,
      valid: 'VALID',
      revokation_reason: null,
      serial_number: certificate.serialNumber,
      subject: certificate.subject,
      data: certificate.data,
      issuer: certificate.issuer,
    },
  ];
}

/** DD/MM/YYYY like the video's data, or YYYY-MM-DD. */
export function birthDate(given: string | undefined, { ra }: Behaviour): string | null {
  if (given === undefined || given === '') return null;
  const parts = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(given);
  return parts === null || ra.birthDate === 'slashes' ? given : `${parts[3]}-${parts[2]}-${parts[1]}`;
}

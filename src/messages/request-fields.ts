/**
 * The fields of a Registration Authority request that people fill in, by the provider's names (§8.2, §9).
 * Profile, scratchcard, secure element, validity and registration authority are not among them: they belong to the request.
 */
export const FIELD_WORDS = {
  email: "the signer's e-mail address: the links go there",
  mobile_phone_number: "the signer's mobile phone, with international prefix",

  given_name: "the signer's given name",
  surname_1: "the signer's first surname",
  surname_2: "the signer's second surname",
  serial_number: "number of the signer's identity document",
  id_document_type: 'type of the identity document: IDC, PAS, PNO or TIN; in most Peruvian profiles DNI, CEX or PAS',
  id_document_country: 'country of the identity document, two letters',
  id_document_number: 'number of the identity document, where the profile asks for it beside serial_number',
  birth_date: "the signer's date of birth",

  country_name: 'country in which the registration authority is registered, two letters',
  title: "the signer's professional title",
  citizen_tax_number: "the signer's tax number",
  smartcard_sn: 'serial number of the smartcard or token',
  professional_id_number: "the signer's number in the professional association",
  organization_rol: "the signer's role in the organization",
  sex: "the signer's sex",
  citizenship: "the signer's citizenship",
  birth_country: 'country of birth',
  birth_city: 'city of birth',
  birth_province: 'province of birth',
  birth_state: 'state of birth',
  birth_district: 'district of birth',
  birth_canton: 'canton of birth',
  id_document_description: 'description of the identity document',
  id_document_issuer: 'issuer of the identity document',
  complement_number: 'complement to the number of the identity document',
  fix_phone_number: "the signer's fixed-line phone",
  residence: 'country of residence',
  residence_address: 'address of residence',
  residence_city: 'city of residence',
  residence_province: 'province of residence',
  residence_postal_code: 'postal code of residence',
  residence_state: 'state of residence',
  residence_district: 'district of residence',
  residence_canton: 'canton of residence',
  communication_language: 'language in which the provider writes to the signer',

  organization_name: 'name of the organization',
  organization_country: 'country of the organization, two letters',
  organization_email: 'e-mail address of the organization',
  organization_tax_number: 'tax number of the organization',
  organization_identifier: 'identifier of the organization',
  organization_address: 'address of the organization',
  organization_city: 'city of the organization',
  organization_province: 'province of the organization',
  organization_postal_code: 'postal code of the organization',
  organization_state: 'state of the organization',
  organization_url: 'web address of the organization',
  organizational_unit_1: 'first organizational unit',
  organizational_unit_2: 'second organizational unit',
  organizational_unit_3: 'third organizational unit',
  organizational_unit_4: 'fourth organizational unit',
  administrative_unit: 'administrative unit',
  entity_owner: 'owner of the entity',
  entity_owner_serial_number: 'number of the owner of the entity',
  provider_registration_number: 'registration number of the provider',

  responsible_name: "name of the organization's representative",
  responsible_first_surname: "first surname of the organization's representative",
  responsible_second_surname: "second surname of the organization's representative",
  responsible_serial: "document number of the organization's representative",
  responsible_email: "e-mail address of the organization's representative",
  responsible_position: "position of the organization's representative",
  responsible_legal_level: "legal level of the organization's representative",
  responsible_legal_documents: "legal documents of the organization's representative",
  responsible_registry_data: "registry data of the organization's representative",
  id_responsible_document_type: "type of the representative's identity document: DNI, CEX or PAS",
  id_responsible_document_country: "country of the representative's identity document, two letters",
  id_responsible_document_number: "number of the representative's identity document",
  id_responsible_document_issuer: "issuer of the representative's identity document",
  subscriber: 'the subscriber',
  subscriber_responsible_serial: "document number of the subscriber's representative",

  representation: 'document on which the legal representation rests',
  empowerment: 'level of the legal representation',
  circumstances: 'conditions of the representation',
  limit: 'limits of the representation',
  registration: 'registry data of the representation',
  special_conditions: 'special conditions',
  process_application: 'name of the application that will use the certificate',
  description: 'a description',

  identification_rao: 'the RAO id of the officer who identifies the signer, where another one approves',
} as const satisfies Record<string, string>;

export type FieldName = keyof typeof FIELD_WORDS;

/** Fields with their values, by the provider's names. */
export type RequestFields = Partial<Record<FieldName, string>>;

/**
 * The fields from the identification (§8.4: `ocr_data`). Afterwards nobody can change them (seed, step 5). We assume that
 * `id_document_number` is one of them: some profiles use this name for the same number.
 */
export const IDENTITY_FIELDS = [
  'given_name',
  'surname_1',
  'surname_2',
  'serial_number',
  'id_document_type',
  'id_document_country',
  'id_document_number',
  'birth_date',
] as const satisfies readonly FieldName[];
export const FIELDS_FROM_VIDEO: readonly FieldName[] = IDENTITY_FIELDS;

/** The fields that identify the signer, with values, by the provider's names. */
export type IdentityFields = Partial<Record<(typeof IDENTITY_FIELDS)[number], string>>;

/** Statuses after the video: now the provider shows the signer's data from the video. */
export const AFTER_VIDEO: ReadonlySet<string> = new Set(['VIDEOREVIEW', 'CREATED', 'ENROLLREADY', 'ISSUED']);

/**
 * Whether the signer has finished the video, by the provider's status. VIDEOINCOMPLETE says both in the provider's documents: not
 * finished, or finished and still being processed (§12.2).
 */
export function videoIn(status: string | undefined): 'finished' | 'perhaps-finished' | 'unfinished' {
  if (AFTER_VIDEO.has(status ?? '')) return 'finished';
  return status === 'VIDEOINCOMPLETE' ? 'perhaps-finished' : 'unfinished';
}

/** Fields that Create Request documents and Update Request does not (§8.2). */
export const FIELDS_OF_CREATE: readonly FieldName[] = ['identification_rao'];

/** Fields that the video needs: the link goes to the e-mail address, the code of the video session to the phone. */
export const FIELDS_BEFORE_VIDEO: readonly FieldName[] = ['email', 'mobile_phone_number'];

export function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(FIELD_WORDS, name);
}

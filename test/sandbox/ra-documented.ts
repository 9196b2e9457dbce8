/** The vendor's own examples (§8.1 to §8.4), as data. */

export const CREATE_RESPONSE = JSON.parse(
  `{"pk": 25139, "given_name": "Name", "surname_1": "Surname1", "surname_2": "Surname2", "sex": null, "id_document_type": "TIN", "id_document_country": "IT", "serial_number": "A1111111E", "country_name": "ES", "citizenship": null, "residence": null, "organization_email": null, "email": "mail@domain", "title": null, "organization_name": null, "organizational_unit_1": null, "organizational_unit_2": null, "organization_identifier": null, "responsible_name": null, "responsible_first_surname": null, "responsible_second_surname": null, "responsible_email": null, "responsible_serial": null, "responsible_position": null, "subscriber_responsible_serial": null, "administrative_unit": null, "empowerment": null, "representation": null, "circumstances": null, "limit": null, "registration": null, "process_application": null, "entity_owner": null, "entity_owner_serial_number": null, "description": null, "certificate_set": [], "profile": "PFnubeAFCiudadano", "scratchcard": "5053349", "status": "CREATED", "registering_user": {"pk": 53, "permission_profile": 13, "registration_authority": 116, "request": 144}, "approving_user": null, "producing_user": null, "registration_authority": 68, "secure_element": 2, "validity_time": "730", "smartcard_sn": null, "citizen_tax_number": null, "birth_date": null, "birth_country": null, "birth_city": null, "birth_province": null, "birth_state": null, "birth_district": null, "birth_canton": null, "id_document_description": null, "id_document_issuer": null, "organization_rol": null, "professional_id_number": null, "mobile_phone_number": "+34600112233", "fix_phone_number": null, "residence_address": null, "residence_city": null, "residence_province": null, "residence_postal_code": null, "residence_state": null, "residence_district": null, "residence_canton": null, "organization_tax_number": null, "organization_address": null, "organization_city": null, "organization_province": null, "organization_country": null, "organization_postal_code": null, "organization_state": null, "organization_url": null, "responsible_legal_level": null, "subscriber": null, "responsible_legal_documents": null, "special_conditions": null, "responsible_registry_data": null, "approving_rao": null, "producing_rao": null, "id_document_number": null}`,
) as Record<string, unknown>;

/** What GET adds, apart from `videoid_mode` and `videoid_data`. */
export const READ_ADDITIONS = [
  'id_responsible_document_type',
  'id_responsible_document_country',
  'id_responsible_document_number',
  'organizational_unit_3',
  'paperless_mode',
  'ext_recognition_data',
  'complement_number',
  'id_responsible_document_issuer',
  'provider_registration_number',
  'communication_language',
  'identification_rao',
];

export const CERTIFICATE_KEYS = [
  'profile',
  'status',
  'valid_from',
  'valid_to',
  'valid',
  'revokation_reason',
  'serial_number',
  'subject',
  'data',
  'issuer',
];

export const VIDEO_DATA_KEYS = [
  'pk',
  'status',
  'provider',
  'videoid_link',
  'requests',
  'refusal_reason',
  'data',
  'video_identifier',
  'validation_services',
  'acceptance',
  'validation_operator',
];

export const VIDEO_EVIDENCE = {
  images: ['document_photo', 'document_front', 'document_rear', 'document_owner'],
  ocr: [
    'mobile_phone_number',
    'given_name',
    'serial_number',
    'birth_date',
    'surname_2',
    'surname_1',
    'id_document_type',
    'id_document_validity',
  ],
  checks: [
    ['OTP validation', true],
    ['Data integrity', true],
    ['Document is not a black and white copy', true],
    ['Document not expired', true],
    ['Not underage', true],
    ['Liveliness detected', true],
  ],
  acceptance: [
    'description',
    'url-doc-privacypolicy',
    'ip',
    'url-web-videoid',
    'user-agent',
    'date',
    'url-doc-termsconditions',
  ],
};

/** A certificate profile (§9). */
export interface Profile {
  /** The allowed values of `secure_element`: 0 software, 1 smartcard, 2 cloud. */
  secureElements: readonly number[];
  /** Mandatory fields, in addition to those of all profiles. */
  fields: readonly string[];
}

/** Fields that are mandatory in every profile. */
export const BASE_FIELDS: readonly string[] = [
  'secure_element',
  'profile',
  'validity_time',
  'registration_authority',
  'scratchcard',
  'id_document_type',
  'id_document_country',
  'given_name',
  'surname_1',
  'mobile_phone_number',
];

/** Days that every profile allows for `validity_time`. */
export const VALIDITY_TIMES: readonly string[] = ['1', '3', '365', '730', '1095', '1825'];

const GROUPS: readonly (readonly [names: Readonly<Record<string, readonly number[]>>, fields: string])[] = [
  [
    { PFSoftAFCiudadano: [0], PFnubeAFCiudadano: [2], PFnubeQAFCiudadano: [2], PFSoftNC: [0], PFnubeNC: [1, 2] },
    'email serial_number',
  ],
  [{ PFqscdCiudadano: [1] }, 'email serial_number smartcard_sn'],
  [
    {
      PFSoftAFEmpresa: [0],
      PFnubeAFEmpresa: [2],
      PFnubeQAFEmpresa: [2],
      PFSoftAFColegiado: [0],
      PFnubeAFColegiado: [2],
      PFnubeQAFColegiado: [2],
    },
    'email organization_country organization_email organization_name organization_tax_number responsible_first_surname responsible_name responsible_serial serial_number title',
  ],
  [
    { PFqscdEmpresa: [1], PFqscdColegiado: [1] },
    'email organization_country organization_email organization_name organization_tax_number responsible_first_surname responsible_name responsible_serial serial_number smartcard_sn title',
  ],
  [
    { REPsoft: [0, 2], REPqscd: [1], REPnubeQ: [2] },
    'citizen_tax_number email organization_country organization_email organization_identifier organization_name responsible_first_surname responsible_name serial_number title',
  ],
  [
    { REPPJsoft: [0], REPPJnube: [2], REPPJnubeQ: [2], REPESPJsoft: [0], REPESPJnube: [2], REPESPJnubeQ: [2] },
    'description email empowerment organization_country organization_email organization_identifier organization_name representation responsible_first_surname responsible_name serial_number title',
  ],
  [
    { REPPJqscd: [1], REPESPJqscd: [1] },
    'description email empowerment organization_country organization_email organization_identifier organization_name representation responsible_first_surname responsible_name serial_number smartcard_sn title',
  ],
  [
    { EMPUBsoft: [0, 2], EMPUBnubeQ: [2] },
    'email organization_country organization_email organization_name organization_tax_number organizational_unit_1 organizational_unit_2 responsible_first_surname responsible_name responsible_serial serial_number',
  ],
  [
    { EMPUBqscd: [1] },
    'email organization_country organization_email organization_name organization_tax_number organizational_unit_1 organizational_unit_2 responsible_first_surname responsible_name responsible_serial serial_number smartcard_sn',
  ],
  [
    { SELLOPJnube: [2], SELLOnubeNC: [1, 2] },
    'description email empowerment organization_country organization_email organization_identifier organization_name process_application representation responsible_first_surname responsible_name responsible_serial serial_number',
  ],
  [
    { SELLOPJsoft: [0], SELLOPJnubeQ: [2], SELLOsoftNC: [0] },
    'email empowerment organization_country organization_email organization_identifier organization_name process_application representation responsible_first_surname responsible_name responsible_serial serial_number',
  ],
  [
    { SELLOPJqscd: [1] },
    'email empowerment organization_country organization_email organization_identifier organization_name process_application representation responsible_first_surname responsible_name responsible_serial serial_number smartcard_sn',
  ],
  [
    { SELLOMedio: [0, 2], SelloOrganoAltoNubeQ: [2] },
    'empowerment organization_country organization_email organization_identifier organization_name organizational_unit_1 process_application representation responsible_first_surname responsible_name responsible_serial serial_number',
  ],
  [
    { SELLOAlto: [1] },
    'empowerment organization_country organization_email organization_identifier organization_name organizational_unit_1 process_application representation responsible_first_surname responsible_name responsible_serial serial_number smartcard_sn',
  ],
  [{ PEPNCiudadano: [0, 1] }, 'email id_document_number'],
  [
    { PEPNPerteneciente: [0, 1] },
    'email id_responsible_document_country id_responsible_document_type organization_email organization_identifier organization_name responsible_first_surname responsible_name title',
  ],
  [{ PEPNRepresentante: [0, 1] }, 'email organization_email organization_identifier organization_name title'],
  [
    { PEPNColegiado: [0, 1] },
    'email id_responsible_document_country id_responsible_document_type organization_email organization_identifier organization_name organizational_unit_1 organizational_unit_2 responsible_first_surname responsible_name title',
  ],
  [
    { PEFacturacion: [0, 1] },
    'email organization_city organization_identifier organization_name organizational_unit_1 title',
  ],
  [
    { PESElectronico: [0, 1, 2] },
    'email organization_email organization_identifier organization_name process_application',
  ],
  [
    { REPsoftNC: [0, 1], REPnubeNC: [2] },
    'description email empowerment organization_country organization_email organization_identifier organization_name representation responsible_first_surname responsible_name serial_number',
  ],
];

/** Every profile by name. */
export const PROFILES: Readonly<Record<string, Profile>> = Object.fromEntries(
  GROUPS.flatMap(([names, fields]) =>
    Object.entries(names).map(([name, secureElements]) => [name, { secureElements, fields: fields.split(' ') }]),
  ),
);

/** Fields that a request of this profile needs for an approval. An unknown profile needs those of all profiles. */
export function mandatoryFields(profile: string): readonly string[] {
  return [...BASE_FIELDS, ...(PROFILES[profile]?.fields ?? [])];
}

const NATURAL_PERSONS = ['PFSoftAFCiudadano', 'PFqscdCiudadano', 'PFnubeAFCiudadano', 'PFnubeQAFCiudadano'];
/** The profiles whose rule is inferred (§9). */
const NORMALIZED = ['PFSoftNC', 'PFnubeNC'];

/** Whether validation alone approves a request with this profile. */
export function isNaturalPerson(profile: string, normalized: 'natural-person' | 'other'): boolean {
  return NATURAL_PERSONS.includes(profile) || (normalized === 'natural-person' && NORMALIZED.includes(profile));
}

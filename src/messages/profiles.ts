import { FIELDS_BEFORE_VIDEO, FIELDS_FROM_VIDEO, type FieldName, type RequestFields } from './request-fields.js';

/** Where the keys live, as the provider counts them: software, smartcard or token, cloud. */
export type SecureElement = '0' | '1' | '2';

export const SECURE_ELEMENT_WORDS: Readonly<Record<SecureElement, string>> = {
  '0': 'software',
  '1': 'smartcard or token',
  '2': 'cloud',
};

/** Days a certificate may be valid; the same for every profile (§9). */
export const VALIDITY_DAYS = [1, 3, 365, 730, 1095, 1825] as const;

/** A certificate profile of the Registration Authority (§9). */
export interface Profile {
  name: string;
  /** The provider's words for whose certificate it is. */
  description: string;
  secureElements: readonly SecureElement[];
  /** All fields that must be filled in, by anybody at any time. */
  mandatory: readonly FieldName[];
  /** Mandatory fields that can have only one value. */
  fixed: Readonly<RequestFields>;
  /** Validation leads straight to ENROLLREADY, so nothing can be added after the video. Other profiles go to CREATED. */
  naturalPerson: boolean;
}

const BASE = ['given_name', 'surname_1', 'id_document_type', 'id_document_country', 'mobile_phone_number'] as const;
const PERSON = [...BASE, 'email', 'serial_number'] as const;
const ORGANIZATION = ['organization_name', 'organization_country', 'organization_email'] as const;
const RESPONSIBLE = ['responsible_name', 'responsible_first_surname'] as const;
const REPRESENTATION = ['representation', 'empowerment'] as const;
const IDENTIFIED = [...ORGANIZATION, 'organization_identifier', ...RESPONSIBLE] as const;
const TAXED = [...ORGANIZATION, 'organization_tax_number', ...RESPONSIBLE, 'responsible_serial'] as const;

const BELONGING = [...PERSON, ...TAXED, 'title'] as const;
const REPRESENTATIVE = [...PERSON, ...IDENTIFIED, 'citizen_tax_number', 'title'] as const;
const REPRESENTATIVE_TO_ADMINISTRATION = [...PERSON, ...IDENTIFIED, ...REPRESENTATION, 'description', 'title'] as const;
const REPRESENTATIVE_NOT_QUALIFIED = [...PERSON, ...IDENTIFIED, ...REPRESENTATION, 'description'] as const;
const PUBLIC_EMPLOYEE = [...PERSON, ...TAXED, 'organizational_unit_1', 'organizational_unit_2'] as const;
const SEAL_OWNER = [...IDENTIFIED, ...REPRESENTATION, 'responsible_serial', 'process_application'] as const;
const SEAL = [...PERSON, ...SEAL_OWNER] as const;
const PUBLIC_SEAL = [...BASE, 'serial_number', ...SEAL_OWNER, 'organizational_unit_1'] as const;
const PERUVIAN = [...BASE, 'email'] as const;
const PERUVIAN_COMPANY = ['organization_name', 'organization_email', 'organization_identifier'] as const;
const PERUVIAN_RESPONSIBLE = [
  ...RESPONSIBLE,
  'id_responsible_document_type',
  'id_responsible_document_country',
] as const;

const SOFTWARE = ['0'] as const;
const SMARTCARD = ['1'] as const;
const CLOUD = ['2'] as const;

const NATURAL_PERSON = 'Natural person';
const OF_ORGANIZATION = 'Natural person belonging to an organization';
const OF_ASSOCIATION = 'Natural person belonging to a professional association';
const OF_LEGAL_PERSON = 'Natural person representative of legal person with the administration';
const OF_ENTITY = 'Natural person representative of entity without legal personality with the administrations';
const EMPLOYEE_LABEL = { organizational_unit_1: 'CERTIFICADO ELECTRONICO DE EMPLEADO PUBLICO' } as const;
const SEAL_LABEL = { organizational_unit_1: 'SELLO ELECTRONICO' } as const;

type Row = readonly [
  name: string,
  description: string,
  secureElements: readonly SecureElement[],
  mandatory: readonly FieldName[],
  fixed?: RequestFields,
];

const ROWS: readonly Row[] = [
  // Europe (eIDAS)
  ['PFSoftAFCiudadano', NATURAL_PERSON, SOFTWARE, PERSON],
  ['PFqscdCiudadano', NATURAL_PERSON, SMARTCARD, [...PERSON, 'smartcard_sn']],
  ['PFnubeAFCiudadano', NATURAL_PERSON, CLOUD, PERSON],
  ['PFnubeQAFCiudadano', NATURAL_PERSON, CLOUD, PERSON],
  ['PFSoftAFEmpresa', OF_ORGANIZATION, SOFTWARE, BELONGING],
  ['PFqscdEmpresa', OF_ORGANIZATION, SMARTCARD, [...BELONGING, 'smartcard_sn']],
  ['PFnubeAFEmpresa', OF_ORGANIZATION, CLOUD, BELONGING],
  ['PFnubeQAFEmpresa', OF_ORGANIZATION, CLOUD, BELONGING],
  ['PFSoftAFColegiado', OF_ASSOCIATION, SOFTWARE, BELONGING],
  ['PFqscdColegiado', OF_ASSOCIATION, SMARTCARD, [...BELONGING, 'smartcard_sn']],
  ['PFnubeAFColegiado', OF_ASSOCIATION, CLOUD, BELONGING],
  ['PFnubeQAFColegiado', OF_ASSOCIATION, CLOUD, BELONGING],
  ['REPsoft', 'Natural person representative', ['0', '2'], REPRESENTATIVE],
  ['REPqscd', 'Natural person representative (signature only)', SMARTCARD, REPRESENTATIVE],
  ['REPnubeQ', 'Natural person representative (signature only)', CLOUD, REPRESENTATIVE],
  ['REPPJsoft', OF_LEGAL_PERSON, SOFTWARE, REPRESENTATIVE_TO_ADMINISTRATION],
  ['REPPJnube', OF_LEGAL_PERSON, CLOUD, REPRESENTATIVE_TO_ADMINISTRATION],
  ['REPPJqscd', OF_LEGAL_PERSON, SMARTCARD, [...REPRESENTATIVE_TO_ADMINISTRATION, 'smartcard_sn']],
  ['REPPJnubeQ', OF_LEGAL_PERSON, CLOUD, REPRESENTATIVE_TO_ADMINISTRATION],
  ['EMPUBsoft', 'Public employee, medium level', ['0', '2'], PUBLIC_EMPLOYEE, EMPLOYEE_LABEL],
  [
    'EMPUBqscd',
    'Public employee signature, high level',
    SMARTCARD,
    [...PUBLIC_EMPLOYEE, 'smartcard_sn'],
    EMPLOYEE_LABEL,
  ],
  ['EMPUBnubeQ', 'Public employee signature, high level', CLOUD, PUBLIC_EMPLOYEE, EMPLOYEE_LABEL],
  ['REPESPJsoft', OF_ENTITY, SOFTWARE, REPRESENTATIVE_TO_ADMINISTRATION],
  ['REPESPJnube', OF_ENTITY, CLOUD, REPRESENTATIVE_TO_ADMINISTRATION],
  ['REPESPJqscd', OF_ENTITY, SMARTCARD, [...REPRESENTATIVE_TO_ADMINISTRATION, 'smartcard_sn']],
  ['REPESPJnubeQ', OF_ENTITY, CLOUD, REPRESENTATIVE_TO_ADMINISTRATION],
  ['SELLOPJnube', 'Electronic seal', CLOUD, [...SEAL, 'description']],
  ['SELLOPJsoft', 'Electronic seal', SOFTWARE, SEAL],
  ['SELLOPJnubeQ', 'Electronic seal', CLOUD, SEAL],
  ['SELLOPJqscd', 'Electronic seal', SMARTCARD, [...SEAL, 'smartcard_sn']],
  ['SELLOMedio', 'Electronic seal, medium level APE', ['0', '2'], PUBLIC_SEAL, SEAL_LABEL],
  ['SELLOAlto', 'Electronic seal, high level APE', SMARTCARD, [...PUBLIC_SEAL, 'smartcard_sn'], SEAL_LABEL],
  ['SelloOrganoAltoNubeQ', 'Electronic seal, high level APE', CLOUD, PUBLIC_SEAL, SEAL_LABEL],
  // Peru
  ['PEPNCiudadano', NATURAL_PERSON, ['0', '1'], [...PERUVIAN, 'id_document_number']],
  [
    'PEPNPerteneciente',
    OF_ORGANIZATION,
    ['0', '1'],
    [...PERUVIAN, ...PERUVIAN_COMPANY, ...PERUVIAN_RESPONSIBLE, 'title'],
  ],
  ['PEPNRepresentante', 'Legal entity representative', ['0', '1'], [...PERUVIAN, ...PERUVIAN_COMPANY, 'title']],
  [
    'PEPNColegiado',
    OF_ASSOCIATION,
    ['0', '1'],
    [
      ...PERUVIAN,
      ...PERUVIAN_COMPANY,
      ...PERUVIAN_RESPONSIBLE,
      'organizational_unit_1',
      'organizational_unit_2',
      'title',
    ],
    { organizational_unit_1: 'Colegiado' },
  ],
  [
    'PEFacturacion',
    'Legal entity for electronic invoicing',
    ['0', '1'],
    [
      ...PERUVIAN,
      'organization_name',
      'organization_city',
      'organization_identifier',
      'organizational_unit_1',
      'title',
    ],
  ],
  [
    'PESElectronico',
    'Legal entity for unassisted signature',
    ['0', '1', '2'],
    [...PERUVIAN, ...PERUVIAN_COMPANY, 'process_application'],
  ],
  // Global: not qualified
  ['PFSoftNC', NATURAL_PERSON, SOFTWARE, PERSON],
  ['PFnubeNC', NATURAL_PERSON, ['1', '2'], PERSON],
  ['SELLOsoftNC', 'Electronic seal', SOFTWARE, SEAL],
  ['SELLOnubeNC', 'Electronic seal', ['1', '2'], [...SEAL, 'description']],
  ['REPsoftNC', 'Natural person representative', ['0', '1'], REPRESENTATIVE_NOT_QUALIFIED],
  ['REPnubeNC', 'Natural person representative', CLOUD, REPRESENTATIVE_NOT_QUALIFIED],
];

/** Every documented profile, in the provider's order. */
export const PROFILES: readonly Profile[] = ROWS.map(([name, description, secureElements, mandatory, fixed = {}]) => ({
  name,
  description,
  secureElements,
  mandatory,
  fixed,
  // The provider speaks of "Natural Person profiles" and gives some this very description (§9).
  naturalPerson: description === NATURAL_PERSON,
}));

const BY_NAME: ReadonlyMap<string, Profile> = new Map(PROFILES.map((profile) => [profile.name, profile]));

/** `undefined` for a profile that is not documented. */
export function profileOf(name: string): Profile | undefined {
  return BY_NAME.get(name);
}

/** Whether validation leads straight to ENROLLREADY; `undefined` for a profile that is not documented. */
export function isNaturalPerson(name: string): boolean | undefined {
  return BY_NAME.get(name)?.naturalPerson;
}

/** The fields as they are sent. Fields with only one possible value are filled in. */
export function fieldsToSend(name: string, fields: RequestFields): RequestFields {
  return { ...BY_NAME.get(name)?.fixed, ...fields };
}

/**
 * The fields that are missing in a start. Fields from the video are never missing. For a natural person all other fields are
 * needed at the start, because nothing can be added later. For other profiles, and profiles that are not documented, only the
 * fields that the video needs.
 */
export function missingAtStart(name: string, fields: RequestFields): FieldName[] {
  const later = isNaturalPerson(name) === true ? askedOfRequester(name) : [];
  return missingOf([...FIELDS_BEFORE_VIDEO, ...later], name, fields);
}

/**
 * The fields that a start may leave out: they are asked for when the request is in CREATED. The provider's answer then
 * (`missingFields`) decides; this is the expected answer. Empty for a profile that is not documented.
 */
export function missingLater(name: string, fields: RequestFields): FieldName[] {
  return isNaturalPerson(name) === true ? [] : missingOf(askedOfRequester(name), name, fields);
}

/** Mandatory fields that the video does not give and does not need. */
function askedOfRequester(name: string): FieldName[] {
  const others = [...FIELDS_FROM_VIDEO, ...FIELDS_BEFORE_VIDEO];
  return (BY_NAME.get(name)?.mandatory ?? []).filter((field) => !others.includes(field));
}

function missingOf(wanted: readonly FieldName[], name: string, fields: RequestFields): FieldName[] {
  const given = fieldsToSend(name, fields);
  return wanted.filter((field) => (given[field] ?? '').trim() === '');
}

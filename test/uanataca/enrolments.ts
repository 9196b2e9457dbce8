import type { RequestPk } from '../../src/messages/request.js';
import { Secret } from '../../src/security/secret.js';
import type { RegistrationAuthority } from '../../src/uanataca/registration-authority/registration-authority.js';

/** Made-up people and ids. Shapes and other values are those of the vendor's examples (§8). */
export const PK = '25139' as RequestPk;

export const ENROLMENT = {
  profile: 'PFnubeAFCiudadano',
  scratchcard: '5053311',
  secureElement: '2',
  registrationAuthority: '116',
  email: 'mail@domain.com',
  phone: '+34611223344',
  validityTime: '730',
};

export const LOGIN = {
  rao: '1400',
  username: new Secret('1000279'),
  password: new Secret('3DPTm:N4'),
  pin: new Secret('23bYQq9a'),
};

export const SECRETS = { erc: '6292998123', enrollment_code: '_,463vt:', pin: '08695572', puk: '52351291' };

/** A request in the API's form, shortened. Fields that nobody filled in are null. */
export const READ = {
  pk: 25139,
  given_name: 'Name',
  surname_1: 'Surname1',
  surname_2: 'Surname2',
  sex: null,
  id_document_type: 'TIN',
  id_document_country: 'IT',
  serial_number: 'A1111111E',
  country_name: 'ES',
  organization_email: null,
  email: 'mail@domain',
  title: null,
  organization_name: null,
  certificate_set: [],
  profile: 'PFnubeAFCiudadano',
  scratchcard: '5053349',
  status: 'CREATED',
  registering_user: { pk: 53, permission_profile: 13, registration_authority: 116, request: 144 },
  approving_user: null,
  registration_authority: 68,
  secure_element: 2,
  validity_time: '730',
  mobile_phone_number: '+34600112233',
  description: null,
  id_document_number: null,
};

/** Every call that reads or writes, by name, like the tests use it. */
export const ENROLMENT_VERBS = {
  firstUnused: (authority) => authority.firstUnusedScratchcard('116'),
  isUsed: (authority) => authority.isScratchcardUsed('5053311'),
  create: (authority) => authority.createRequest(ENROLMENT),
  requests: (authority) => authority.findRequests({ scratchcard: '5053311' }),
  request: (authority) => authority.getRequest(PK),
  missing: (authority) => authority.missingFields(PK),
  declaration: (authority) => authority.declaration(PK, '1400'),
  contract: (authority) => authority.contract(PK, '1400'),
  approve: (authority) => authority.approve(PK, LOGIN),
  refuse: (authority) => authority.refuseVideoid(PK, LOGIN, 'document-expired'),
  cancel: (authority) => authority.cancel(PK),
  preauthLink: (authority) => authority.preauthLink(PK),
} as const satisfies Record<string, (authority: RegistrationAuthority) => Promise<unknown>>;

export type EnrolmentVerb = keyof typeof ENROLMENT_VERBS;

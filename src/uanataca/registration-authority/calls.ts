import type { RequestPk } from '../../messages/request.js';
import { type Server, segment } from '../http/address.js';
import type { Effect } from '../api.js';

export const REGISTRATION_AUTHORITY: Server = {
  name: 'the Registration Authority API',
  addressSetting: 'environments.<name>.registrationAuthorityApi.address',
  caSetting: 'environments.<name>.registrationAuthorityApi.ca',
  certificateSetting: 'environments.<name>.registrationAuthorityApi.certificate',
  proxySetting: 'environments.<name>.registrationAuthorityApi.proxy',
  basePath: '/api/v1',
};

/** The calls of the Registration Authority API. */
export const CALLS = {
  firstUnused: 'read',
  scratchcards: 'read',
  isUsed: 'read',
  create: 'doubtful',
  requests: 'read',
  request: 'read',
  update: 'repeatable',
  cancel: 'repeatable',
  missing: 'read',
  evidence: 'repeatable',
  documents: 'read',
  declaration: 'read',
  contract: 'read',
  approve: 'doubtful',
  refuse: 'doubtful',
  preauthLink: 'read',
} as const satisfies Record<string, Effect>;

export type CallName = keyof typeof CALLS;

/** Where each call goes, below the base path (§8). Every path ends in a slash (§1.2). */
export const PATHS = {
  firstUnused: '/scratchcards/get_first_unused/',
  scratchcards: '/scratchcards/',
  isUsed: '/scratchcards/isused/',
  requests: '/requests/',
  request: (pk: RequestPk): string => below(pk, ''),
  cancel: (pk: RequestPk): string => below(pk, 'cancel/'),
  missing: (pk: RequestPk): string => below(pk, 'validate/'),
  evidence: (pk: RequestPk): string => below(pk, 'upload_videoid_evidence/'),
  declaration: (pk: RequestPk): string => below(pk, 'generates_tbs_receipt/'),
  documents: (pk: RequestPk): string => below(pk, 'pl_get_documents/'),
  document: (pk: RequestPk): string => below(pk, 'pl_get_document/'),
  generatedDocument: (pk: RequestPk): string => below(pk, 'generate_document/'),
  approve: (pk: RequestPk): string => below(pk, 'pl_approve/'),
  refuse: (pk: RequestPk): string => below(pk, 'refuse_videoid/'),
  preauthLink: (pk: RequestPk): string => below(pk, 'preauthlink/'),
} as const;

function below(pk: RequestPk, rest: string): string {
  return `/requests/${segment(pk)}/${rest}`;
}

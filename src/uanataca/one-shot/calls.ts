import type { RequestPk, VideoidPk } from '../../messages/request.js';
import { type Server, segment } from '../http/address.js';
import type { Effect } from '../api.js';
import type { Assumptions } from './assumptions.js';

export const OPTIMIZER: Server = {
  name: 'the Optimizer',
  addressSetting: 'environments.<name>.optimizer',
  caSetting: 'environments.<name>.ca',
  proxySetting: 'environments.<name>.proxy',
  basePath: '/oneshot/api/v1',
};

/** The calls of the One-Shot API. */
export const CALLS = {
  create: 'doubtful',
  request: 'read',
  update: 'repeatable',
  approve: 'doubtful',
  refuse: 'doubtful',
  cancel: 'repeatable',
  upload: 'repeatable',
  delete: 'repeatable',
  contract: 'read',
  document: 'read',
  otp: 'doubtful',
  sign: 'doubtful',
  token: 'read',
} as const satisfies Record<string, Effect>;

export type CallName = keyof typeof CALLS;

/** Where each call goes, below the base path (§3, column V2). */
export const PATHS = {
  create: (): string => '/videoid',
  approve: (pk: VideoidPk): string => `/videoid/${segment(pk)}/approve`,
  refuse: (pk: VideoidPk): string => `/videoid/${segment(pk)}/refuse`,
  request: (pk: RequestPk): string => `/request/${segment(pk)}`,
  documents: (pk: RequestPk): string => `/document/${segment(pk)}`,
  document: (pk: RequestPk, uid: string): string => `/document/${segment(pk)}/${segment(uid)}`,
  /** The form of the seed document and of V1 (§12.1). */
  documentByPath: (pk: RequestPk, uid: string, which: 'signed' | 'original'): string =>
    `/document/${segment(pk)}/${which}/${segment(uid)}`,
  contract: (pk: RequestPk, assumed: Assumptions): string => `/contract/${segment(pk)}${slash(assumed)}`,
  otp: (pk: RequestPk): string => `/otp/${segment(pk)}`,
  sign: (pk: RequestPk, assumed: Assumptions): string => `/sign/${segment(pk)}${slash(assumed)}`,
  token: (uid: string): string => `/token/${segment(uid)}`,
} as const;

function slash(assumed: Assumptions): string {
  return assumed.slashAfterSignAndContract ? '/' : '';
}

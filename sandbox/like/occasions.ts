import type { Status } from '../requests/statuses.js';

/** What the sandbox answers by itself, to find the same occasion in the file of a probe. */
export interface Answered {
  endpoint: string;
  refused: boolean;
  /** Our words for a refusal, as V1 says them. */
  words: string;
  /** The status of the request before the call, and after it. Undefined if there is no such request. */
  before?: Status | undefined;
  after?: Status | undefined;
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  body: Readonly<Record<string, unknown>>;
}

interface Row {
  endpoint: string;
  /** Words of a refusal. Without them, the row is about success. */
  words?: RegExp;
  if?: (answered: Answered) => boolean;
  /** As `step/occasion`, the best first. */
  at: readonly string[];
  /** What the sandbox refuses may succeed at the provider: a second deletion, a read of nothing. */
  maySucceed?: true;
  /** The same call is refused for several reasons: known words of another reason are not taken. */
  sameWords?: true;
}

const NOT_FOUND = /not found/i;
const STATUS = /Invalid request status/;

function isIssued({ before }: Answered): boolean {
  return before === 'ISSUED';
}

/** Whether the path names the kind of a document. */
export function isByPath({ params }: Answered): boolean {
  return params['type'] !== undefined;
}

function isPlain(answered: Answered): boolean {
  return !isByKind(answered) && !isByPath(answered);
}

function isByKind({ query }: Answered): boolean {
  return query['document_type'] !== undefined;
}

/** A probe tries a way that no provider has. A wrong value of a documented way is refused like a wrong code. */
function unlocks({ body, words }: Answered): boolean {
  if (body['ext_unlock_type'] === 'biometric' && /Confirmation Code invalid/.test(words)) return false;
  return body['ext_unlock_type'] !== undefined || body['ext_unlock_value'] !== undefined;
}

function withSecret({ body }: Answered): boolean {
  return body['secret'] !== undefined;
}

const LEFT = ['signed-left', 'signed-left-query', 'original-left'].map((occasion) => `cleaning/${occasion}`);

/** The first row that fits says where to look. Reads of a request are found by their status. */
const ROWS: readonly Row[] = [
  { endpoint: 'create', at: ['create/create*', 'second-create/create', 'third-create/create'] },
  { endpoint: 'create', words: /./, at: ['create/create*'], sameWords: true },
  { endpoint: 'get-request', words: /./, at: ['unknown/read-unknown'] },
  { endpoint: 'unknown-path', words: /./, at: ['unknown/unknown-path'] },
  { endpoint: 'get-token', at: ['unknown/read-token'] },
  { endpoint: 'get-token', words: /./, at: ['unknown/read-token'] },
  { endpoint: 'approve', at: ['approve/approve*'] },
  { endpoint: 'approve', words: /incomplete RAO/, at: ['approve/approve*'] },
  { endpoint: 'refuse', at: ['second-review/refuse*'] },
  { endpoint: 'refuse', words: STATUS, at: ['third/refuse-early*'] },
  { endpoint: 'refuse', words: /incomplete RAO/, at: ['second-review/refuse*', 'third/refuse-early*'] },
  { endpoint: 'cancel-request', at: ['third/cancel'] },
  { endpoint: 'cancel-request', words: /./, at: ['third/cancel'] },
  { endpoint: 'update-request', at: ['second-review/update-*'] },
  { endpoint: 'update-request', words: /Invalid request fields/, at: ['second-review/update-*'] },
  { endpoint: 'update-request', words: /Missing required/, at: ['second-review/update-required'] },
  { endpoint: 'upload', at: ['documents/upload*'] },
  { endpoint: 'upload', words: /Unsupported file type/, at: ['documents/upload-no-pdf'] },
  { endpoint: 'upload', words: STATUS, at: ['before-video/upload-early'] },
  { endpoint: 'upload', words: /Missing required/, at: ['documents/upload', 'documents/upload-*'] },
  { endpoint: 'get-document', if: isIssued, at: ['signed/signed-*'] },
  { endpoint: 'get-document', at: ['documents/original-*'] },
  { endpoint: 'get-document', words: /permitted/, at: ['documents/original-query'] },
  { endpoint: 'get-document', words: /Not Allowed/, at: ['signed/signed-query', 'documents/original-query'] },
  { endpoint: 'get-document', words: /^Not Found$/, at: ['signed/signed-path'] },
  { endpoint: 'get-document', words: NOT_FOUND, if: isIssued, at: LEFT, maySucceed: true },
  {
    endpoint: 'get-document',
    words: NOT_FOUND,
    if: isPlain,
    at: ['documents/original-plain', 'documents/unknown-document'],
    maySucceed: true,
  },
  {
    endpoint: 'get-document',
    words: NOT_FOUND,
    at: ['documents/unknown-document', 'documents/read-deleted'],
    maySucceed: true,
  },
  { endpoint: 'delete-document', if: isByPath, at: ['cleaning/delete-signed-path'] },
  { endpoint: 'delete-document', if: isByKind, at: ['cleaning/delete-signed-query'] },
  { endpoint: 'delete-document', at: ['cleaning/delete', 'cleaning/delete-original'] },
  { endpoint: 'delete-document', words: NOT_FOUND, if: isByPath, at: ['cleaning/delete-signed-path'] },
  { endpoint: 'delete-document', words: NOT_FOUND, at: ['cleaning/delete-again'], maySucceed: true },
  { endpoint: 'delete-documents', at: ['documents/delete-all', 'cleaning/delete-rest'] },
  { endpoint: 'delete-documents', words: NOT_FOUND, at: ['cleaning/delete-rest'] },
  { endpoint: 'get-contract', if: isIssued, at: ['signed/contract-signed*'] },
  { endpoint: 'get-contract', at: ['contract/contract*'] },
  {
    endpoint: 'get-contract',
    words: STATUS,
    if: isIssued,
    at: ['signed/contract-signed*', 'before-video/contract-early'],
  },
  { endpoint: 'get-contract', words: STATUS, at: ['before-video/contract-early'] },
  { endpoint: 'otp', at: ['code/code*'] },
  { endpoint: 'otp', words: /less than a minute ago/, at: ['code/code-again'] },
  { endpoint: 'otp', words: STATUS, if: isIssued, at: ['signed/code-late', 'before-video/code-early'] },
  { endpoint: 'otp', words: STATUS, at: ['before-video/code-early'] },
  { endpoint: 'otp', words: /Missing required/, at: ['code/code'] },
  { endpoint: 'sign', at: ['code/sign', 'unlock/unlock-*'] },
  { endpoint: 'sign', words: /already in ISSUED/, at: ['signed/sign-again'] },
  {
    endpoint: 'sign',
    words: /./,
    if: (answered) => unlocks(answered) && withSecret(answered),
    at: ['unlock/unlock-with-secret', 'code/wrong-code'],
  },
  { endpoint: 'sign', words: /./, if: unlocks, at: ['unlock/unlock-without-secret', 'code/wrong-code'] },
  { endpoint: 'sign', words: /Confirmation Code invalid/, at: ['code/wrong-code'] },
];

/** Where the file of a probe may have the same occasion. */
export function rowOf(answered: Answered): Pick<Row, 'at' | 'sameWords' | 'maySucceed'> | undefined {
  return ROWS.find(
    (row) =>
      row.endpoint === answered.endpoint &&
      (row.words === undefined ? !answered.refused : answered.refused && row.words.test(answered.words)) &&
      (row.if?.(answered) ?? true),
  );
}

/** Steps that read a request in this status. */
export const READ_IN: Readonly<Record<Status, readonly string[]>> = {
  CREATED: [],
  VIDEOPENDING: ['create/read'],
  VIDEOINCOMPLETE: [],
  VIDEOERROR: [],
  VIDEOREVIEW: ['review/read'],
  ENROLLREADY: ['approve/read', 'code/read'],
  ISSUED: ['signed/read'],
  CANCELLED: ['third/read-cancelled'],
};

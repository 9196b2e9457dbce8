import { defined } from './defined.js';

// Every failure that this software reports to a caller, an operator or a log. Messages may change between releases, codes do not.
// Each code is one row: the HTTP status of the API (`http/status-words.ts` has the words) and the exit code of the command
// (`cli/exit-codes.ts`).

/** The requester's input cannot be used. Nothing was created. */
const INPUT_FAILURES = {
  BAD_INPUT: { http: 400, exit: 2 },
  BAD_EMAIL: { http: 400, exit: 2 },
  BAD_PHONE: { http: 400, exit: 2 },
  BAD_REFERENCE: { http: 400, exit: 2 },
  BAD_DOCUMENT_NAME: { http: 400, exit: 2 },
  UNKNOWN_REGISTRATION_AUTHORITY: { http: 400, exit: 2 },
  UNKNOWN_PROFILE: { http: 400, exit: 2 },
  UNKNOWN_OFFICER: { http: 400, exit: 2 },
  NO_DOCUMENT: { http: 400, exit: 2 },
  TOO_MANY_DOCUMENTS: { http: 400, exit: 2 },
  DUPLICATE_DOCUMENT_NAME: { http: 400, exit: 2 },
  DOCUMENT_NOT_FOUND: { http: 404, exit: 3 },
  DOCUMENT_EMPTY: { http: 400, exit: 2 },
  DOCUMENT_TOO_LARGE: { http: 413, exit: 2 },
  NOT_A_PDF: { http: 400, exit: 2 },
  PDF_ENCRYPTED: { http: 400, exit: 2 },
  PDF_TRUNCATED: { http: 400, exit: 2 },
  PDF_BYTES_BEFORE_HEADER: { http: 400, exit: 2 },
  PDF_DAMAGED: { http: 400, exit: 2 },
  PDF_TOO_COMPLEX: { http: 400, exit: 2 },
  PDF_CERTIFIED: { http: 400, exit: 2 },
  REFERENCE_TAKEN: { http: 409, exit: 2 },
  ATTEMPT_NOT_ALLOWED: { http: 409, exit: 2 },
} as const;
export type InputFailureCode = keyof typeof INPUT_FAILURES;

/** A call that cannot be carried out now, or whose answer is not known yet. */
const CALL_FAILURES = {
  REQUEST_NOT_FOUND: { http: 404, exit: 3 },
  REQUEST_DELETED: { http: 410, exit: 3 },
  REQUEST_ENDED: { http: 409, exit: 4 },
  REQUEST_NOT_ENDED: { http: 409, exit: 5 },
  NOT_NOW: { http: 409, exit: 4 },
  DECIDED_ALREADY: { http: 409, exit: 4 },
  NOT_ACCEPTED: { http: 422, exit: 4 },
  ACCEPTANCE_NOT_IN_TIME: { http: 422, exit: 4 },
  CODE_COOL_DOWN: { http: 429, exit: 4 },
  CODE_NOT_ACCEPTED: { http: 422, exit: 4 },
  CODE_SPENT: { http: 422, exit: 4 },
  CODES_EXHAUSTED: { http: 409, exit: 4 },
  CODE_ENTRY_NOT_ALLOWED: { http: 403, exit: 4 },
  UNKNOWN_REMEDY: { http: 409, exit: 4 },
  ORDER_REFUSED: { http: 500, exit: 1 },
  START_REFUSED: { http: 500, exit: 1 },
  STILL_RUNNING: { http: 202, exit: 5 },
  LINK_NOT_READY: { http: 409, exit: 5 },
  WORKER_AWAY: { http: 503, exit: 5 },
  WORKER_BUSY: { http: 503, exit: 5 },
  NOT_REPLAYABLE: { http: 409, exit: 1 },
  TEMPORAL_UNREACHABLE: { http: 503, exit: 6 },
  IDEMPOTENCY_KEY_REUSED: { http: 422, exit: 2 },
  UNAUTHORIZED: { http: 401, exit: 1 },
  ORIGIN_NOT_ALLOWED: { http: 403, exit: 1 },
  NO_SUCH_CALL: { http: 404, exit: 2 },
  METHOD_NOT_ALLOWED: { http: 405, exit: 2 },
  BODY_TOO_SLOW: { http: 408, exit: 2 },
  BODY_TOO_LARGE: { http: 413, exit: 2 },
  WRONG_CONTENT_TYPE: { http: 415, exit: 2 },
  TOO_MANY_CALLBACKS: { http: 429, exit: 4 },
} as const;
export type CallFailureCode = keyof typeof CALL_FAILURES;

/** A step of a request failed. It is shown as attention, or retried without a person. */
export const STEP_FAILURES = {
  STILL_WAITING: { http: 409, exit: 5 },
  PROVIDER_UNREACHABLE: { http: 503, exit: 6 },
  TLS_FAILED: { http: 503, exit: 6 },
  CLIENT_CERTIFICATE_FAILED: { http: 503, exit: 6 },
  ANSWER_NOT_FROM_PROVIDER: { http: 503, exit: 6 },
  PROVIDER_BUSY: { http: 503, exit: 6 },
  PROVIDER_REFUSED: { http: 502, exit: 1 },
  PROVIDER_ANSWER_UNKNOWN: { http: 502, exit: 1 },
  CREDENTIALS_REFUSED: { http: 502, exit: 1 },
  REQUEST_STATUS_REFUSED: { http: 502, exit: 1 },
  PROVIDER_NOT_FOUND: { http: 502, exit: 1 },
  CREATE_IN_DOUBT: { http: 409, exit: 1 },
  SIGN_IN_DOUBT: { http: 409, exit: 1 },
  STATUS_UNEXPECTED: { http: 502, exit: 1 },
  APPROVAL_INCOMPLETE: { http: 502, exit: 1 },
  VIDEO_FAILED: { http: 409, exit: 1 },
  VIDEO_FINISHED: { http: 409, exit: 4 },
  VIDEO_PERHAPS_FINISHED: { http: 409, exit: 4 },
  EARLIER_VIDEO_FINISHED: { http: 409, exit: 1 },
  SIGNER_UNEXPECTED: { http: 409, exit: 4 },
  SCRATCHCARD_USED: { http: 409, exit: 1 },
  NO_SCRATCHCARD_LEFT: { http: 409, exit: 1 },
  FIELDS_MISSING: { http: 422, exit: 2 },
  FIELD_FROM_VIDEO: { http: 422, exit: 2 },
  DOCUMENTS_MISSING: { http: 409, exit: 1 },
  SIGNED_FILES_MISSING: { http: 502, exit: 1 },
  PROVIDER_FILE_NOT_A_PDF: { http: 502, exit: 1 },
  DOWNLOAD_TOO_LARGE: { http: 502, exit: 1 },
  VERIFICATION_NOT_PASSED: { http: 409, exit: 8 },
  FILES_LEFT_AT_PROVIDER: { http: 502, exit: 1 },
  SEAL_NOT_OPENED: { http: 500, exit: 1 },
  KEY_NOT_SHARED: { http: 500, exit: 1 },
  ARCHIVE_NOT_SHARED: { http: 500, exit: 1 },
  REQUEST_ELSEWHERE: { http: 409, exit: 1 },
  ARCHIVE_FULL: { http: 507, exit: 1 },
  ARCHIVE_UNAVAILABLE: { http: 503, exit: 1 },
  ARCHIVED_FILE_CHANGED: { http: 500, exit: 1 },
  STEP_FAILED: { http: 500, exit: 1 },
} as const;
export type StepFailureCode = keyof typeof STEP_FAILURES;

/** A process cannot start, or a setting is wrong. */
const SETUP_FAILURES = {
  BAD_SETTING: { http: 500, exit: 1 },
  UNKNOWN_SETTING: { http: 500, exit: 1 },
  SECRET_NOT_FOUND: { http: 500, exit: 1 },
  PORT_TAKEN: { http: 500, exit: 1 },
  SETUP_FAILED: { http: 500, exit: 1 },
} as const;
export type SetupFailureCode = keyof typeof SETUP_FAILURES;

export const FAILURES = { ...INPUT_FAILURES, ...CALL_FAILURES, ...STEP_FAILURES, ...SETUP_FAILURES };
export type FailureCode = keyof typeof FAILURES;

/** Whether a text from outside is one of the codes. */
export function isFailureCode(text: unknown): text is FailureCode {
  return typeof text === 'string' && Object.hasOwn(FAILURES, text);
}

/** An error with a stable code, the field or setting that it is about, and what to do. It contains no personal data and no secret. */
export class VideoIdError extends Error {
  override readonly name = 'VideoIdError';
  readonly code: FailureCode;
  /** The input field (`documents[2]`), or the setting (`archive.directory`). */
  readonly field: string | undefined;
  /** What the reader can do, in one sentence. */
  readonly remedy: string | undefined;
  /** Machine-readable facts beside the code: seconds left, the stage, an `updateId`. Never personal data. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;

  constructor(
    code: FailureCode,
    message: string,
    more: {
      field?: string | undefined;
      remedy?: string | undefined;
      facts?: Readonly<Record<string, string | number | boolean>> | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.field = more.field;
    this.remedy = more.remedy;
    this.facts = more.facts ?? {};
  }

  /** What happened and what to do, in one text. */
  get words(): string {
    return this.remedy === undefined ? this.message : `${this.message} ${this.remedy}`;
  }

  /** A failure as API bodies, `--json` and logs show it. */
  toJSON(): FailureView {
    return {
      code: this.code,
      message: this.message,
      ...defined({ field: this.field, remedy: this.remedy }),
      ...(Object.keys(this.facts).length === 0 ? {} : { facts: this.facts }),
    };
  }
}

/** A failure as JSON. */
export interface FailureView {
  code: FailureCode;
  message: string;
  field?: string;
  remedy?: string;
  facts?: Readonly<Record<string, string | number | boolean>>;
}

/** Trouble with the archive that needs no decision: the step keeps trying. */
export const ARCHIVE_TROUBLE: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'ARCHIVE_FULL',
  'ARCHIVE_UNAVAILABLE',
  'ARCHIVE_NOT_SHARED',
]);

/** The provider does not get our calls, or we do not get its answers. This ends by itself, and says nothing about a request. */
export const OUT_OF_REACH = [
  'PROVIDER_UNREACHABLE',
  'TLS_FAILED',
  'CLIENT_CERTIFICATE_FAILED',
  'ANSWER_NOT_FROM_PROVIDER',
  'PROVIDER_BUSY',
  'PROVIDER_ANSWER_UNKNOWN',
] as const satisfies readonly FailureCode[];

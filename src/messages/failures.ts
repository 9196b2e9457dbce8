import { defined } from './defined.js';
/**
 * Every failure this software reports to a caller, an operator or a log, by a stable code.
 * Messages may change between releases, codes do not.
 */
export type FailureCode = InputFailureCode | CallFailureCode | StepFailureCode | SetupFailureCode;

/** Something the requester sent cannot be used. Nothing was created. */
export type InputFailureCode =
  | 'BAD_INPUT'
  | 'BAD_EMAIL'
  | 'BAD_PHONE'
  | 'BAD_REFERENCE'
  | 'BAD_DOCUMENT_NAME'
  | 'UNKNOWN_REGISTRATION_AUTHORITY'
  | 'UNKNOWN_PROFILE'
  | 'UNKNOWN_OFFICER'
  | 'NO_DOCUMENT'
  | 'TOO_MANY_DOCUMENTS'
  | 'DUPLICATE_DOCUMENT_NAME'
  | 'DOCUMENT_NOT_FOUND'
  | 'DOCUMENT_EMPTY'
  | 'DOCUMENT_TOO_LARGE'
  | 'NOT_A_PDF'
  | 'PDF_ENCRYPTED'
  | 'PDF_TRUNCATED'
  | 'PDF_BYTES_BEFORE_HEADER'
  | 'PDF_DAMAGED'
  | 'PDF_TOO_COMPLEX'
  | 'PDF_CERTIFIED'
  | 'REFERENCE_TAKEN'
  | 'ATTEMPT_NOT_ALLOWED';

/** A verb was called that cannot be carried out now, or whose answer is not known yet. */
export type CallFailureCode =
  | 'REQUEST_NOT_FOUND'
  | 'REQUEST_ENDED'
  | 'REQUEST_NOT_ENDED'
  | 'NOT_NOW'
  | 'NOT_ACCEPTED'
  | 'ACCEPTANCE_NOT_IN_TIME'
  | 'CODE_COOL_DOWN'
  | 'CODE_NOT_ACCEPTED'
  | 'CODE_SPENT'
  | 'CODES_EXHAUSTED'
  | 'CODE_ENTRY_NOT_ALLOWED'
  | 'UNKNOWN_REMEDY'
  | 'ORDER_REFUSED'
  | 'START_REFUSED'
  | 'STILL_RUNNING'
  | 'WORKER_AWAY'
  | 'NOT_REPLAYABLE'
  | 'TEMPORAL_UNREACHABLE'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'UNAUTHORIZED';

/** A step of a request met trouble. Shown as attention, or retried without a person. */
export type StepFailureCode =
  | 'STILL_WAITING'
  | 'PROVIDER_UNREACHABLE'
  | 'PROVIDER_BUSY'
  | 'PROVIDER_REFUSED'
  | 'PROVIDER_ANSWER_UNKNOWN'
  | 'CREDENTIALS_REFUSED'
  | 'REQUEST_STATUS_REFUSED'
  | 'PROVIDER_NOT_FOUND'
  | 'CREATE_IN_DOUBT'
  | 'SIGN_IN_DOUBT'
  | 'STATUS_UNEXPECTED'
  | 'APPROVAL_INCOMPLETE'
  | 'VIDEO_FAILED'
  | 'SIGNER_UNEXPECTED'
  | 'SCRATCHCARD_USED'
  | 'NO_SCRATCHCARD_LEFT'
  | 'FIELDS_MISSING'
  | 'FIELD_FROM_VIDEO'
  | 'DOCUMENTS_MISSING'
  | 'SIGNED_FILES_MISSING'
  | 'PROVIDER_FILE_NOT_A_PDF'
  | 'DOWNLOAD_TOO_LARGE'
  | 'VERIFICATION_NOT_PASSED'
  | 'FILES_LEFT_AT_PROVIDER'
  | 'SEAL_NOT_OPENED'
  | 'ARCHIVE_NOT_SHARED'
  | 'ARCHIVE_FULL'
  | 'ARCHIVE_UNAVAILABLE'
  | 'ARCHIVED_FILE_CHANGED'
  | 'STEP_FAILED';

/** A process cannot start, or a setting is wrong. */
export type SetupFailureCode = 'BAD_SETTING' | 'UNKNOWN_SETTING' | 'SECRET_NOT_FOUND' | 'PORT_TAKEN' | 'SETUP_FAILED';

/** An error with a stable code, the field or setting it is about, and the way out. Carries no personal data and no secret. */
export class VideoIdError extends Error {
  override readonly name = 'VideoIdError';
  readonly code: FailureCode;
  /** The input field (`documents[2]`), or the setting (`archive.directory`). */
  readonly field: string | undefined;
  /** What the reader can do about it, one sentence. */
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

  /** The shape every process border shows: API bodies, `--json`, logs. */
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

/** Trouble with the archive that ends without a decision: a step that meets it keeps trying. */
export const ARCHIVE_TROUBLE: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'ARCHIVE_FULL',
  'ARCHIVE_UNAVAILABLE',
  'ARCHIVE_NOT_SHARED',
]);

import type { FailureCode } from '../messages/failures.js';

/** What the exit code of a command says. Documented in `--help` and docs/cli.md. */
export const EXIT = {
  done: 0,
  failed: 1,
  badInput: 2,
  notFound: 3,
  notNow: 4,
  stillRunning: 5,
  unreachable: 6,
  endedOtherwise: 7,
  notPassed: 8,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** In the order of the codes. */
export const EXIT_WORDS: Record<keyof typeof EXIT, string> = {
  done: 'done; with --wait and `outcome`: ended signed or enrolled',
  failed: 'failed: settings, keys, archive, or a step at the provider',
  badInput: 'the command line or the input cannot be used; nothing was created',
  notFound: 'no such request, document or file',
  notNow: 'not possible now, or not accepted',
  stillRunning: 'still running, or no worker is running; what was asked may still take effect',
  unreachable: 'Temporal or the provider cannot be reached',
  endedOtherwise: 'the request ended otherwise than signed or enrolled (--wait and `outcome`)',
  notPassed: 'a signature did not pass verification',
};

const { failed, badInput, notFound, notNow, stillRunning, unreachable, notPassed } = EXIT;

/** The exit code for every failure. */
export const EXIT_CODES: Record<FailureCode, ExitCode> = {
  BAD_INPUT: badInput,
  BAD_EMAIL: badInput,
  BAD_PHONE: badInput,
  BAD_REFERENCE: badInput,
  BAD_DOCUMENT_NAME: badInput,
  UNKNOWN_REGISTRATION_AUTHORITY: badInput,
  UNKNOWN_PROFILE: badInput,
  UNKNOWN_OFFICER: badInput,
  NO_DOCUMENT: badInput,
  TOO_MANY_DOCUMENTS: badInput,
  DUPLICATE_DOCUMENT_NAME: badInput,
  DOCUMENT_NOT_FOUND: notFound,
  DOCUMENT_EMPTY: badInput,
  DOCUMENT_TOO_LARGE: badInput,
  NOT_A_PDF: badInput,
  PDF_ENCRYPTED: badInput,
  PDF_TRUNCATED: badInput,
  REFERENCE_TAKEN: badInput,
  ATTEMPT_NOT_ALLOWED: badInput,

  REQUEST_NOT_FOUND: notFound,
  REQUEST_ENDED: notNow,
  REQUEST_NOT_ENDED: stillRunning,
  NOT_NOW: notNow,
  NOT_ACCEPTED: notNow,
  CODE_COOL_DOWN: notNow,
  CODE_NOT_ACCEPTED: notNow,
  CODE_SPENT: notNow,
  CODES_EXHAUSTED: notNow,
  CODE_ENTRY_NOT_ALLOWED: notNow,
  UNKNOWN_REMEDY: notNow,
  STILL_RUNNING: stillRunning,
  WORKER_AWAY: stillRunning,
  NOT_REPLAYABLE: failed,
  TEMPORAL_UNREACHABLE: unreachable,
  IDEMPOTENCY_KEY_REUSED: badInput,
  UNAUTHORIZED: failed,

  STILL_WAITING: stillRunning,
  PROVIDER_UNREACHABLE: unreachable,
  PROVIDER_BUSY: unreachable,
  PROVIDER_REFUSED: failed,
  PROVIDER_ANSWER_UNKNOWN: failed,
  CREDENTIALS_REFUSED: failed,
  REQUEST_STATUS_REFUSED: failed,
  PROVIDER_NOT_FOUND: failed,
  CREATE_IN_DOUBT: failed,
  SIGN_IN_DOUBT: failed,
  STATUS_UNEXPECTED: failed,
  APPROVAL_INCOMPLETE: failed,
  VIDEO_FAILED: failed,
  SCRATCHCARD_USED: failed,
  NO_SCRATCHCARD_LEFT: failed,
  FIELDS_MISSING: badInput,
  FIELD_FROM_VIDEO: badInput,
  DOCUMENTS_MISSING: failed,
  SIGNED_FILES_MISSING: failed,
  VERIFICATION_NOT_PASSED: notPassed,
  SEAL_NOT_OPENED: failed,
  ARCHIVE_NOT_SHARED: failed,
  ARCHIVE_FULL: failed,
  ARCHIVE_UNAVAILABLE: failed,
  STEP_FAILED: failed,

  BAD_SETTING: failed,
  UNKNOWN_SETTING: failed,
  SECRET_NOT_FOUND: failed,
  PORT_TAKEN: failed,
  SETUP_FAILED: failed,
};

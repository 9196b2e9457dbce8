import { VideoIdError } from '../../messages/failures.js';
import { isTlsCode } from '../../network/tls-words.js';
import { defined } from '../../messages/defined.js';

interface Cause {
  words: string;
  remedy: string;
}

const ADDRESS = 'Check endpoint and region in archive.files.s3, the network, and that the server runs.';
const KEYS = 'Check the credentials in archive.files.s3, or those that the machine gives to this process.';

const UNKNOWN_KEY: Cause = { words: 'the access key is unknown', remedy: KEYS };
const NO_BUCKET: Cause = {
  words: 'the bucket is not there',
  remedy: 'Correct bucket or endpoint in archive.files.s3, or make the bucket.',
};
const DENIED: Cause = {
  words: 'access is denied',
  remedy:
    'Allow these credentials to list the bucket and its multipart uploads, and to read, write and delete objects below the prefix. They need nothing else.',
};
const WRONG_REGION: Cause = {
  words: 'the bucket is in another region, or at another address',
  remedy: 'Correct region and endpoint in archive.files.s3.',
};
const EXPIRED: Cause = { words: 'the credentials have expired', remedy: KEYS };
const BUSY: Cause = { words: 'the server is busy or has a fault', remedy: 'It goes on when the server answers again.' };
const NOT_FOUND: Cause = {
  words: 'the name of the server is not found',
  remedy: `${ADDRESS} Servers other than Amazon's often need archive.files.s3.pathStyle.`,
};
const CUT: Cause = { words: 'the connection was cut', remedy: `${ADDRESS} See whether the server wants https.` };
const UNREACHABLE: Cause = { words: 'the server is out of reach', remedy: ADDRESS };
const LATE: Cause = { words: 'the server did not answer in time', remedy: ADDRESS };

/** By the code of an answer, the name of an error of the SDK, or the code of the operating system. */
const CAUSES: Partial<Record<string, Cause>> = {
  NoSuchBucket: NO_BUCKET,
  InvalidBucketName: NO_BUCKET,
  AccessDenied: DENIED,
  Forbidden: DENIED,
  InvalidAccessKeyId: UNKNOWN_KEY,
  /** The server versitygw says this. */
  XAdminUserNotFound: UNKNOWN_KEY,
  SignatureDoesNotMatch: { words: 'the secret key is wrong', remedy: KEYS },
  ExpiredToken: EXPIRED,
  InvalidToken: EXPIRED,
  RequestTimeTooSkewed: {
    words: 'the clocks of the server and of this machine differ',
    remedy: 'Correct the clock that is wrong.',
  },
  PermanentRedirect: WRONG_REGION,
  TemporaryRedirect: WRONG_REGION,
  AuthorizationHeaderMalformed: WRONG_REGION,
  CredentialsProviderError: { words: 'there are no credentials', remedy: KEYS },
  TimeoutError: LATE,
  ETIMEDOUT: LATE,
  AbortError: LATE,
  ENOTFOUND: NOT_FOUND,
  EAI_AGAIN: NOT_FOUND,
  ECONNREFUSED: { words: 'the server refuses the connection', remedy: ADDRESS },
  ECONNRESET: CUT,
  EPIPE: CUT,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  SlowDown: BUSY,
};

const FULL = /Quota|StorageFull|InsufficientStorage|NoSpace/;

/**
 * The error of the archive for whatever the SDK throws. The SDK's own error is dropped: it can contain the access key and what was signed.
 *
 * @param place as in `FileStore`
 */
export function s3Failure(error: unknown, place: string, bytesNeeded = 0): VideoIdError {
  const { reason, status } = namesOf(error);
  const facts = { reason, ...defined({ status }) };
  if (FULL.test(reason) || status === 507) {
    return new VideoIdError('ARCHIVE_FULL', `There is not enough space in the archive: ${place} is full.`, {
      field: 'archive.files',
      remedy: 'Free space at the server, or raise the quota of the bucket.',
      facts: bytesNeeded === 0 ? facts : { ...facts, bytesNeeded },
    });
  }
  const cause = causeOf(reason, status);
  return s3Unavailable(
    place,
    facts,
    `The files of the archive in ${place} cannot be used: ${cause?.words ?? `the server answered with an unknown error (${reason})`}.`,
    cause?.remedy ?? ADDRESS,
  );
}

/** The error ARCHIVE_UNAVAILABLE. */
export function s3Unavailable(
  place: string,
  facts: VideoIdError['facts'],
  message: string,
  remedy = `Check the server of ${place}.`,
): VideoIdError {
  return new VideoIdError('ARCHIVE_UNAVAILABLE', message, { field: 'archive.files', remedy, facts });
}

/** Whether an error of the SDK is an answer with one of these codes. An answer without a body has only its status. */
export function isAnswer(error: unknown, ...codes: string[]): boolean {
  return codes.includes(namesOf(error).reason);
}

function causeOf(reason: string, status: number | undefined): Cause | undefined {
  const cause = CAUSES[reason];
  if (cause !== undefined) return cause;
  if (isTlsCode(reason)) {
    return {
      words: `TLS failed (${reason})`,
      remedy:
        "If a CA of your own has issued the server's certificate, put the certificate of that CA into archive.files.s3.ca. If the server's certificate has expired, renew it.",
    };
  }
  if (status === 401 || status === 403) return DENIED;
  if (status === 404) return NO_BUCKET;
  return status === 429 || (status !== undefined && status >= 500) ? BUSY : undefined;
}

/** The operating system's code says more than the name `Error`. A text of another form may be anything, and is not shown. */
function namesOf(error: unknown): { reason: string; status: number | undefined } {
  const { code, name, $metadata } = Object(error) as {
    code?: unknown;
    name?: unknown;
    $metadata?: { httpStatusCode?: unknown };
  };
  const reason = [code, name].find(
    (each): each is string => typeof each === 'string' && /^[A-Za-z0-9_.]{1,60}$/.test(each),
  );
  const status = $metadata?.httpStatusCode;
  return { reason: reason ?? 'unknown', status: typeof status === 'number' ? status : undefined };
}

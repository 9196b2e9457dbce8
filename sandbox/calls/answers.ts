import type { Behaviour } from '../settings/settings.js';

/** What an endpoint answers. The envelope is added later. */
export type Answer =
  | { kind: 'success'; message?: Spelled; detail?: Spelled }
  | { kind: 'json'; status: number; body: unknown }
  | {
      kind: 'file';
      path: string;
      contentType: string;
      change?: (bytes: Buffer) => Buffer;
      /** Bytes that come before the file. */
      before?: string;
      /** Blanks after the file. Whether the answer states its length. */
      grown?: { bytes: number; stated: boolean };
    }
  | { kind: 'raw'; status: number; body: string; contentType: string; headers?: Record<string, string> };

/** A value, and the key that the vendor's own example uses for it. */
export interface Spelled {
  value: unknown;
  as: 'message' | 'messsage' | 'detail' | 'details';
}

/** A refusal in the provider's words. Thrown by endpoints. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    readonly words: unknown,
    /** Names of missing fields, if that is the reason. */
    readonly missing: string[] = [],
  ) {
    super(`refused with ${status}`);
  }
}

/** A body that is not JSON. V1 says this in place of the status line (§2.2). */
export class InvalidJson extends Refusal {
  constructor(why: string) {
    super(400, `Could not parse JSON body - ${why}`);
  }
}

/** Words and content as V2 answers them (§2.1); `as` is the key in the vendor's example. */
export function success(
  words: string | undefined,
  detail?: unknown,
  as: Partial<Record<'words' | 'detail', Spelled['as']>> = {},
): Answer {
  return {
    kind: 'success',
    ...(words === undefined ? {} : { message: { value: words, as: as.words ?? 'message' } }),
    ...(detail === undefined ? {} : { detail: { value: detail, as: as.detail ?? 'detail' } }),
  };
}

/** The JSON body of a success, with the spelling that the settings choose. */
export function successBody(
  answer: Extract<Answer, { kind: 'success' }>,
  behaviour: Behaviour,
): Record<string, unknown> {
  const body: Record<string, unknown> = { status: 'success' };
  const { message, detail } = answer;
  if (message !== undefined) {
    body[behaviour.messageSpelling === 'as-seen' ? message.as : behaviour.messageSpelling] = message.value;
  }
  if (detail !== undefined) {
    body[behaviour.detailSpelling === 'as-seen' ? detail.as : behaviour.detailSpelling] = detail.value;
  }
  return body;
}

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Status and JSON body of a refusal, in the shape that the settings choose. The words are V1's (§4). V2's are unknown. */
export function refusalBody(refusal: Refusal, behaviour: Behaviour): { status: number; body: unknown } {
  if (refusal.missing.length > 0 && behaviour.missingFields === '422') {
    const list = refusal.missing.map((field) => ({
      loc: ['body', field],
      msg: 'field required',
      type: 'value_error.missing',
    }));
    return { status: 422, body: { detail: list } };
  }
  const { status } = refusal;
  const words = wordsOf(refusal, behaviour);
  switch (behaviour.errorShape) {
    case 'v1':
      return {
        status: status === 404 ? Number(behaviour.notFoundStatus) : status,
        body: { status: refusal instanceof InvalidJson ? 'Invalid JSON' : line(status), details: words },
      };
    case 'fastapi':
      return { status, body: { detail: words } };
    case 'detail':
    case 'details':
    case 'message':
      return { status, body: { status: 'error', [behaviour.errorShape]: words } };
  }
}

function line(status: number): string {
  return `${status} ${REASONS[status] ?? ''}`.trim();
}

/** Invented: an example of different words. */
const OTHER_WORDS: readonly (readonly [RegExp, string])[] = [
  [/Confirmation Code invalid/, 'The code was rejected'],
  [/generated less than a minute ago/, 'Please wait before the next code'],
  [/already in ISSUED status/, 'Signed before'],
  [/Invalid request status/, 'Not possible at this point'],
  [/ScratchCard matching query/, 'No more cards'],
  [/Invalid ScratchCard/, 'This card is taken'],
];

/** The words of a refusal, as the settings choose them. */
export function wordsOf({ status, words }: Refusal, { notFoundWords, wording }: Behaviour): unknown {
  if (status === 404 && notFoundWords === 'bare') return 'Not Found';
  if (wording === 'v1' || typeof words !== 'string') return words;
  return OTHER_WORDS.find(([known]) => known.test(words))?.[1] ?? words;
}

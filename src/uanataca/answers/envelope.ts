/**
 * Reads every shape of answer the provider is known to give (§2), and whatever else arrives.
 * Nothing here decides what an answer means; see `sorting.ts`.
 */
export interface Envelope {
  /** What the body says of itself: V2's `"status": "success"`, V1's `"200 OK"`; `undefined` when it says nothing clear. */
  succeeded: boolean | undefined;
  /** The HTTP status that the body repeats; V1 answers 400 with a body that says 404 (§2.2). */
  bodyStatus: number | undefined;
  /** The provider's words, unredacted. Never shown as they are. */
  text: string;
  /** `detail` or `details`, or the whole body where there is neither. */
  payload: unknown;
  /** A body that is no JSON comes from something in front of the Optimizer. */
  form: 'json' | 'empty' | 'other';
  /** Whether the body has words of the provider's own: not empty, not "Not Found", not a page of something in front of it. */
  speaks: boolean;
  /** Uanataca's id of the error, 16 hex digits, for their support (§2.3). */
  errorId: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads the text of an answer. Never throws. */
export function readEnvelope(body: string): Envelope {
  const parsed = parse(body);
  if (parsed === undefined) {
    return {
      succeeded: undefined,
      bodyStatus: undefined,
      text: wordsOfPage(body),
      payload: undefined,
      form: body.trim() === '' ? 'empty' : 'other',
      speaks: false,
      errorId: undefined,
    };
  }
  const fields = isFields(parsed.value) ? parsed.value : {};
  const payload = fields['detail'] ?? fields['details'] ?? parsed.value;
  const status = fields['status'];
  const bodyStatus = statusIn(status);
  const errorId = errorIdIn(fields);
  const text = errorId === undefined ? textOf(fields, parsed.value) : wordsOf(fields['error'], 0);
  return {
    succeeded: errorId === undefined ? successIn(status, bodyStatus) : false,
    bodyStatus,
    text,
    payload,
    form: 'json',
    speaks: !/^(not found\.?)?$/i.test(text) || (errorId !== undefined && text === ''),
    errorId,
  };
}

/** A JSON object, and not an array or null. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(body: string): { value: unknown } | undefined {
  try {
    // `True` and `False` are plain text (§8.1), and as clear as JSON.
    return { value: JSON.parse(/^\s*(True|False)\s*$/.test(body) ? body.toLowerCase() : body) as unknown };
  } catch {
    return undefined;
  }
}

function statusIn(status: unknown): number | undefined {
  const found = /^([1-5]\d\d)\b/.exec(
    String(typeof status === 'number' ? status : typeof status === 'string' ? status : ''),
  );
  return found === null ? undefined : Number(found[1]);
}

function successIn(status: unknown, bodyStatus: number | undefined): boolean | undefined {
  if (bodyStatus !== undefined) return bodyStatus < 400;
  if (typeof status !== 'string') return undefined;
  if (/^(success|ok)$/i.test(status)) return true;
  return /^(error|fail(ed|ure)?|invalid json)$/i.test(status) ? false : undefined;
}

/** Of the one body that has `error`, `code` and `id`; its words may be empty (§8.3). */
function errorIdIn({ id, code, error }: Fields): string | undefined {
  return typeof id === 'string' && /^[0-9a-f]{16}$/.test(id) && code !== undefined && error !== undefined
    ? id
    : undefined;
}

/** The words of all fields that are known to carry some, without repetition. */
function textOf(fields: Fields, whole: unknown): string {
  const said = ['message', 'messsage', 'error', 'title', 'description', 'detail', 'details']
    .map((name) => wordsOf(fields[name], 0))
    .filter((words) => words !== '');
  if (said.length > 0) return [...new Set(said)].join('; ');
  const status = fields['status'];
  if (typeof status === 'string' && status !== '') return status;
  return wordsOf(whole, 0);
}

/** Left out of the words: what echoes what was sent, PINs included (§2.1), and the codes of scratchcards (§8.1). */
const SILENT = /^(input|ctx|secrets?|erc|enrollment_code|puk)$/;

/** Left out unless it is a list: of what is wrong with the field, and not its value. */
const SECRET = /^(pin|password|token|username)$/;

/** Strings of nested values. */
function wordsOf(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (depth > 3) return '';
  if (Array.isArray(value)) {
    return value
      .map((item: unknown) => wordsOf(item, depth + 1))
      .filter((words) => words !== '')
      .join('; ');
  }
  if (!isFields(value)) return '';
  const { msg, loc } = value;
  if (typeof msg === 'string') return Array.isArray(loc) ? `${loc.filter(isName).join('.')}: ${msg}` : msg;
  return Object.entries(value)
    .filter(([name, item]) => !SILENT.test(name) && (Array.isArray(item) || !SECRET.test(name)))
    .map(([name, item]) => [name, wordsOf(item, depth + 1)] as const)
    .filter(([, words]) => words !== '')
    .map(([name, words]) => (isName(name) ? `${name}: ${words}` : words))
    .join('; ');
}

/** A field's name as the API has them, and not a uid used as a key (§4.9). */
function isName(key: unknown): boolean {
  return typeof key === 'string' && /^[a-z][a-z_]{0,31}$/.test(key);
}

/** Of a page that is not JSON: its title, or its first line. */
function wordsOfPage(body: string): string {
  const title = /<title>([^<]{1,200})<\/title>/i.exec(body);
  if (title !== null) return (title[1] ?? '').trim();
  if (/^\s*</.test(body) || body.includes('\u0000')) return '';
  return (body.trim().split(/\r?\n/, 1)[0] ?? '').slice(0, 500);
}

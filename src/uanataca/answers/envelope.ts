import { type Fields, isFields, isName } from './fields.js';
import { isBareRefusal, isCoded, type Origin, originOf } from './origin.js';

/**
 * An answer in any of the provider's known forms (§2), or in another.
 * `sorting.ts` decides what it means.
 */
export interface Envelope {
  /** Whether the body reports success: V2's `"status": "success"`, V1's `"200 OK"`. `undefined` if it is not clear. */
  succeeded: boolean | undefined;
  /** The HTTP status in the body. V1 answers 400 with a body that says 404 (§2.2). */
  bodyStatus: number | undefined;
  /** The provider's words, not redacted. Never show them as they are. */
  text: string;
  /** `detail` or `details`, or the whole body if there is neither. */
  payload: unknown;
  form: 'json' | 'empty' | 'page' | 'text' | 'broken';
  /** Whether it has fields of the provider's answers (§2). If not, something between us and the provider may have answered. */
  own: boolean;
  /** Who wrote it, if it refuses. */
  origin: Origin;
  /** Whether it only repeats an HTTP status, in a form of gateways. */
  bare: boolean;
  /** Whether the body has words of the provider: it is not empty, not "Not Found", and not the page of a proxy. */
  speaks: boolean;
  /** Uanataca's id of the error, 16 hex digits, for their support (§2.3). */
  errorId: string | undefined;
}

/** Reads the text of an answer. Never throws. */
export function readEnvelope(body: string): Envelope {
  const parsed = parse(body.replace(/^\uFEFF/, ''));
  if (parsed === undefined) {
    const form = formOf(body);
    return {
      succeeded: undefined,
      bodyStatus: undefined,
      text: form === 'broken' ? '' : wordsOfPage(body),
      payload: undefined,
      form,
      own: false,
      origin: form === 'broken' ? 'possible' : 'foreign',
      bare: false,
      speaks: false,
      errorId: undefined,
    };
  }
  const fields = isFields(parsed.value) ? parsed.value : {};
  const payload = fields['detail'] ?? fields['details'] ?? parsed.value;
  const status = fields['status'];
  const bodyStatus = statusIn(status);
  const errorId = isCoded(fields) ? String(fields['id']) : undefined;
  const text = errorId === undefined ? textOf(fields, parsed.value) : wordsOf(fields['error'], 0);
  const succeeded = errorId === undefined ? successIn(fields, bodyStatus) : false;
  return {
    succeeded,
    bodyStatus,
    text,
    payload,
    form: 'json',
    own: (succeeded !== undefined && !/^ok$/i.test(String(status))) || isOwn(parsed.value),
    origin: originOf(parsed.value),
    bare: isBareRefusal(fields),
    speaks: !/^(not found\.?)?$/i.test(text) || (errorId !== undefined && text === ''),
    errorId,
  };
}

/** Fields of both APIs that are in no envelope of somebody else: of errors, of requests, and of other answers (§2, §4, §8). */
const OWN_FIELDS = [
  'detail details message messsage error title description moved',
  'pk request_pk videoid_pk videoid_link registration_authority profile scratchcard',
  'uid document_uid password sn secrets count results result request videoid_status',
  'document receipt preauthenticatedlink',
].flatMap((names) => names.split(' '));

/** Lists and booleans too (§8.1, §8.2). A status in words is a sentence (§2.3), and errors of fields are lists of texts (§4.14). */
function isOwn(value: unknown): boolean {
  if (Array.isArray(value) || typeof value === 'boolean') return true;
  if (!isFields(value)) return false;
  if (OWN_FIELDS.some((name) => value[name] !== undefined)) return true;
  const { status } = value;
  if (typeof status === 'string') return /\w \w/.test(status);
  const items = Object.values(value);
  return items.length > 0 && items.every((item) => Array.isArray(item) && typeof item[0] === 'string');
}

/** A body that is not JSON. If it begins as JSON, a part is missing, or was changed on the way. */
function formOf(body: string): 'empty' | 'page' | 'text' | 'broken' {
  const start = body.trimStart();
  if (start === '') return 'empty';
  if (/^[{[]/.test(start)) return 'broken';
  return start.startsWith('<') ? 'page' : 'text';
}

function parse(body: string): { value: unknown } | undefined {
  try {
    // The provider writes `True` and `False` as plain text (§8.1).
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

/** A success has no error beside it. */
function successIn({ status, error }: Fields, bodyStatus: number | undefined): boolean | undefined {
  if (bodyStatus !== undefined) return bodyStatus < 400;
  if (typeof status !== 'string') return typeof error === 'string' && error !== '' ? false : undefined;
  if (/^(success|ok)$/i.test(status)) return true;
  return /^(error|fail(ed|ure)?|invalid json)$/i.test(status) ? false : undefined;
}

/** The words of all fields that may have some, without repetitions. */
function textOf(fields: Fields, whole: unknown): string {
  const said = ['message', 'messsage', 'error', 'title', 'description', 'detail', 'details']
    .map((name) => wordsOf(fields[name], 0))
    .filter((words) => words !== '');
  if (said.length > 0) return [...new Set(said)].join('; ');
  const status = fields['status'];
  if (typeof status === 'string' && status !== '') return status;
  return wordsOf(whole, 0);
}

/** Fields that are left out: they repeat what was sent, PINs included (§2.1), or hold the codes of scratchcards (§8.1). */
const SILENT = /^(input|ctx|secrets?|erc|enrollment_code|puk)$/;

/** Left out unless it is a list: a list says what is wrong with the field, not its value. */
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

/** The title of a page that is not JSON, or its first line. */
function wordsOfPage(body: string): string {
  const title = /<title>([^<]{1,200})<\/title>/i.exec(body);
  if (title !== null) return (title[1] ?? '').trim();
  if (/^\s*</.test(body) || body.includes('\u0000')) return '';
  return (body.trim().split(/\r?\n/, 1)[0] ?? '').slice(0, 500);
}

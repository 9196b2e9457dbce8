import { createHmac } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { defined } from '../../messages/defined.js';
import { FIELD_WORDS, isFieldName } from '../../messages/request-fields.js';
import type { Shape } from '../file.js';
import { isKnownName, knownText } from './known-words.js';
import type { KnownValues } from './known-values.js';

/** What else than the value decides how a value is shown. */
export interface Showing {
  /** Key of the hashes. */
  key: Buffer;
  /** Values that may stand nowhere. Those that are found in fields of people are added. */
  values: KnownValues;
}

/** Fields whose values are credentials or codes: not even their length is shown. */
const SECRET =
  /^(password|pin|puk|erc|token|token_uid|secrets?|username|enrollment_code|newpin|otp)$|(_password|_username|_pin|_token|_secret|unlock_value)$/i;

/** Fields whose values are words of the provider, of which a new one must be seen as it is. */
const VOCABULARY = /^(status|event_type|previous_status|videoid_status|valid)$/;
const NEW_WORD = /^[A-Z][A-Z_]{2,39}$/;

/** Fields whose booleans and short numbers say something about the interface, and nothing about a person. */
const SETTINGS = /^(videoid_mode|paperless_mode|secure_element|password|pin|is_identificator)$/;

/** Of persons, in name only: error answers of the Registration Authority API use these fields for words (§2.3). */
const NOT_PERSONAL = new Set(['title', 'description', 'country_name']);

/** Characters. A part of a link that is so long may be a token. */
const LONG = 12;

const DEEPEST = 8;
const MOST_FIELDS = 120;
const DIFFERENT_ITEMS = 4;

/** The shape of a value. `name` is that of its field. */
export function shapeOf(value: unknown, showing: Showing, name = '', depth = 0): Shape {
  if (depth > DEEPEST) return { type: 'withheld' };
  if (value === null || value === undefined) return { type: 'null' };
  if (typeof value === 'boolean')
    return { type: 'boolean', ...defined({ is: SETTINGS.test(name) ? value : undefined }) };
  if (typeof value === 'number') return shapeOfNumber(value, showing, name);
  if (typeof value === 'string') return shapeOfText(value, showing, name);
  if (Array.isArray(value)) return shapeOfList(value, showing, name, depth);
  if (typeof value !== 'object') return { type: 'withheld' };
  const fields = Object.entries(value).slice(0, MOST_FIELDS);
  const secret = SECRET.test(name) ? name : '';
  return {
    type: 'object',
    // A field of an object of secrets is one, whatever its name.
    fields: Object.fromEntries(
      fields.map(([key, item]) => [
        nameShown(key, showing),
        shapeOf(item, showing, secret !== '' && typeof item !== 'object' ? secret : key, depth + 1),
      ]),
    ),
  };
}

function shapeOfList(value: readonly unknown[], showing: Showing, name: string, depth: number): Shape {
  const different = new Map<string, Shape>();
  for (const item of value.slice(0, 20)) {
    const shape = shapeOf(item, showing, name, depth + 1);
    different.set(JSON.stringify(withoutHashes(shape)), shape);
    if (different.size >= DIFFERENT_ITEMS) break;
  }
  return { type: 'list', length: value.length, items: [...different.values()] };
}

function shapeOfNumber(value: number, showing: Showing, name: string): Shape {
  const digits = String(Math.abs(value)).length;
  if (SECRET.test(name)) return { type: 'number', digits: 0 };
  if (SETTINGS.test(name) && digits <= 4) return { type: 'number', digits, is: value };
  if (isPersonal(name)) showing.values.addPersonal(String(value));
  return { type: 'number', digits, hash: hashOf(String(value), showing) };
}

function shapeOfText(value: string, showing: Showing, name: string): Shape {
  if (SECRET.test(name)) {
    showing.values.add(value);
    return { type: 'string' };
  }
  const { length } = value;
  const hash = hashOf(value, showing);
  if (isPersonal(name)) {
    showing.values.addPersonal(value);
    return { type: 'string', length, ...defined({ form: formOf(value) }), ...(value === '' ? {} : { hash }) };
  }
  if (value === '') return { type: 'string', length, is: '' };
  const isWord = VOCABULARY.test(name) && NEW_WORD.test(value) && !showing.values.isIn(value);
  const isCountry = name === 'country_name' && /^[A-Z]{2}$/.test(value);
  const isDocumented = (name === 'loc' && isKnownName(value)) || isStatusLine(value);
  const is = isWord || isCountry || isDocumented ? value : knownText(value);
  if (is !== undefined) return { type: 'string', length, is };
  if (/^https?:/.test(value)) showing.values.add(...value.split(/[/?#&=]/).filter((part) => part.length >= LONG));
  else if (!SPEAKING.test(name) && isFreeText(value)) showing.values.addText(value);
  return { type: 'string', length, ...defined({ form: formOf(value) }), hash };
}

/** V1 repeats the status line of HTTP: `404 Not Found` (§2.2). */
function isStatusLine(value: string): boolean {
  const [, code = '', phrase] = /^(\d{3}) (.+)$/.exec(value) ?? [];
  return phrase !== undefined && STATUS_CODES[code] === phrase;
}

/** A field of a request that is about a person, however it is spelled: `given_name`, `givenName`, `nombre`. */
function isPersonal(name: string): boolean {
  return (isFieldName(name) && !NOT_PERSONAL.has(name)) || PERSONAL.has(plain(name));
}

function plain(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase();
}

const PERSONAL: ReadonlySet<string> = new Set([
  ...Object.keys(FIELD_WORDS)
    .filter((name) => !NOT_PERSONAL.has(name))
    .map(plain),
  ...'firstname lastname middlename fullname surname surnames familyname commonname cn subject'.split(' '),
  ...'nombre nombres apellido apellidos apellido1 apellido2 primerapellido segundoapellido dni nif nie'.split(' '),
  ...'phone phonenumber mobile mobilephone telefono movil mail emailaddress correo address direccion'.split(' '),
  ...'documentnumber iddocument identitynumber passport passportnumber dateofbirth birthday'.split(' '),
]);

/** Fields in which the provider speaks. Other free text of an answer may be a person's. */
const SPEAKING =
  /^(message|messsage|detail|details|error|errors|title|description|msg|reason|status|type|name|key|filename)$/;

function isFreeText(value: string): boolean {
  return value.length <= 60 && /\p{L}{2}/u.test(value) && !/^[\w.-]+$/.test(value);
}

/** A field's name. One that is no name, but a value, is shown by its hash. */
export function nameShown(name: string, showing: Showing): string {
  if (isKnownName(name)) return name;
  if (/^[A-Za-z][A-Za-z_-]{0,39}\d{0,2}$/.test(name) && !isRandom(name) && !showing.values.isIn(name)) return name;
  return `{${hashOf(name, showing)}}`;
}

/** Whether a name looks like a part of a token: capitals and small letters change often. */
function isRandom(name: string): boolean {
  return (name.match(/[a-z][A-Z]/g)?.length ?? 0) > 5 || /[A-Za-z]{26,}/.test(name);
}

/** 48 bits with a secret key: equal values have equal hashes, and nobody without the key can try values. */
export function hashOf(value: string | Buffer, { key }: Pick<Showing, 'key'>): string {
  return createHmac('sha256', key).update(value).digest('hex').slice(0, 12);
}

const FORMS: readonly [string, RegExp][] = [
  ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i],
  ['digits', /^\d+$/],
  ['hex', /^(?=.*\d)[0-9a-f]{16,}$/i],
  ['link', /^https?:\/\/\S+$/i],
  ['email', /^[^\s@]+@[^\s@]+$/],
  ['json', /^\s*[{[][\s\S]*[}\]]\s*$/],
  ['base64', /^[A-Za-z0-9+/\s]{64,}={0,2}\s*$/],
];

/** How a text is made, if that says nothing about its content. Dates and phone numbers give a pattern. */
function formOf(value: string): string | undefined {
  const form = FORMS.find(([, matches]) => matches.test(value))?.[0];
  if (form !== undefined) return form;
  return value.length <= 40 && /^[\d\s+:./TZ-]*\d[\d\s+:./TZ-]*$/.test(value)
    ? value.replaceAll(/\d/g, '9')
    : undefined;
}

function withoutHashes(shape: Shape): unknown {
  return JSON.parse(JSON.stringify(shape, (key, value: unknown) => (key === 'hash' ? undefined : value)));
}

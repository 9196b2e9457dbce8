import { FIELD_WORDS } from './request-fields.js';

/** Words of which names of fields are made. A name of other words may be a value, and is not shown. */
const WORDS = new Set(
  [
    'event type sent at date time timestamp created updated request requests id pk uuid uid key status state previous new',
    'profile registration authority ra scratchcard certificate certificates serial number valid from to data payload body',
    'message messages detail details result results error errors code version source env environment webhook callback hook',
    'delivery attempt retry signature video videoid link reason document documents user email phone name',
  ].flatMap((words) => words.split(' ')),
);

const DEEPEST = 5;
const MOST = 40;

/** Dates and times, with and without a zone. */
const TIME = /^\d{4}-?\d\d-?\d\d(?:[T ]?\d\d:?\d\d(?::?\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** An outline: `event_type:text sent_at:text:99999999999999 request.pk:number certificates:list.0`. */
export const OUTLINE =
  /^(?:(?:\$|(?:[A-Za-z_-]{1,60}\d{0,2}|\?\d{1,3}|\*)(?:\.(?:[A-Za-z_-]{1,60}\d{0,2}|\?\d{1,3}|\*)){0,6}):(?:null|boolean|number|text|list|object|more)(?:[.:][9\dTZ_.:+-]{1,40})?(?: |$)){1,41}$/;

/**
 * The fields of a payload with their types, without any value. Names that may be values are `?1`, `?2`; `*` is the first item of a
 * list, `$` a payload without fields. Times show how they are written.
 */
export function outlineOf(content: unknown): string {
  const entries: string[] = [];
  outline(content, [], entries);
  if (entries.length > MOST) entries.splice(MOST, entries.length, '$:more');
  return entries.join(' ');
}

function outline(value: unknown, path: readonly string[], entries: string[]): void {
  if (entries.length > MOST) return;
  const name = path.join('.') || '$';
  if (typeof value !== 'object' || value === null) {
    entries.push(`${name}:${typeOf(value)}`);
    return;
  }
  const isList = Array.isArray(value);
  const fields = Object.entries(value);
  if (isList) entries.push(`${name}:list.${value.length}`);
  else if (fields.length === 0 || path.length >= DEEPEST) entries.push(`${name}:object`);
  if (path.length >= DEEPEST) return;
  for (const [index, [key, inner]] of (isList ? fields.slice(0, 1) : fields).entries()) {
    outline(inner, [...path, isList ? '*' : nameShown(key, index)], entries);
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'number') return typeof value;
  if (typeof value !== 'string' || !TIME.test(value)) return 'text';
  return `text:${value.replaceAll(/\d/g, '9').replace(' ', '_')}`;
}

function nameShown(name: string, index: number): string {
  if (Object.hasOwn(FIELD_WORDS, name)) return name;
  const plain = name.replace(/\d{1,2}$/, '');
  const words = plain.split(/[_-]|(?<=[a-z])(?=[A-Z])/).map((word) => word.toLowerCase());
  return words.every((word) => WORDS.has(word)) ? name : `?${Math.min(index + 1, 999)}`;
}

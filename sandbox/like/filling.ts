import { isStatus } from '../requests/statuses.js';
import { Allowance } from './allowance.js';
import { inForm, madeNumber, madeText } from './made-values.js';
import { allIn, isFields, type ListShape, ownField, type ObjectShape, type Shape, type TextShape } from './shape.js';

/** What the sandbox would answer by itself. */
export interface Own {
  /** The fields of the answer, without the envelope around them. */
  payload: Record<string, unknown>;
  /** The words of the envelope. */
  words: string;
  /** The shape is that of another status: words for statuses and events are ours. */
  otherStatus?: boolean;
}

/** Fields whose recorded word counts, not ours. */
const VOCABULARY = /^(status|event_type|previous_status|videoid_status|valid)$/;
/** Items of a list that we do not know. */
const MOST_MADE = 20;

/**
 * A value in a recorded shape. Fields that the sandbox knows by name have its values, wherever they are nested. Known texts are as
 * recorded. Everything else is made up by form and length.
 */
export function filled(shape: Shape, own: Own): unknown {
  return new Filling(shape, own).value(shape, undefined, '', false);
}

class Filling {
  /** The object of the shape that has the payload's fields. */
  private readonly home: ObjectShape | undefined;
  /** What objects outside of it may have. */
  private readonly elsewhere: Record<string, unknown>;
  private readonly allowance = new Allowance();

  constructor(
    shape: Shape,
    private readonly own: Own,
  ) {
    this.home = homeOf(shape, own.payload);
    const taken = this.home?.fields ?? {};
    const rest = Object.entries(own.payload).filter(([name]) => !Object.hasOwn(taken, name));
    this.elsewhere = Object.fromEntries(rest);
  }

  /** `known` is undefined if the sandbox does not know it. `inside`: whether it is in the payload. */
  value(shape: Shape, known: unknown, name: string, inside: boolean): unknown {
    if (known === null && shape.type !== 'withheld') return null;
    switch (shape.type) {
      case 'null':
        return null;
      case 'withheld':
        return known ?? null;
      case 'boolean':
        return known === undefined ? (shape.is ?? false) : Boolean(known);
      case 'number':
        return asNumber(known) ?? shape.is ?? madeNumber(shape.digits);
      case 'string':
        return this.allowance.cut(this.text(shape, known, name));
      case 'list':
        return this.list(shape, known, name, inside);
      case 'object':
        return this.object(shape, known, inside);
    }
  }

  private list({ items, length }: ListShape, known: unknown, name: string, inside: boolean): unknown[] {
    if (items.length === 0) return [];
    const made = Math.min(Math.max(length, items.length), MOST_MADE);
    const values: unknown[] = Array.isArray(known) ? known : isFields(known) ? [known] : Array.from({ length: made });
    const list: unknown[] = [];
    for (const [index, value] of values.entries()) {
      if (!this.allowance.takes()) break;
      list.push(this.value(items[index % items.length] ?? { type: 'null' }, value, name, inside));
    }
    return list;
  }

  private object(shape: ObjectShape, known: unknown, inside: boolean): Record<string, unknown> {
    const isHome = shape === this.home;
    const outside = isHome ? this.own.payload : this.elsewhere;
    const fields = inside ? (isFields(known) ? known : {}) : outside;
    const object: [string, unknown][] = [];
    for (const [name, field] of Object.entries(shape.fields)) {
      if (!this.allowance.takes(name)) break;
      object.push([name, this.value(field, ownField(fields, name), name, inside || isHome)]);
    }
    return Object.fromEntries(object);
  }

  private text(shape: TextShape, known: unknown, name: string): string {
    const { is, form, length } = shape;
    if (is === '' || length === 0) return '';
    if (typeof known === 'string' || typeof known === 'number' || typeof known === 'boolean') {
      const text = String(known);
      if (text === '') return '';
      const isTheirs = VOCABULARY.test(name) && this.own.otherStatus !== true && !(isStatus(text) && isStatus(is));
      if (is !== undefined && isTheirs) return is;
      return inForm(text, form);
    }
    if (is !== undefined) return withParts(is, this.own.words);
    return soleOfForm(this.own.payload, form) ?? madeText(shape);
  }
}

function asNumber(known: unknown): number | undefined {
  if (typeof known === 'number') return known;
  return typeof known === 'string' && /^\d{1,15}$/.test(known) ? Number(known) : undefined;
}

/** The object that shares most names with the payload, the outermost of several. */
function homeOf(shape: Shape, payload: Record<string, unknown>): ObjectShape | undefined {
  let home: ObjectShape | undefined;
  let most = 0;
  for (const each of allIn(shape)) {
    if (each.type !== 'object') continue;
    const shared = Object.keys(each.fields).filter((name) => Object.hasOwn(payload, name)).length;
    if (shared > most) [home, most] = [each, shared];
  }
  return home;
}

/** A known text with our words in place of its variable parts, if they fit. */
function withParts(text: string, words: string): string {
  const parts = text.split('{}');
  if (parts.length === 1) return text;
  return saysSo(words, text) ? words : parts.join(/\d+/.exec(words)?.[0] ?? 'x');
}

/** Whether words of ours are this known text. */
export function saysSo(words: string, text: string): boolean {
  const parts = text.split('{}').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`));
  // With more parts, a regular expression may take very long.
  return parts.length <= 3 && new RegExp(`^${parts.join(String.raw`\S+`)}$`).test(words);
}

/** Forms of which a payload has one value at most, so that its name does not matter. */
const UNIQUE: Record<string, RegExp> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  hex: /^(?=.*\d)[0-9a-f]{32}$/,
  link: /^https?:\/\/\S+$/i,
};

function soleOfForm(payload: Record<string, unknown>, form: string | undefined): string | undefined {
  const pattern = form === undefined || !Object.hasOwn(UNIQUE, form) ? undefined : UNIQUE[form];
  if (pattern === undefined) return undefined;
  const found = Object.values(payload).filter((value) => typeof value === 'string' && pattern.test(value));
  return found.length === 1 ? String(found[0]) : undefined;
}

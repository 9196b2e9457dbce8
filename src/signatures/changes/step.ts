import { defined } from '../../messages/defined.js';
import type { PdfDocument, PdfObject } from '../pdf/document.js';
import type { PdfDictionary, PdfValue } from '../pdf/syntax.js';
import { type Additions, EXPLAINED, type ExplainedKind, Refusal } from './change.js';
import { isInUse, type Revision } from './cross-references.js';
import type { References } from './references.js';
import type { WrittenObject } from './written-object.js';

/** A place in a document, with its value before and after an update. */
export interface Place {
  was?: PdfValue | undefined;
  now?: PdfValue | undefined;
  /** The object that the place belongs to. Absent for a trailer. */
  holder?: number | undefined;
}

/** What a place leads to after the update. */
export interface Found {
  /** Null if there is none. */
  value: PdfValue;
  /** Present if it is an object of its own. */
  object?: PdfObject;
  /** What the same place led to before. */
  was: PdfValue;
  /** Whether this update wrote it, in place or as an object of its own. */
  isWritten: boolean;
  /** The object that its parts belong to. */
  holder?: number | undefined;
}

/**
 * One update while it is checked. Rules explain the objects that it wrote, starting from places that may change. An object that no rule
 * explains makes the change `something-else`. A rule that finds something forbidden throws `Refusal`.
 */
export class Step {
  readonly before: PdfDocument;
  readonly after: PdfDocument;
  readonly written: ReadonlyMap<number, WrittenObject>;
  readonly timestamps: number[] = [];
  readonly signatures: number[] = [];
  /** Added fields and their widgets. */
  readonly newFields = new Set<number>();
  readonly #referrers: ReadonlyMap<number, readonly number[]>;
  readonly #explained = new Set<number>();
  /** Objects that were entered with everything below them. They may lead back to themselves. */
  readonly #entered = new Set<string>();
  #kind = 0;

  constructor({ before, after, written }: Revision, references: References) {
    [this.before, this.after, this.written] = [before, after, written];
    this.#referrers = references.to(new Set(written.keys()));
    for (const number of written.keys())
      if (this.isNew(number) && this.referrers(number).length > 0)
        throw new Refusal(`object ${number}, which was referred to before it existed`);
  }

  get kind(): ExplainedKind {
    return EXPLAINED[this.#kind] ?? 'form-filling';
  }

  get additions(): Additions {
    return { timestamps: this.timestamps, signatures: this.signatures };
  }

  /** The update does at least this. */
  raise(kind: ExplainedKind): void {
    this.#kind = Math.max(this.#kind, EXPLAINED.indexOf(kind));
  }

  isNew(number: number): boolean {
    return this.written.has(number) && !isInUse(this.before, number);
  }

  explain(number: number): void {
    this.#explained.add(number);
  }

  get unexplained(): WrittenObject[] {
    return [...this.written.values()].filter(({ number }) => !this.#explained.has(number));
  }

  /** The objects that referred to a number before the update. */
  referrers(number: number): readonly number[] {
    return this.#referrers.get(number) ?? [];
  }

  /** The value at a place now. If the update wrote it, it is explained: it is new, or it had this place before and no other. */
  async enter({ was, now, holder }: Place): Promise<Found> {
    this.after.budget.take('values');
    const before = await this.before.resolve(was);
    if (now?.kind !== 'reference') {
      const isWritten = holder === undefined || this.written.has(holder);
      return { value: await this.after.resolve(now), was: before, isWritten, holder };
    }
    const { object: number } = now;
    const isWritten = this.written.has(number);
    if (isWritten && !this.isNew(number)) {
      const isPlaceOf = was?.kind === 'reference' && was.object === number;
      if (!isPlaceOf || !this.referrers(number).every((from) => from === holder))
        throw new Refusal(`object ${number}, which is also used elsewhere`);
    }
    if (isWritten) this.explain(number);
    const object = await this.after.referred(now);
    return {
      value: await this.after.resolve(now),
      ...defined({ object }),
      was: before,
      isWritten,
      holder: number,
    };
  }

  /** Explains a place and all that the update wrote below it. Returns whether it has streams. Throws `Refusal` if they are not allowed. */
  async enterAll(place: Place, allowed: { streams: boolean }): Promise<boolean> {
    const { value, object, was, isWritten, holder } = await this.enter(place);
    const way = `${object?.number} ${allowed.streams}`;
    if (!isWritten || (object !== undefined && this.#entered.has(way))) return false;
    this.#entered.add(way);
    let hasStream = object?.streamStart !== undefined;
    if (hasStream && !allowed.streams) throw new Refusal('a stream in a place that allows none');
    const parts: Place[] = [];
    if (value.kind === 'array')
      parts.push(
        ...value.items.map((now, at) => ({ now, was: was.kind === 'array' ? was.items[at] : undefined, holder })),
      );
    if (value.kind === 'dictionary')
      for (const [key, now] of value.entries)
        if (key !== 'P' && key !== 'Parent') parts.push({ now, was: entryOf(was, key), holder });
    for (const part of parts) hasStream = (await this.enterAll(part, allowed)) || hasStream;
    return hasStream;
  }
}

/** The value under a key, if `value` is a dictionary. */
export function entryOf(value: PdfValue | undefined, key: string): PdfValue | undefined {
  return value?.kind === 'dictionary' ? value.entries.get(key) : undefined;
}

/** The keys of all these dictionaries. */
export function keysOf(...values: readonly PdfValue[]): Set<string> {
  return new Set(values.flatMap((value) => (value.kind === 'dictionary' ? [...value.entries.keys()] : [])));
}

export function isDictionary(value: PdfValue): value is PdfDictionary {
  return value.kind === 'dictionary';
}

import type { PdfObject, PdfUpdate } from './pdf-revision.js';
import { nameIn, type PdfDictionary, type PdfValue, textOf } from './pdf/syntax.js';
import type { SignedPart } from './signed-part.js';

/** Objects of the signed part that an update may write anew: a form, pages, lists of these. More is no timestamp's work. */
const MOST_REPLACED = 50;
const OF_FIELD = new Set('Type Subtype FT T TU F Rect P V'.split(' '));

/**
 * The document timestamps of an update (PAdES-LTA; ETSI EN 319 142-1, 5.4.3), and what they may change in the signed part: each has a
 * field that shows nothing, which form and page list after all that they listed before.
 */
export class TimestampFields {
  readonly #fields = new Set<number>();
  readonly #timestamps = new Set<number>();
  /** Objects of the signed part that the update writes anew, as they were signed. */
  readonly #before = new Map<number, PdfObject>();
  /** Numbers of the form and of the lists, where they are objects of their own. */
  #form: number | undefined;
  readonly #lists = new Set<number>();

  private constructor(
    private readonly update: PdfUpdate,
    private readonly signed: SignedPart,
    private readonly found: ReadonlySet<number>,
  ) {}

  /**
   * Throws `PdfSyntaxError`.
   *
   * @param found where the contents of the timestamps begin whose signatures are checked: others do not count
   */
  static async of(update: PdfUpdate, signed: SignedPart, found: ReadonlySet<number>): Promise<TimestampFields> {
    const fields = new TimestampFields(update, signed, found);
    fields.#find();
    if (fields.#fields.size > 0) await fields.#readSigned();
    return fields;
  }

  /** Whether a new object is a document timestamp or its field. */
  has(number: number): boolean {
    return this.#fields.has(number) || this.#timestamps.has(number);
  }

  /** Whether an object of the signed part became only what a timestamp makes of it. */
  hasGrown(number: number, now: PdfObject): boolean {
    const before = this.#before.get(number);
    if (before === undefined || before.stream !== undefined || now.stream !== undefined) return false;
    if (number === this.#form) return this.isForm(before, now);
    if (this.#lists.has(number)) return this.#isList(before, now);
    return isPage(before.value) && this.#isSameBut(before, now, ['Annots']);
  }

  /** Whether a form (`/AcroForm`) is what it was, but for the fields of timestamps. */
  isForm(before: PdfObject, now: PdfObject): boolean {
    const flags = entryOf(now.value, 'SigFlags');
    return this.#fields.size > 0 && flags?.kind === 'number' && this.#isSameBut(before, now, ['Fields'], ['SigFlags']);
  }

  #find(): void {
    const { objects } = this.update;
    for (const [number, versions] of objects) {
      if (number >= this.signed.size && versions.every((version) => this.#isTimestamp(version)))
        this.#timestamps.add(number);
    }
    for (const [number, versions] of objects) {
      if (number >= this.signed.size && versions.every((version) => this.#isField(version))) this.#fields.add(number);
    }
  }

  async #readSigned(): Promise<void> {
    const { size, root, catalog, object } = this.signed;
    const numbers = [...this.update.objects.keys()].filter((number) => number < size && number !== root);
    if (numbers.length > MOST_REPLACED) return;
    for (const number of numbers) {
      const before = await object(number);
      if (before !== undefined) this.#before.set(number, before);
    }
    const form = entryOf(catalog.value, 'AcroForm');
    this.#form = numberOf(form);
    this.#keepList(this.#form === undefined ? form : (await object(this.#form))?.value, 'Fields');
    for (const page of this.#pages().slice(0, MOST_REPLACED)) this.#keepList((await object(page))?.value, 'Annots');
  }

  /** Where the fields say that they lie. */
  #pages(): number[] {
    const versions = [...this.#fields].flatMap((field) => this.update.objects.get(field) ?? []);
    return versions.map(({ value }) => numberOf(entryOf(value, 'P'))).filter((page) => page !== undefined);
  }

  #keepList(holder: PdfValue | undefined, key: string): void {
    const list = numberOf(holder && entryOf(holder, key));
    if (list !== undefined) this.#lists.add(list);
  }

  #isTimestamp({ value, offset, stream }: PdfObject): boolean {
    const contents = entryOf(value, 'Contents');
    return (
      value.kind === 'dictionary' &&
      stream === undefined &&
      nameIn(value, 'Type') === 'DocTimeStamp' &&
      nameIn(value, 'SubFilter') === 'ETSI.RFC3161' &&
      contents !== undefined &&
      offset !== undefined &&
      this.found.has(offset + contents.start) &&
      leadsNowhere(value)
    );
  }

  #isField({ value, stream }: PdfObject): boolean {
    const timestamp = numberOf(entryOf(value, 'V'));
    return (
      value.kind === 'dictionary' &&
      stream === undefined &&
      [...value.entries].every(
        ([key, item]) => OF_FIELD.has(key) && (['P', 'V'].includes(key) || leadsNowhere(item)),
      ) &&
      nameIn(value, 'Subtype') === 'Widget' &&
      nameIn(value, 'FT') === 'Sig' &&
      showsNothing(value) &&
      timestamp !== undefined &&
      this.#timestamps.has(timestamp)
    );
  }

  /** The lists may have grown, the values may be others, all else is what it was. */
  #isSameBut(before: PdfObject, now: PdfObject, lists: readonly string[], values: readonly string[] = []): boolean {
    if (before.value.kind !== 'dictionary' || now.value.kind !== 'dictionary') return false;
    const keys = new Set([...before.value.entries.keys(), ...now.value.entries.keys()]);
    return [...keys].every((key) => {
      const [one, other] = [entryOf(before.value, key), entryOf(now.value, key)];
      if (values.includes(key)) return true;
      if (lists.includes(key) && one === undefined) return other?.kind === 'array' && this.#areFields(other.items);
      if (one === undefined || other === undefined) return false;
      const [then, next] = [
        { value: one, bytes: before.bytes },
        { value: other, bytes: now.bytes },
      ];
      return isSame(then, next) || (lists.includes(key) && this.#isList(then, next));
    });
  }

  #isList(before: PdfObject, now: PdfObject): boolean {
    if (before.value.kind !== 'array' || now.value.kind !== 'array') return false;
    const { items } = now.value;
    const kept = before.value.items;
    return (
      items.length >= kept.length &&
      kept.every((item, index) =>
        isSame({ value: item, bytes: before.bytes }, { value: items[index] ?? item, bytes: now.bytes }),
      ) &&
      this.#areFields(items.slice(kept.length))
    );
  }

  #areFields(items: readonly PdfValue[]): boolean {
    return items.every((item) => this.#fields.has(numberOf(item) ?? -1));
  }
}

function isPage(value: PdfValue): boolean {
  return value.kind === 'dictionary' && nameIn(value, 'Type') === 'Page';
}

/** A rectangle without area. */
function showsNothing(field: PdfDictionary): boolean {
  const rectangle = field.entries.get('Rect');
  const [left, bottom, right, top, ...more] = rectangle?.kind === 'array' ? rectangle.items : [];
  const areNumbers = [left, bottom, right, top].every((value) => value?.kind === 'number');
  return areNumbers && more.length === 0 && numeric(left) === numeric(right) && numeric(bottom) === numeric(top);
}

function numeric(value: PdfValue | undefined): number | undefined {
  return value?.kind === 'number' ? value.value : undefined;
}

function leadsNowhere(value: PdfValue): boolean {
  if (value.kind === 'array') return value.items.every(leadsNowhere);
  if (value.kind === 'dictionary') return [...value.entries.values()].every(leadsNowhere);
  return value.kind !== 'reference';
}

function isSame(one: PdfObject, other: PdfObject): boolean {
  return textOf(one.value, one.bytes) === textOf(other.value, other.bytes);
}

function entryOf(value: PdfValue, key: string): PdfValue | undefined {
  return value.kind === 'dictionary' ? value.entries.get(key) : undefined;
}

function numberOf(value: PdfValue | undefined): number | undefined {
  return value?.kind === 'reference' && value.generation === 0 ? value.object : undefined;
}

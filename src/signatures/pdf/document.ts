import { Budget } from './budget.js';
import type { FileBytes } from './file-bytes.js';
import { FileStart } from './file-start.js';
import { readIndirect, streamOf, streamPlace, type PdfObject } from './indirect-object.js';
import { ObjectStream } from './object-stream.js';
import { PdfStructureError } from './structure-error.js';
import { isWhole, PdfSyntaxError, type PdfDictionary, type PdfValue } from './syntax.js';
import { mergedEntries, readSections, type XrefEntry, type XrefSection } from './xref.js';

/** Readers search the first 1024 bytes for the header (ISO 32000-1, annex H). */
const HEAD = 1024;
/** The longest chain of references to references. */
const MOST_HOPS = 8;
/** Limits of the cache: objects, and bytes of object streams. */
const MOST_KEPT = 512;
const MOST_KEPT_BYTES = 16 * 1024 * 1024;
const NULL: PdfValue = { kind: 'word', value: 'null', start: 0, end: 0 };

export type { PdfObject } from './indirect-object.js';

/**
 * A PDF as a strict reader sees it: only what the newest cross-reference section leads to. Nothing is repaired.
 * All methods throw `PdfStructureError` when the file is not a complete PDF, and `TooComplexError` when it exceeds its budget.
 * The file is read in pieces.
 */
export class PdfDocument {
  readonly #start: FileStart;
  readonly #objects = new Map<number, PdfObject | undefined>();
  readonly #containers = new Map<number, ObjectStream>();

  private constructor(
    readonly file: FileBytes,
    /** The document ends here. Later bytes are ignored. */
    readonly end: number,
    readonly budget: Budget,
    start: FileStart,
    /** Newest first. */
    readonly sections: readonly XrefSection[],
    /** Of the newest section. */
    readonly trailer: PdfDictionary,
    /** By object number, of all sections. */
    readonly entries: ReadonlyMap<number, XrefEntry>,
  ) {
    this.#start = start;
  }

  /**
   * Opens the first `end` bytes of a file: the file as it was when a revision was signed.
   * All documents of one file share a budget.
   */
  static async open(
    file: FileBytes,
    { end = file.size, budget = new Budget() }: { end?: number; budget?: Budget } = {},
  ): Promise<PdfDocument> {
    return readable(async () => {
      const start = new FileStart(file, end);
      const header = (await start.read(0, HEAD)).indexOf('%PDF-');
      if (header < 0) throw new PdfStructureError('no header', 'no-header');
      if (header > 0) throw new PdfStructureError(`there are ${header} bytes before the header`, 'bytes-before-header');
      const sections = await readSections(start, budget);
      for (const { dictionary } of sections) unambiguous(dictionary, 'Root', 'Prev', 'XRefStm', 'Encrypt');
      const trailer = sections[0]?.dictionary;
      if (trailer === undefined) throw new PdfStructureError('no cross-reference section');
      return new PdfDocument(file, start.end, budget, start, sections, trailer, mergedEntries(sections));
    });
  }

  /** Whether any revision is encrypted. Nothing is decrypted. */
  get isEncrypted(): boolean {
    return this.sections
      .flatMap((section) => [section, section.hybrid])
      .some((section) => {
        const encrypt = section?.dictionary.entries.get('Encrypt');
        return encrypt !== undefined && !isNull(encrypt);
      });
  }

  /** The catalog (ISO 32000-1, 7.7.2), with its number. */
  async catalog(): Promise<PdfObject & { value: PdfDictionary }> {
    const root = this.trailer.entries.get('Root');
    if (root?.kind !== 'reference') throw new PdfStructureError('the trailer names no catalog');
    const object = await this.referred(root);
    if (object?.value.kind !== 'dictionary') throw new PdfStructureError('the catalog is missing');
    return { ...object, value: unambiguous(object.value, 'Pages', 'AcroForm', 'Perms') };
  }

  /** The object with this number. Undefined if there is none, which means null. */
  async object(number: number): Promise<PdfObject | undefined> {
    if (this.#objects.has(number)) return this.#objects.get(number);
    const object = await readable(() => this.#read(number));
    this.#objects.set(number, object);
    const [oldest] = this.#objects.keys();
    if (this.#objects.size > MOST_KEPT && oldest !== undefined) this.#objects.delete(oldest);
    return object;
  }

  /** The object that a reference names. Undefined also if its generation differs. */
  async referred({ object, generation }: { object: number; generation: number }): Promise<PdfObject | undefined> {
    // Cached objects count too: a small file can refer to one object again and again.
    this.budget.take('values');
    const found = await this.object(object);
    return found?.generation === generation ? found : undefined;
  }

  /** The value itself, or the one that it refers to. Null if there is none. */
  async resolve(value: PdfValue | undefined): Promise<PdfValue> {
    let found = value;
    for (let hops = 0; found?.kind === 'reference'; hops += 1) {
      if (hops > MOST_HOPS) throw new PdfStructureError('references that lead in a circle');
      found = (await this.referred(found))?.value;
    }
    return found ?? NULL;
  }

  /** The value under a key, resolved. Null if there is none. */
  async get(dictionary: PdfDictionary, key: string): Promise<PdfValue> {
    return this.resolve(dictionary.entries.get(key));
  }

  /** The dictionary that a value is or refers to. */
  async dictionary(value: PdfValue | undefined): Promise<PdfDictionary | undefined> {
    const resolved = await this.resolve(value);
    return resolved.kind === 'dictionary' ? resolved : undefined;
  }

  /** The items of an array that a value is or refers to. */
  async items(value: PdfValue | undefined): Promise<readonly PdfValue[] | undefined> {
    const resolved = await this.resolve(value);
    return resolved.kind === 'array' ? resolved.items : undefined;
  }

  /** Where the encoded content of an object's stream lies in the file. */
  async streamPlace(object: PdfObject): Promise<{ start: number; end: number }> {
    return readable(async () => streamPlace(this.#start, object, await this.#lengthOf(object)));
  }

  /** The content of an object's stream, decoded. */
  async stream(object: PdfObject): Promise<Buffer> {
    return readable(async () => streamOf(this.#start, object, await this.#lengthOf(object), this.budget));
  }

  /** The numbers of the objects in an object stream, in their order. */
  async numbersWithin(container: number): Promise<readonly number[]> {
    return readable(async () => (await this.#container(container)).numbers);
  }

  async #read(number: number): Promise<PdfObject | undefined> {
    const entry = this.entries.get(number);
    if (entry === undefined || entry.kind === 'free') return undefined;
    if (entry.kind === 'within') return (await this.#container(entry.container)).object(number, entry.index);
    const object = await readIndirect(this.#start, entry.offset, this.budget);
    if (object.number !== number || object.generation !== entry.generation)
      throw new PdfStructureError(`the entry of object ${number} leads to another object`);
    return object;
  }

  async #lengthOf({ value }: PdfObject): Promise<number | undefined> {
    const length = await this.resolve(value.kind === 'dictionary' ? value.entries.get('Length') : undefined);
    return isWhole(length) ? length.value : undefined;
  }

  async #container(number: number): Promise<ObjectStream> {
    const known = this.#containers.get(number);
    if (known !== undefined) return known;
    const object = this.entries.get(number)?.kind === 'at' ? await this.object(number) : undefined;
    if (object?.value.kind !== 'dictionary') throw new PdfStructureError('an object stream is not a stream');
    const content = await streamOf(this.#start, object, await this.#lengthOfContainer(object.value), this.budget);
    const found = new ObjectStream(number, object.value, content, this.budget);
    this.#containers.set(number, found);
    this.#forgetContainers();
    return found;
  }

  /** The length may not lie in an object stream: it could be the length of that stream. */
  async #lengthOfContainer(dictionary: PdfDictionary): Promise<number | undefined> {
    let length = dictionary.entries.get('Length');
    if (length?.kind === 'reference' && this.entries.get(length.object)?.kind === 'at')
      length = (await this.referred(length))?.value;
    return length !== undefined && isWhole(length) ? length.value : undefined;
  }

  #forgetContainers(): void {
    let bytes = 0;
    for (const [number, { size }] of [...this.#containers].toReversed()) {
      if (bytes > 0 && bytes + size > MOST_KEPT_BYTES) this.#containers.delete(number);
      else bytes += size;
    }
  }
}

/** Readers disagree about which of two values under one key counts. Throws `PdfStructureError` if one of these keys is repeated. */
export function unambiguous(dictionary: PdfDictionary, ...keys: readonly string[]): PdfDictionary {
  const key = keys.find((each) => dictionary.repeated?.has(each));
  if (key !== undefined) throw new PdfStructureError(`/${key} is repeated in a dictionary`);
  return dictionary;
}

export function isNull(value: PdfValue): boolean {
  return value.kind === 'word' && value.value === 'null';
}

/** Callers need to know only one error for a file that cannot be read. */
async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PdfSyntaxError) throw new PdfStructureError(error.message, 'damaged', { cause: error });
    throw error;
  }
}

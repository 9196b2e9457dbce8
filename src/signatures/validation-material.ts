import type { FileBytes } from './file-bytes.js';
import {
  type PdfObject,
  type PdfUpdate,
  readObject,
  readUpdates,
  readXrefSection,
  type XrefSection,
} from './pdf-revision.js';
import { nameIn, numberIn, PdfSyntaxError, type PdfValue } from './pdf-syntax.js';

/** Certificates, revocation lists and answers of a chain stay far below. Bytes. */
const LARGEST_UPDATE = 8 * 1024 * 1024;
/** Cross-reference sections of the signed part that are read for the catalog as it was signed. */
const MOST_SECTIONS = 50;
/** A catalog, or the object stream that holds it. Bytes. */
const LARGEST_OBJECT = 1024 * 1024;

/** The keys of a catalog that validation material may change (ETSI EN 319 142-1, 5.4). */
const OF_CATALOG = new Set(['DSS', 'Extensions']);
const OF_STORE = new Set(['Type', 'VRI', 'Certs', 'OCSPs', 'CRLs']);
const OF_SIGNATURE = new Set(['Type', 'Cert', 'CRL', 'OCSP', 'TU', 'TS']);
const OF_INFORMATION = new Set(
  'Title Author Subject Keywords Creator Producer CreationDate ModDate Trapped'.split(' '),
);
const OF_STREAM = new Set(['Length', 'Filter', 'Type']);

/**
 * Whether all that follows the signed bytes is validation material of PAdES-LT: a document security store with certificates,
 * revocation lists and OCSP answers, which changes nothing that is shown. Everything that is not known to be harmless is
 * something else, document timestamps too.
 *
 * @param end where the signed bytes end
 */
export async function isValidationMaterial(file: FileBytes, end: number): Promise<boolean> {
  const bytes = await file.read(end, LARGEST_UPDATE + 1);
  const update = bytes.length > LARGEST_UPDATE ? undefined : readUpdates(bytes, end);
  if (update === undefined) return false;
  try {
    const signed = await signedPart(file, end);
    return signed !== undefined && new Judge(update, signed).isHarmless();
  } catch (error) {
    if (error instanceof PdfSyntaxError) return false;
    throw error;
  }
}

/** What the update is measured against. */
interface SignedPart {
  /** Where its newest cross-reference section lies. */
  start: number;
  /** The first object number that was not in use. */
  size: number;
  /** The catalog, and the document information if there is one, by number, as they were signed. */
  root: number;
  catalog: PdfObject;
  information?: { number: number; object: PdfObject };
}

async function signedPart(file: FileBytes, end: number): Promise<SignedPart | undefined> {
  const sections = await signedSections(file, end);
  const [newest] = sections;
  const root = newest?.dictionary.entries.get('Root');
  const size = newest && numberIn(newest.dictionary, 'Size');
  if (newest === undefined || size === undefined || root?.kind !== 'reference') return undefined;
  const catalog = await signedObject(file, sections, root.object, end);
  if (catalog === undefined) return undefined;
  const info = sections.map(({ dictionary }) => dictionary.entries.get('Info')).find((value) => value !== undefined);
  const object = info?.kind === 'reference' ? await signedObject(file, sections, info.object, end) : undefined;
  return {
    start: newest.offset,
    size,
    root: root.object,
    catalog,
    ...(object && info?.kind === 'reference' ? { information: { number: info.object, object } } : {}),
  };
}

/** The newest first. */
async function signedSections(file: FileBytes, end: number): Promise<XrefSection[]> {
  const sections: XrefSection[] = [];
  let next = await lastStart(file, end);
  while (next !== undefined && next < end && sections.length < MOST_SECTIONS) {
    const section = readXrefSection(await file.read(next, Math.min(end - next, LARGEST_UPDATE)), next);
    sections.push(section);
    next = numberIn(section.dictionary, 'Prev');
  }
  return sections;
}

async function signedObject(
  file: FileBytes,
  sections: readonly XrefSection[],
  number: number,
  end: number,
): Promise<PdfObject | undefined> {
  const section = sections.find(({ entries }) => entries.has(number));
  const entry = section?.entries.get(number);
  const place = entry?.kind === 'within' ? section?.entries.get(entry.container) : entry;
  if (place?.kind !== 'at' || place.offset >= end) return undefined;
  return readObject(await file.read(place.offset, Math.min(end - place.offset, LARGEST_OBJECT)), number);
}

/** What the last `startxref` before `end` says. */
async function lastStart(file: FileBytes, end: number): Promise<number | undefined> {
  const from = Math.max(0, end - 1024);
  const tail = (await file.read(from, end - from)).toString('latin1');
  const found = /startxref\s+(\d{1,15})\s+%%EOF\s*$/.exec(tail);
  return found === null ? undefined : Number(found[1]);
}

class Judge {
  /** Numbers that the store leads to. */
  readonly #known = new Set<number>();

  constructor(
    private readonly update: PdfUpdate,
    private readonly signed: SignedPart,
  ) {}

  /** The document information may change: who worked on the file last, and when. */
  get #informationNumber(): number | undefined {
    const { information } = this.signed;
    return information && isInformation(information.object) ? information.number : undefined;
  }

  isHarmless(): boolean {
    const { objects, sections } = this.update;
    const { root } = this.signed;
    const catalogs = objects.get(root) ?? [];
    return (
      sections.length > 0 &&
      this.#isReadAfterSignedPart() &&
      sections.every((section) => this.#leadsOnlyToUpdate(section)) &&
      catalogs.every(({ value, bytes }) => this.#changesOnlyStore(value, bytes)) &&
      [...objects].every(
        ([number, versions]) =>
          number === root ||
          this.#known.has(number) ||
          this.#isContainer(number) ||
          (number === this.#informationNumber && versions.every(isInformation)),
      )
    );
  }

  /** Each section leads to the one before it, the first to the newest that was signed: no reader takes another way. */
  #isReadAfterSignedPart(): boolean {
    const { sections, starts } = this.update;
    const before = [this.signed.start, ...sections.map(({ offset }) => offset)];
    return (
      starts.length === sections.length &&
      sections.every(
        ({ dictionary, offset }, index) =>
          starts[index] === offset &&
          numberIn(dictionary, 'Prev') === before[index] &&
          !dictionary.entries.has('XRefStm'),
      )
    );
  }

  /** No object of the signed part is freed, replaced or looked for elsewhere, and catalog and encryption stay what they were. */
  #leadsOnlyToUpdate({ dictionary, entries }: XrefSection): boolean {
    const { root, size } = this.signed;
    const catalog = dictionary.entries.get('Root');
    const inOrder = [...entries].every(([number, entry]) => {
      if (entry.kind === 'free') return number === 0 || number >= size;
      if (number !== root && number !== this.#informationNumber && number < size) return false;
      return entry.kind === 'within'
        ? this.update.objects.has(entry.container) && this.update.objects.has(number)
        : this.update.places.get(entry.offset) === number;
    });
    return inOrder && catalog?.kind === 'reference' && catalog.object === root && !dictionary.entries.has('Encrypt');
  }

  #changesOnlyStore(value: PdfValue, bytes: Buffer): boolean {
    const before = this.signed.catalog;
    if (value.kind !== 'dictionary' || before.value.kind !== 'dictionary') return false;
    const [now, then] = [value.entries, before.value.entries];
    const others = new Set([...now.keys(), ...then.keys()].filter((key) => !OF_CATALOG.has(key)));
    for (const key of others) {
      const [one, other] = [now.get(key), then.get(key)];
      if (!one || !other || textOf(one, bytes) !== textOf(other, before.bytes)) return false;
    }
    const store = now.get('DSS');
    return store === undefined || this.#each(store, bytes, (object) => this.#isStore(object));
  }

  #isStore({ value, bytes, stream }: PdfObject): boolean {
    if (value.kind !== 'dictionary' || stream !== undefined) return false;
    return [...value.entries].every(([key, item]) => {
      if (!OF_STORE.has(key)) return false;
      if (key === 'Type') return item.kind === 'name';
      return key === 'VRI'
        ? this.#each(item, bytes, (object) => this.#areSignatures(object))
        : this.#each(item, bytes, (object) => this.#areStreams(object));
    });
  }

  /** `/VRI`: by the digest of a signature, what belongs to it. */
  #areSignatures({ value, bytes, stream }: PdfObject): boolean {
    if (value.kind !== 'dictionary' || stream !== undefined) return false;
    return [...value.entries].every(
      ([key, item]) =>
        (key === 'Type' && item.kind === 'name') ||
        (/^[0-9A-Fa-f]{40}$/.test(key) && this.#each(item, bytes, (object) => this.#isSignature(object))),
    );
  }

  #isSignature({ value, bytes, stream }: PdfObject): boolean {
    if (value.kind !== 'dictionary' || stream !== undefined) return false;
    return [...value.entries].every(([key, item]) => {
      if (!OF_SIGNATURE.has(key)) return false;
      if (key === 'Type') return item.kind === 'name';
      if (key === 'TU') return item.kind === 'text';
      return key === 'TS'
        ? this.#each(item, bytes, isDerStream)
        : this.#each(item, bytes, (object) => this.#areStreams(object));
    });
  }

  #areStreams({ value, bytes }: PdfObject): boolean {
    return value.kind === 'array' && value.items.every((item) => this.#each(item, bytes, isDerStream));
  }

  /** What is referred to must be of the update, every version of it; in place it may be anything. */
  #each(value: PdfValue, bytes: Buffer, holds: (object: PdfObject) => boolean): boolean {
    if (value.kind !== 'reference') return holds({ value, bytes });
    const versions = this.update.objects.get(value.object) ?? [];
    this.#known.add(value.object);
    return value.object >= this.signed.size && versions.length > 0 && versions.every((version) => holds(version));
  }

  #isContainer(number: number): boolean {
    return number >= this.signed.size && (this.update.objects.get(number) ?? []).every(isObjectStream);
  }
}

function isInformation({ value, stream }: PdfObject): boolean {
  if (value.kind !== 'dictionary' || stream !== undefined) return false;
  return [...value.entries].every(([key, { kind }]) => OF_INFORMATION.has(key) && (kind === 'text' || kind === 'name'));
}

function isObjectStream({ value, stream }: PdfObject): boolean {
  return stream !== undefined && value.kind === 'dictionary' && nameIn(value, 'Type') === 'ObjStm';
}

/** Exactly one DER sequence: a certificate, a list or an answer, and nothing that a page could show. */
function isDerStream({ value, stream }: PdfObject): boolean {
  if (value.kind !== 'dictionary' || stream === undefined) return false;
  if ([...value.entries.keys()].some((key) => !OF_STREAM.has(key))) return false;
  const first = stream[1] ?? 0;
  if (stream[0] !== 0x30 || first === 0x80 || first > 0x84) return false;
  const width = first < 0x80 ? 0 : first - 0x80;
  if (stream.length < 2 + width) return false;
  const length = width === 0 ? first : stream.readUIntBE(2, width);
  return stream.length === 2 + width + length;
}

/** Written alike whatever white space stands between: a list of all words. */
function textOf(value: PdfValue, bytes: Buffer): string {
  switch (value.kind) {
    case 'array':
      return `[${value.items.map((item) => textOf(item, bytes)).join(' ')}]`;
    case 'dictionary':
      return `<<${[...value.entries]
        .map(([key, item]) => `/${JSON.stringify(key)} ${textOf(item, bytes)}`)
        .toSorted()
        .join(' ')}>>`;
    case 'reference':
      return `${value.object} ${value.generation} R`;
    case 'name':
      return `/${JSON.stringify(value.value)}`;
    case 'number':
      return String(value.value);
    case 'text':
    case 'word':
      return bytes.toString('latin1', value.start, value.end);
  }
}

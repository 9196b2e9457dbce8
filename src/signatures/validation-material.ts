import type { FileBytes } from './file-bytes.js';
import { type PdfObject, type PdfUpdate, readUpdates, type XrefSection } from './pdf-revision.js';
import { nameIn, numberIn, PdfSyntaxError, type PdfValue, textOf } from './pdf-syntax.js';
import { readSignedPart, type SignedPart } from './signed-part.js';
import { TimestampFields } from './timestamp-fields.js';

/** Certificates, revocation lists and answers of a chain stay far below. Bytes. */
const LARGEST_UPDATE = 8 * 1024 * 1024;

/** The keys of a catalog that validation material may change (ETSI EN 319 142-1, 5.4). */
const OF_CATALOG = new Set(['DSS', 'Extensions']);
const OF_STORE = new Set(['Type', 'VRI', 'Certs', 'OCSPs', 'CRLs']);
const OF_SIGNATURE = new Set(['Type', 'Cert', 'CRL', 'OCSP', 'TU', 'TS']);
const OF_INFORMATION = new Set(
  'Title Author Subject Keywords Creator Producer CreationDate ModDate Trapped'.split(' '),
);
const OF_STREAM = new Set(['Length', 'Filter', 'Type']);

/**
 * Whether all that follows the signed bytes is validation material of PAdES-LT and PAdES-LTA, which changes nothing that is shown: a
 * document security store with certificates, revocation lists and OCSP answers, and document timestamps, whose own signatures are
 * not looked at here. Everything that is not known to be harmless is something else.
 *
 * @param end where the signed bytes end
 */
export async function isValidationMaterial(file: FileBytes, end: number): Promise<boolean> {
  const bytes = await file.read(end, LARGEST_UPDATE + 1);
  const update = bytes.length > LARGEST_UPDATE ? undefined : readUpdates(bytes, end);
  if (update === undefined) return false;
  try {
    const signed = await readSignedPart(file, end);
    return signed !== undefined && new Judge(update, signed, await TimestampFields.of(update, signed)).isHarmless();
  } catch (error) {
    if (error instanceof PdfSyntaxError) return false;
    throw error;
  }
}

class Judge {
  /** Numbers that the store leads to. */
  readonly #known = new Set<number>();

  constructor(
    private readonly update: PdfUpdate,
    private readonly signed: SignedPart,
    private readonly timestamps: TimestampFields,
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
      catalogs.every((catalog) => this.#changesOnlyWhatMayChange(catalog)) &&
      [...objects].every(
        ([number, versions]) =>
          number === root ||
          this.#known.has(number) ||
          this.#isContainer(number) ||
          this.timestamps.has(number) ||
          this.#isReplaced(number, versions),
      )
    );
  }

  /** An object of the signed part that is written anew, and may be. */
  #isReplaced(number: number, versions: readonly PdfObject[]): boolean {
    if (number === this.#informationNumber) return versions.every(isInformation);
    return number < this.signed.size && versions.every((version) => this.timestamps.hasGrown(number, version));
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

  /** No object of the signed part is freed or looked for elsewhere, and catalog and encryption stay what they were. */
  #leadsOnlyToUpdate({ dictionary, entries }: XrefSection): boolean {
    const { root, size } = this.signed;
    const catalog = dictionary.entries.get('Root');
    const inOrder = [...entries].every(([number, entry]) => {
      if (entry.kind === 'free') return number === 0 || number >= size;
      return entry.kind === 'within'
        ? this.update.objects.has(entry.container) && this.update.objects.has(number)
        : this.update.places.get(entry.offset) === number;
    });
    return inOrder && catalog?.kind === 'reference' && catalog.object === root && !dictionary.entries.has('Encrypt');
  }

  #changesOnlyWhatMayChange({ value, bytes }: PdfObject): boolean {
    const before = this.signed.catalog;
    if (value.kind !== 'dictionary' || before.value.kind !== 'dictionary') return false;
    const [now, then] = [value.entries, before.value.entries];
    const isKept = (key: string) => {
      const [one, other] = [now.get(key), then.get(key)];
      if (!one || !other) return false;
      return (
        textOf(one, bytes) === textOf(other, before.bytes) ||
        (key === 'AcroForm' && this.timestamps.isForm({ value: other, bytes: before.bytes }, { value: one, bytes }))
      );
    };
    if (![...now.keys(), ...then.keys()].every((key) => OF_CATALOG.has(key) || isKept(key))) return false;
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

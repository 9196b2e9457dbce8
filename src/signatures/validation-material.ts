import type { FileBytes } from './pdf/file-bytes.js';
import { type PdfObject, type PdfUpdate, readUpdates } from './pdf-revision.js';
import { numberIn, PdfSyntaxError, type PdfValue, textOf } from './pdf/syntax.js';
import { lastStart, readSignedPart, type SignedPart } from './signed-part.js';
import { refersTo } from './signed-references.js';
import { TimestampFields } from './timestamp-fields.js';
import { isCertificate, isOcspResponse, isRevocationList, isTimestampToken, type IsData } from './validation-data.js';
import type { XrefEntry, XrefSection } from './pdf/xref-section.js';

/** Certificates, revocation lists and answers of a chain stay far below. Bytes. */
const LARGEST_UPDATE = 8 * 1024 * 1024;

/** The keys of a catalog that validation material may change (ETSI EN 319 142-1, 5.4). */
const OF_CATALOG = new Set(['DSS', 'Extensions']);
/** What the streams under a key of the store, and of what belongs to one signature, must hold. */
const OF_STORE = new Map([
  ['Certs', isCertificate],
  ['OCSPs', isOcspResponse],
  ['CRLs', isRevocationList],
]);
const OF_SIGNATURE = new Map([
  ['Cert', isCertificate],
  ['OCSP', isOcspResponse],
  ['CRL', isRevocationList],
]);
const OF_INFORMATION = new Set(
  'Title Author Subject Keywords Creator Producer CreationDate ModDate Trapped'.split(' '),
);
const OF_STREAM = new Set(['Length', 'Filter']);

/**
 * Whether all that follows the signed bytes is validation material of PAdES-LT and PAdES-LTA, which changes nothing that is shown: a
 * document security store with certificates, revocation lists and OCSP answers, and document timestamps, whose own signatures are
 * not looked at here. Everything that is not known to be harmless is something else.
 *
 * @param end where the signed bytes end
 * @param timestamps where the contents of the document timestamps begin whose own signatures are checked
 */
export async function isValidationMaterial(
  file: FileBytes,
  end: number,
  timestamps: ReadonlySet<number>,
): Promise<boolean> {
  const bytes = await file.read(end, LARGEST_UPDATE + 1);
  const update = bytes.length > LARGEST_UPDATE ? undefined : readUpdates(bytes, end);
  if (update === undefined || (await lastStart(file, file.size)) !== update.starts.at(-1)) return false;
  try {
    const signed = await readSignedPart(file, end);
    if (signed === undefined) return false;
    const judge = new Judge(update, signed, await TimestampFields.of(update, signed, timestamps));
    return judge.isHarmless() && !(await refersTo(file, signed, newNumbers(update, signed)));
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
      sections.every((section) => this.#isNew(section) && this.#leadsOnlyToUpdate(section)) &&
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

  /** A cross-reference stream is an object too, and takes the place of no other. */
  #isNew({ number }: XrefSection): boolean {
    return number === undefined || (number >= this.signed.size && !this.update.objects.has(number));
  }

  /** No object of the signed part is freed or looked for elsewhere, and catalog and encryption stay what they were. */
  #leadsOnlyToUpdate({ dictionary, entries }: XrefSection): boolean {
    const { root, size } = this.signed;
    const catalog = dictionary.entries.get('Root');
    const ownSize = numberIn(dictionary, 'Size') ?? 0;
    return (
      ownSize >= size &&
      [...entries].every(([number, entry]) => number < ownSize && this.#isThere(number, entry)) &&
      catalog?.kind === 'reference' &&
      catalog.object === root &&
      catalog.generation === 0 &&
      !dictionary.entries.has('Encrypt')
    );
  }

  #isThere(number: number, entry: XrefEntry): boolean {
    if (entry.kind === 'free') return number === 0 || number >= this.signed.size;
    if (entry.kind === 'at') return this.update.places.get(entry.offset) === number;
    const containers = this.update.objects.get(entry.container) ?? [];
    return containers.length > 0 && containers.every(({ within }) => within?.[entry.index] === number);
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
      if (key === 'Type') return item.kind === 'name';
      if (key === 'VRI') return this.#each(item, bytes, (object) => this.#areSignatures(object));
      return this.#areStreams(OF_STORE.get(key), item, bytes);
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
      if (key === 'Type') return item.kind === 'name';
      if (key === 'TU') return item.kind === 'text';
      if (key === 'TS') return this.#each(item, bytes, (object) => isStreamOf(isTimestampToken, object));
      return this.#areStreams(OF_SIGNATURE.get(key), item, bytes);
    });
  }

  /** A list of streams that each hold what they should. */
  #areStreams(isData: IsData | undefined, list: PdfValue, bytes: Buffer): boolean {
    if (isData === undefined) return false;
    const isOne = (object: PdfObject) => isStreamOf(isData, object);
    return this.#each(
      list,
      bytes,
      ({ value, bytes: around }) =>
        value.kind === 'array' && value.items.every((item) => this.#each(item, around, isOne)),
    );
  }

  /** What is referred to must be of the update, every version of it; in place it may be anything. */
  #each(value: PdfValue, bytes: Buffer, holds: (object: PdfObject) => boolean): boolean {
    if (value.kind !== 'reference') return holds({ value, bytes });
    const versions = this.update.objects.get(value.object) ?? [];
    this.#known.add(value.object);
    return (
      value.generation === 0 &&
      value.object >= this.signed.size &&
      versions.length > 0 &&
      versions.every((version) => holds(version))
    );
  }

  #isContainer(number: number): boolean {
    return (
      number >= this.signed.size && (this.update.objects.get(number) ?? []).every(({ within }) => within !== undefined)
    );
  }
}

function isInformation({ value, stream }: PdfObject): boolean {
  if (value.kind !== 'dictionary' || stream !== undefined) return false;
  return [...value.entries].every(([key, { kind }]) => OF_INFORMATION.has(key) && (kind === 'text' || kind === 'name'));
}

/** Such a thing and nothing beside it, so that a page could show no other. */
function isStreamOf(isData: IsData, { value, stream }: PdfObject): boolean {
  if (value.kind !== 'dictionary' || stream === undefined) return false;
  return [...value.entries.keys()].every((key) => OF_STREAM.has(key)) && isData(stream);
}

/** Of objects that the signed part does not have. */
function newNumbers(update: PdfUpdate, signed: SignedPart): ReadonlySet<number> {
  const numbers = [...update.objects.keys(), ...update.places.values()];
  return new Set(numbers.filter((number) => number >= signed.size));
}

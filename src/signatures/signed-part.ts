import type { FileBytes } from './pdf/file-bytes.js';
import { type PdfObject, readObjects, readXrefSection } from './pdf-revision.js';
import { numberIn, PdfSyntaxError } from './pdf/syntax.js';
import type { XrefSection } from './pdf/xref-section.js';

/** Cross-reference sections of the signed part. */
const MOST_SECTIONS = 50;
/** A section far beyond that of a document of many thousand pages. Bytes. */
const LARGEST_SECTION = 8 * 1024 * 1024;
/** An object, or the object stream that holds it. Bytes. */
const LARGEST_OBJECT = 1024 * 1024;

/** What an update is measured against: the file up to the end of the signed bytes. */
export interface SignedPart {
  /** Where it ends. */
  end: number;
  /** Where its newest cross-reference section lies. */
  start: number;
  /** The first object number that was not in use. */
  size: number;
  /** The newest first. */
  sections: readonly XrefSection[];
  /** The catalog, and the document information if there is one, by number, as they were signed. */
  root: number;
  catalog: PdfObject;
  information?: { number: number; object: PdfObject };
  /** Any other object as it was signed. Throws `PdfSyntaxError`. */
  object: (number: number) => Promise<PdfObject | undefined>;
}

/** Undefined where it has no catalog that we know how to find. Throws `PdfSyntaxError`. */
export async function readSignedPart(file: FileBytes, end: number): Promise<SignedPart | undefined> {
  // Before the header there may be other bytes, and readers differ in whether offsets count them.
  if (!(await file.read(0, 5)).equals(Buffer.from('%PDF-'))) return undefined;
  const sections = await signedSections(file, end);
  const [newest] = sections;
  const root = newest?.dictionary.entries.get('Root');
  if (newest === undefined || root?.kind !== 'reference') return undefined;
  if (sections.some(({ dictionary }) => dictionary.entries.has('Encrypt'))) return undefined;
  const object = async (number: number) => {
    const place = placeOf(sections, number);
    if (place === undefined || place >= end) return undefined;
    return (await readObjectsAt(file, place, end)).get(number)?.at(-1);
  };
  const catalog = await object(root.object);
  if (catalog === undefined) return undefined;
  const info = sections.map(({ dictionary }) => dictionary.entries.get('Info')).find((value) => value !== undefined);
  const information = info?.kind === 'reference' ? await object(info.object) : undefined;
  return {
    end,
    start: newest.offset,
    size: Math.max(...sections.map(sizeOf)),
    sections,
    root: root.object,
    catalog,
    ...(information && info?.kind === 'reference' ? { information: { number: info.object, object: information } } : {}),
    object,
  };
}

/** The object at a place of the signed part, and those within it. Throws `PdfSyntaxError`. */
export async function readObjectsAt(
  file: FileBytes,
  place: number,
  end: number,
): Promise<ReturnType<typeof readObjects>> {
  return readObjects(await file.read(place, Math.min(end - place, LARGEST_OBJECT)));
}

/** What the last `startxref` before `end` says, where nothing but white space follows it. */
export async function lastStart(file: FileBytes, end: number): Promise<number | undefined> {
  const from = Math.max(0, end - 1024);
  const tail = (await file.read(from, end - from)).toString('latin1');
  const found = /startxref[\0\t\n\f\r ]+(\d{1,15})[\0\t\n\f\r ]+%%EOF[\0\t\n\f\r ]*$/.exec(tail);
  return found === null ? undefined : Number(found[1]);
}

/** The newest first, all of them. */
async function signedSections(file: FileBytes, end: number): Promise<XrefSection[]> {
  const sections: XrefSection[] = [];
  let next = await lastStart(file, end);
  while (next !== undefined) {
    if (next >= end || sections.length >= MOST_SECTIONS) throw new PdfSyntaxError('sections that lead nowhere');
    const section = readXrefSection(await file.read(next, Math.min(end - next, LARGEST_SECTION)), next);
    sections.push(section);
    next = numberIn(section.dictionary, 'Prev');
  }
  return sections;
}

/** Where an object, or the object stream that holds it, begins. */
function placeOf(sections: readonly XrefSection[], number: number): number | undefined {
  const section = sections.find(({ entries }) => entries.has(number));
  const entry = section?.entries.get(number);
  const place = entry?.kind === 'within' ? section?.entries.get(entry.container) : entry;
  return place?.kind === 'at' ? place.offset : undefined;
}

/** The first number above all that a section says or has. */
function sizeOf({ dictionary, entries }: XrefSection): number {
  return [...entries.keys()].reduce((most, number) => Math.max(most, number + 1), numberIn(dictionary, 'Size') ?? 0);
}

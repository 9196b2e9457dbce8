import type { FileBytes } from './file-bytes.js';
import { type PdfObject, readObject, readXrefSection, type XrefSection } from './pdf-revision.js';
import { numberIn } from './pdf-syntax.js';

/** Cross-reference sections of the signed part that are read for its objects as they were signed. */
const MOST_SECTIONS = 50;
/** A section far beyond that of a document of many thousand pages. Bytes. */
const LARGEST_SECTION = 8 * 1024 * 1024;
/** An object, or the object stream that holds it. Bytes. */
const LARGEST_OBJECT = 1024 * 1024;

/** What an update is measured against: the file up to the end of the signed bytes. */
export interface SignedPart {
  /** Where its newest cross-reference section lies. */
  start: number;
  /** The first object number that was not in use. */
  size: number;
  /** The catalog, and the document information if there is one, by number, as they were signed. */
  root: number;
  catalog: PdfObject;
  information?: { number: number; object: PdfObject };
  /** Any other object as it was signed. Throws `PdfSyntaxError`. */
  object: (number: number) => Promise<PdfObject | undefined>;
}

/** Undefined where it has no catalog that we know how to find. Throws `PdfSyntaxError`. */
export async function readSignedPart(file: FileBytes, end: number): Promise<SignedPart | undefined> {
  const sections = await signedSections(file, end);
  const [newest] = sections;
  const root = newest?.dictionary.entries.get('Root');
  const size = newest && numberIn(newest.dictionary, 'Size');
  if (newest === undefined || size === undefined || root?.kind !== 'reference') return undefined;
  const object = (number: number) => signedObject(file, sections, number, end);
  const catalog = await object(root.object);
  if (catalog === undefined) return undefined;
  const info = sections.map(({ dictionary }) => dictionary.entries.get('Info')).find((value) => value !== undefined);
  const information = info?.kind === 'reference' ? await object(info.object) : undefined;
  return {
    start: newest.offset,
    size,
    root: root.object,
    catalog,
    ...(information && info?.kind === 'reference' ? { information: { number: info.object, object: information } } : {}),
    object,
  };
}

/** The newest first. */
async function signedSections(file: FileBytes, end: number): Promise<XrefSection[]> {
  const sections: XrefSection[] = [];
  let next = await lastStart(file, end);
  while (next !== undefined && next < end && sections.length < MOST_SECTIONS) {
    const section = readXrefSection(await file.read(next, Math.min(end - next, LARGEST_SECTION)), next);
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

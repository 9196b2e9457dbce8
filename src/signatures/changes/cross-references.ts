import type { PdfDocument } from '../pdf/document.js';
import { numberIn, type PdfDictionary } from '../pdf/syntax.js';
import { FileStart } from '../pdf/file-start.js';
import { readSection, type XrefEntry, type XrefSection } from '../pdf/xref.js';
import { Refusal } from './change.js';
import type { Lead, Update, WrittenObject } from './written-object.js';

/** An update, the objects in its object streams, and the document before and after it. */
export interface Revision {
  before: PdfDocument;
  after: PdfDocument;
  update: Update;
  /** By number. */
  written: ReadonlyMap<number, WrittenObject>;
  /** For each object stream that it wrote, the numbers of the objects inside. */
  within: ReadonlyMap<number, readonly number[]>;
}

/**
 * Refuses an update that readers could read in different ways. Each section must lead to the one before it, each entry to an object that
 * the update wrote, and each object must have an entry. No earlier object may be freed or moved. Throws `Refusal`.
 */
export async function refuseOtherWays(revision: Revision): Promise<void> {
  const { before, after, update, written } = revision;
  const count = after.sections.length - before.sections.length;
  const sections = after.sections.slice(0, Math.max(0, count));
  const kept = after.sections.slice(sections.length);
  if (
    count < 1 ||
    sections[0]?.offset !== update.start ||
    kept.some(({ offset }, at) => offset !== before.sections[at]?.offset)
  )
    throw new Refusal('an update that does not lead to what was there before');
  const used = sections.flatMap((section) => (section.hybrid === undefined ? [section] : [section, section.hybrid]));
  const unused = await unusedSections(used, revision);
  for (const section of [...used, ...unused]) refuseOtherEntries(section, revision);
  for (const object of written.values())
    if (!isXref(object) && !isListed(object.number, used))
      throw new Refusal(`object ${object.number} that no cross-reference lists`);
}

/** Sections that nothing leads to. PDFBox writes a stream beside a table. Readers that repair a file may use it, so it must agree. */
async function unusedSections(used: readonly XrefSection[], { after, update }: Revision): Promise<XrefSection[]> {
  const start = new FileStart(after.file, update.end);
  const isUsed = (lead: Lead | undefined) => used.filter(({ offset }) => leadsTo(lead, offset)).length === 1;
  const streams = update.objects.filter(isXref).map(({ lead }) => lead);
  if (!update.tables.every(isUsed)) throw new Refusal('a cross-reference table that is not used');
  if (used.length !== update.tables.length + streams.filter(isUsed).length)
    throw new Refusal('a cross-reference section that is used twice');
  const unused: XrefSection[] = [];
  for (const lead of streams)
    if (lead !== undefined && !isUsed(lead)) unused.push(await readSection(start, lead.place, after.budget));
  // A reader may follow a stream that stands beside a table.
  const beside = [...unused, ...used.flatMap(({ hybrid }) => hybrid ?? [])];
  const ways = new Set(
    used.filter((section) => !beside.includes(section)).map(({ dictionary }) => numberIn(dictionary, 'Prev')),
  );
  for (const { dictionary } of beside)
    if (dictionary.entries.has('Prev') && !ways.has(numberIn(dictionary, 'Prev')))
      throw new Refusal('a cross-reference stream that leads elsewhere');
  return unused;
}

function refuseOtherEntries(section: XrefSection, revision: Revision): void {
  const { before, after } = revision;
  const [size, sizeBefore] = [numberIn(section.dictionary, 'Size') ?? 0, numberIn(before.trailer, 'Size') ?? 0];
  if (section.dictionary.entries.has('Encrypt')) throw new Refusal('encryption');
  if (!isSameReference(rootOf(section.dictionary), rootOf(after.trailer))) throw new Refusal('another catalog');
  // Some programs write a size that is too small. Strict readers then do not see the objects above it.
  const isShown = [...before.entries.keys()].some(
    (number) => number >= sizeBefore && number < size && isInUse(before, number),
  );
  if (size < sizeBefore || isShown) throw new Refusal('a size that hides or shows what was there');
  for (const [number, entry] of section.entries)
    if ((number >= size && !isInUse(before, number)) || !isThere(number, entry, revision))
      throw new Refusal(`an entry of object ${number} that leads elsewhere`);
}

export function isInUse({ entries }: PdfDocument, number: number): boolean {
  return (entries.get(number)?.kind ?? 'free') !== 'free';
}

function isThere(number: number, entry: XrefEntry, { before, written, within }: Revision): boolean {
  if (entry.kind === 'free') return number === 0 || !isInUse(before, number);
  if (entry.kind === 'within')
    return within.get(entry.container)?.[entry.index] === number || isSameEntry(entry, before.entries.get(number));
  const [object, was] = [written.get(number), before.entries.get(number)];
  if (object === undefined) return isSameEntry(entry, was);
  if (was?.kind === 'at' && was.generation !== object.generation) return false;
  return leadsTo(object.lead, entry.offset) && object.generation === entry.generation;
}

function leadsTo(lead: Lead | undefined, offset: number): boolean {
  return lead !== undefined && lead.from <= offset && offset <= lead.place;
}

function isSameEntry(one: XrefEntry, other: XrefEntry | undefined): boolean {
  if (one.kind === 'at' && other?.kind === 'at')
    return one.offset === other.offset && one.generation === other.generation;
  return (
    one.kind === 'within' && other?.kind === 'within' && one.container === other.container && one.index === other.index
  );
}

function isListed(number: number, sections: readonly XrefSection[]): boolean {
  return sections.some(({ entries }) => (entries.get(number)?.kind ?? 'free') !== 'free');
}

function isSameReference(one: ReturnType<typeof rootOf>, other: ReturnType<typeof rootOf>): boolean {
  return (
    one?.kind === 'reference' &&
    other?.kind === 'reference' &&
    one.object === other.object &&
    one.generation === other.generation
  );
}

function rootOf(dictionary: PdfDictionary) {
  return dictionary.entries.get('Root');
}

/** Whether an object is a cross-reference stream. */
export function isXref({ value, streamStart }: WrittenObject): boolean {
  const type = value.kind === 'dictionary' && streamStart !== undefined ? value.entries.get('Type') : undefined;
  return type?.kind === 'name' && type.value === 'XRef';
}

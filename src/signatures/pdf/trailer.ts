import type { FileBytes } from './file-bytes.js';
import { isWhite, nameIn, PdfSyntaxError, readPdfValue, type PdfDictionary } from './syntax.js';

/** The end of the file, or the cross-reference sections it leads to, are not those of a complete PDF. */
export class PdfStructureError extends Error {
  override readonly name = 'PdfStructureError';
}

/** Where readers look for the end of the file (Acrobat's rule; ISO 32000-1, annex H). Bytes. */
const TAIL = 1024;
/** Far more revisions than documents have; each costs one read. */
const MOST_SECTIONS = 1000;
const LARGEST_DICTIONARY = 256 * 1024;
const MOST_SUBSECTIONS = 1000;
const ENTRY = 20;

/**
 * The dictionaries of all cross-reference sections, newest first: trailers, cross-reference streams, and the streams that
 * hybrid files name in `/XRefStm` (ISO 32000-1, 7.5.8.4). Reads the end of the file and these dictionaries, never the whole file.
 * Throws `PdfStructureError`.
 */
export async function readTrailers(file: FileBytes, headerOffset: number): Promise<PdfDictionary[]> {
  const found: PdfDictionary[] = [];
  const seen = new Set<number>();
  const waiting = [await findStart(file)];
  for (let offset = waiting.shift(); offset !== undefined; offset = waiting.shift()) {
    if (seen.has(offset)) continue;
    if (seen.size >= MOST_SECTIONS) throw new PdfStructureError('too many cross-reference sections');
    seen.add(offset);
    const dictionary = await readSection(file, offset, headerOffset);
    found.push(dictionary);
    for (const key of ['XRefStm', 'Prev']) {
      const next = dictionary.entries.get(key);
      if (next === undefined) continue;
      if (next.kind !== 'number' || !Number.isSafeInteger(next.value))
        throw new PdfStructureError(`/${key} is not an offset`);
      // Some producers write "/Prev 0" for none.
      if (next.value !== 0) waiting.push(next.value);
    }
  }
  return found;
}

/** The offset after the last `startxref`. */
async function findStart(file: FileBytes): Promise<number> {
  const tail = await file.read(Math.max(0, file.size - TAIL), TAIL);
  const end = tail.lastIndexOf('%%EOF');
  if (end < 0) throw new PdfStructureError('no end-of-file marker');
  // Anything but padding after the marker is the beginning of an update that was cut, or junk.
  const after = tail.subarray(end + 5);
  if (!after.every((byte) => isWhite(byte) || byte === 0x1a))
    throw new PdfStructureError('bytes after the end-of-file marker');
  const start = tail.lastIndexOf('startxref', end);
  const offset = start < 0 ? null : /^startxref\s+(\d{1,15})\s+$/.exec(tail.toString('latin1', start, end));
  if (offset === null) throw new PdfStructureError('no startxref');
  return Number(offset[1]);
}

/** Offsets count from the header for producers that put bytes before it. */
async function readSection(file: FileBytes, offset: number, headerOffset: number): Promise<PdfDictionary> {
  for (const position of headerOffset === 0 ? [offset] : [offset, offset + headerOffset]) {
    const head = (await file.read(position, 64)).toString('latin1');
    const table = /^\s*xref(?=[\s])/.exec(head);
    if (table !== null) return readDictionary(file, await endOfTable(file, position + table[0].length));
    const stream = /^\s*\d+\s+\d+\s+obj/.exec(head);
    if (stream === null) continue;
    const dictionary = await readDictionary(file, position + stream[0].length);
    if (nameIn(dictionary, 'Type') === 'XRef') return dictionary;
  }
  throw new PdfStructureError('an offset does not lead to a cross-reference section');
}

/** The position after `trailer`: whole subsections of 20-byte entries are leapt over. */
async function endOfTable(file: FileBytes, from: number): Promise<number> {
  let position = from;
  for (let count = 0; count < MOST_SUBSECTIONS; count += 1) {
    const next = (await file.read(position, 64)).toString('latin1');
    const trailer = /^\s*trailer/.exec(next);
    if (trailer !== null) return position + trailer[0].length;
    const subsection = /^\s*\d{1,10}[ \t]+(\d{1,10})[ \t]*(\r\n|\r|\n)/.exec(next);
    if (subsection === null) break;
    position += subsection[0].length + Number(subsection[1]) * ENTRY;
  }
  return endOfOddTable(file, from);
}

/** Tables of some producers have entries of 19 or 21 bytes: read on while it looks like a table. */
async function endOfOddTable(file: FileBytes, from: number): Promise<number> {
  for await (const { position, piece } of file.pieces(from, file.size)) {
    const end = piece.findIndex(
      (byte) => !isWhite(byte) && !(byte >= 0x30 && byte <= 0x39) && byte !== 0x66 && byte !== 0x6e,
    );
    if (end < 0) continue;
    if ((await file.read(position + end, 7)).equals(Buffer.from('trailer'))) return position + end + 7;
    break;
  }
  throw new PdfStructureError('a cross-reference table has no trailer');
}

async function readDictionary(file: FileBytes, position: number): Promise<PdfDictionary> {
  for (let length = 4096; ; length *= 8) {
    const bytes = await file.read(position, Math.min(length, LARGEST_DICTIONARY));
    try {
      const value = readPdfValue(bytes, 0);
      if (value.kind === 'dictionary') return value;
      throw new PdfStructureError('a trailer is not a dictionary');
    } catch (error) {
      if (!(error instanceof PdfSyntaxError)) throw error;
      if (error.incomplete && bytes.length === length && length < LARGEST_DICTIONARY) continue;
      throw new PdfStructureError(`a trailer cannot be read: ${error.message}`, { cause: error });
    }
  }
}

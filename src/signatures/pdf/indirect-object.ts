import type { Budget } from './budget.js';
import type { FileStart } from './file-start.js';
import { decodedStream } from './stream-filters.js';
import { PdfStructureError } from './structure-error.js';
import { PdfSyntaxError, readPdfValue, skipWhite, wordAt, type PdfValue } from './syntax.js';

/** An object with a number (ISO 32000-1, 7.3.10). */
export interface PdfObject {
  number: number;
  generation: number;
  value: PdfValue;
  /** Positions in `value` count from here: a position in the file. Absent for an object in an object stream. Bytes. */
  offset?: number;
  /** The object stream that it lies in. */
  container?: number;
  /** Where the content of its stream begins in the file. Absent if it has none. */
  streamStart?: number;
}

/** How much is read of an object first. Each next read is larger, far beyond the contents of a signature. Bytes. */
const [NEAR, LARGER, FAR] = [4096, 16, 16 * 1024 * 1024];
/** Room for what follows a value: white space, `stream` or `endobj`. */
const AFTER = 64;

/** The object at a place of the file. Throws `PdfStructureError`, `PdfSyntaxError`, and `TooComplexError`. */
export async function readIndirect(file: FileStart, offset: number, budget: Budget): Promise<PdfObject> {
  for (let length = NEAR; ; length *= LARGER) {
    const bytes = await file.read(offset, length);
    const isAll = offset + bytes.length >= file.end;
    try {
      return parsed(bytes, offset, isAll, budget);
    } catch (error) {
      budget.take('parsedBytes', bytes.length);
      if (!(error instanceof PdfSyntaxError && error.incomplete) || isAll || length > FAR) throw error;
    }
  }
}

function parsed(bytes: Buffer, offset: number, isAll: boolean, budget: Budget): PdfObject {
  const start = skipWhite(bytes, 0);
  const head = /^(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+obj/.exec(bytes.toString('latin1', start, start + 64));
  if (head === null) throw new PdfStructureError('an offset does not lead to an object');
  const value = valueAt(bytes, start + head[0].length, budget);
  budget.take('parsedBytes', value.end);
  const after = skipWhite(bytes, value.end);
  if (!isAll && after + AFTER > bytes.length) throw new PdfSyntaxError('an object has no end', true);
  const object: PdfObject = { number: Number(head[1]), generation: Number(head[2]), value, offset };
  const word = wordAt(bytes, after);
  if (word === 'endobj') return object;
  const line = /^(\r\n|\n|\r)/.exec(bytes.toString('latin1', after + 6, after + 8));
  if (word !== 'stream' || line === null || value.kind !== 'dictionary')
    throw new PdfStructureError('an object has no end');
  return { ...object, streamStart: offset + after + 6 + line[0].length };
}

/** An object without a value is null. */
function valueAt(bytes: Buffer, offset: number, budget: Budget): PdfValue {
  const start = skipWhite(bytes, offset);
  if (wordAt(bytes, start) !== 'endobj') return readPdfValue(bytes, offset, budget);
  return { kind: 'word', value: 'null', start, end: start };
}

/** Where the content of a stream lies in the file. Throws `PdfStructureError` unless `endstream` follows it. */
export async function streamPlace(
  file: FileStart,
  object: PdfObject,
  length: number | undefined,
): Promise<{ start: number; end: number }> {
  const start = object.streamStart;
  if (start === undefined || length === undefined) throw new PdfStructureError('a stream without length');
  const end = start + length;
  const after = await file.read(end, AFTER);
  if (!/^[\0\t\n\f\r ]*endstream/.test(after.toString('latin1')))
    throw new PdfStructureError('a stream does not end where it should');
  return { start, end };
}

/** The content of a stream, decoded. Throws the same errors. */
export async function streamOf(
  file: FileStart,
  object: PdfObject,
  length: number | undefined,
  budget: Budget,
): Promise<Buffer> {
  const { start, end } = await streamPlace(file, object, length);
  if (object.value.kind !== 'dictionary') throw new PdfStructureError('a stream without dictionary');
  budget.take('parsedBytes', end - start);
  return decodedStream(await file.read(start, end - start), object.value, budget);
}

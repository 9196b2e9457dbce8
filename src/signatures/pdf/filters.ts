import { inflateSync } from 'node:zlib';
import { isWhole, numberIn, PdfSyntaxError, type PdfDictionary } from './syntax.js';

/** A stream that grows beyond this when it is decoded is no validation material. Bytes. */
const LARGEST_STREAM = 16 * 1024 * 1024;
const OF_PARAMETERS = new Set(['Predictor', 'Columns']);

/** The content of a stream, where it is written plainly or with the one filter that is used here. Throws `PdfSyntaxError`. */
export function decoded(raw: Buffer, dictionary: PdfDictionary): Buffer {
  if (dictionary.entries.has('F')) throw new PdfSyntaxError('a stream whose content lies in another file');
  const filter = dictionary.entries.get('Filter');
  const [only, ...more] = filter?.kind === 'array' ? filter.items : [filter];
  const parameters = dictionary.entries.get('DecodeParms');
  if (only === undefined && parameters === undefined) return raw;
  if (only?.kind !== 'name' || only.value !== 'FlateDecode' || more.length > 0)
    throw new PdfSyntaxError('a filter that we do not know how to undo');
  const data = inflated(raw);
  if (parameters === undefined) return data;
  if (
    parameters.kind !== 'dictionary' ||
    ![...parameters.entries].every(([key, value]) => OF_PARAMETERS.has(key) && isWhole(value))
  )
    throw new PdfSyntaxError('decoding parameters that we do not know how to use');
  return unpredicted(data, numberIn(parameters, 'Predictor') ?? 1, numberIn(parameters, 'Columns') ?? 1);
}

function inflated(raw: Buffer): Buffer {
  try {
    return inflateSync(raw, { maxOutputLength: LARGEST_STREAM });
  } catch (error) {
    throw new PdfSyntaxError(`a stream cannot be decoded: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}

/** Undoes the row filters of PNG that cross-reference streams are written with: none, or "as the row above". */
function unpredicted(data: Buffer, predictor: number, columns: number): Buffer {
  if (predictor === 1) return data;
  const rows = data.length / (columns + 1);
  if (predictor < 10 || !Number.isInteger(rows)) throw new PdfSyntaxError('a predictor that we do not know');
  const plain = Buffer.alloc(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const kind = data[row * (columns + 1)];
    if (kind !== 0 && kind !== 2) throw new PdfSyntaxError('a predictor that we do not know');
    for (let column = 0; column < columns; column += 1) {
      const above = kind === 2 && row > 0 ? (plain[(row - 1) * columns + column] ?? 0) : 0;
      plain[row * columns + column] = (data[row * (columns + 1) + 1 + column] ?? 0) + above;
    }
  }
  return plain;
}

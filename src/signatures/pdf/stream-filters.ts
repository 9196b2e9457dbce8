import { constants, inflateSync } from 'node:zlib';
import { type Budget, TooComplexError } from './budget.js';
import { isWhole, numberIn, PdfSyntaxError, type PdfDictionary, type PdfValue } from './syntax.js';

/**
 * The content of a stream without filter or with Flate, the only filter that programs use for what we read. The decoded size is taken
 * from the budget. `resolved` is the dictionary with its references replaced.
 *
 * Throws `PdfSyntaxError`, and `TooComplexError`.
 */
export function decodedStream(raw: Buffer, dictionary: PdfDictionary, budget: Budget): Buffer {
  const { entries } = dictionary;
  if (entries.has('F')) throw new PdfSyntaxError('the content of a stream lies in another file');
  const filters = listIn(entries.get('Filter'));
  const parameters = listIn(entries.get('DecodeParms') ?? entries.get('DP'));
  if (filters.length === 0) return raw;
  const [filter] = filters;
  if (filters.length > 1 || filter?.kind !== 'name' || !['FlateDecode', 'Fl'].includes(filter.value))
    throw new PdfSyntaxError('a stream has an unknown filter');
  return unpredicted(inflated(raw, budget), parameters[0]);
}

function listIn(value: PdfValue | undefined): readonly PdfValue[] {
  const items = value?.kind === 'array' ? value.items : value === undefined ? [] : [value];
  return items.filter((item) => !(item.kind === 'word' && item.value === 'null'));
}

function inflated(raw: Buffer, budget: Budget): Buffer {
  const most = budget.left('inflatedBytes');
  try {
    // Quartz leaves out the end of the data when it appends to a file.
    const data = inflateSync(raw, { maxOutputLength: Math.max(1, most), finishFlush: constants.Z_SYNC_FLUSH });
    budget.take('inflatedBytes', data.length);
    return data;
  } catch (error) {
    if (error instanceof TooComplexError) throw error;
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new TooComplexError('inflatedBytes');
    throw new PdfSyntaxError(`a stream cannot be decoded: ${code}`);
  }
}

/** Undoes the PNG filters, which make rows of numbers smaller (ISO 32000-1, 7.4.4.4). */
function unpredicted(data: Buffer, parameters: PdfValue | undefined): Buffer {
  if (parameters === undefined) return data;
  if (parameters.kind !== 'dictionary') throw new PdfSyntaxError('decoding parameters cannot be read');
  const whole = (key: string, otherwise: number) => {
    const value = parameters.entries.get(key);
    if (value !== undefined && !isWhole(value)) throw new PdfSyntaxError('decoding parameters cannot be read');
    return numberIn(parameters, key) ?? otherwise;
  };
  const predictor = whole('Predictor', 1);
  if (predictor === 1) return data;
  if (predictor < 10) throw new PdfSyntaxError('a stream has an unknown predictor');
  const sample = (whole('Colors', 1) * whole('BitsPerComponent', 8)) / 8;
  const left = Math.max(1, Math.ceil(sample));
  const columns = Math.ceil(sample * whole('Columns', 1));
  if (columns < 1 || columns > data.length)
    throw new PdfSyntaxError('a stream has rows that are longer than the stream');
  const rows = data.length / (columns + 1);
  if (!Number.isInteger(rows)) throw new PdfSyntaxError('a stream has incomplete rows');
  const plain = Buffer.alloc(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const kind = data[row * (columns + 1)] ?? 0;
    if (kind > 4) throw new PdfSyntaxError('a stream has an unknown predictor');
    const at = row * columns;
    for (let column = 0; column < columns; column += 1) {
      const before = column < left ? 0 : (plain[at + column - left] ?? 0);
      const above = row === 0 ? 0 : (plain[at + column - columns] ?? 0);
      const corner = row === 0 || column < left ? 0 : (plain[at + column - columns - left] ?? 0);
      plain[at + column] = (data[row * (columns + 1) + 1 + column] ?? 0) + predicted(kind, before, above, corner);
    }
  }
  return plain;
}

/** The number that a PNG filter predicts (W3C PNG, 9.2). */
function predicted(kind: number, left: number, above: number, corner: number): number {
  if (kind === 0) return 0;
  if (kind === 1) return left;
  if (kind === 2) return above;
  if (kind === 3) return (left + above) >> 1;
  const estimate = left + above - corner;
  const [toLeft, toAbove, toCorner] = [left, above, corner].map((value) => Math.abs(estimate - value)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

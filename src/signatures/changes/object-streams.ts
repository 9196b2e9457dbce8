import type { Budget } from '../pdf/budget.js';
import { isWhite, numberIn, readPdfValue, type PdfDictionary } from '../pdf/syntax.js';
import { Refusal } from './change.js';
import { checked } from './layout.js';
import type { WrittenObject } from './written-object.js';

/**
 * The objects in an object stream (ISO 32000-1, 7.5.7). They must follow each other without gaps: some readers ignore their positions.
 * Throws `Refusal`, `PdfSyntaxError` and `TooComplexError`.
 */
export function objectsWithin(dictionary: PdfDictionary, content: Buffer, budget: Budget): WrittenObject[] {
  const [count, first] = [numberIn(dictionary, 'N') ?? 0, numberIn(dictionary, 'First') ?? 0];
  const head = content.toString('latin1', 0, first).match(/[^\0\t\n\f\r ]+/g) ?? [];
  if (head.length !== 2 * count || !head.every((word) => /^\d{1,10}$/.test(word)))
    throw new Refusal('an object stream whose head cannot be read');
  // The reader looks one byte ahead, and the last value may end with the stream.
  const bytes = Buffer.concat([content, Buffer.from('\n')]);
  const objects: WrittenObject[] = [];
  let end = first;
  for (let index = 0; index < count; index += 1) {
    const place = first + Number(head[2 * index + 1]);
    const value = checked(readPdfValue(bytes, place, budget));
    if (place < end || !isBlank(bytes, end, value.start)) throw new Refusal('an object stream that hides something');
    objects.push({ number: Number(head[2 * index]), generation: 0, value });
    end = value.end;
  }
  if (!isBlank(bytes, end, bytes.length)) throw new Refusal('an object stream that hides something');
  return objects;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  return bytes.subarray(start, end).every(isWhite);
}

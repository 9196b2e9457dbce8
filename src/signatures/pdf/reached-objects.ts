import type { PdfDocument, PdfObject } from './document.js';
import { PdfStructureError } from './structure-error.js';
import { numberIn, type PdfValue } from './syntax.js';

/**
 * Every object that the catalog and the document information lead to, once each and in no order.
 *
 * Throws `PdfStructureError` if one cannot be read, or if its number is not below the document's size: readers may ignore it, and
 * programs that add objects use the size as the next free number. Throws `TooComplexError`.
 */
export async function* reachedObjects(document: PdfDocument): AsyncGenerator<PdfObject> {
  const size = numberIn(document.trailer, 'Size');
  if (size === undefined) throw new PdfStructureError('the trailer names no size');
  const seen = new Set<number>();
  const waiting: PdfValue[] = ['Root', 'Info'].flatMap((key) => document.trailer.entries.get(key) ?? []);
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (value.kind === 'array') for (const item of value.items) waiting.push(item);
    if (value.kind === 'dictionary') for (const item of value.entries.values()) waiting.push(item);
    if (value.kind !== 'reference' || seen.has(value.object)) continue;
    const object = await readAt(document, value);
    if (object === undefined) continue;
    if (object.number >= size)
      throw new PdfStructureError(`object ${object.number} has a number beyond the size of the document`);
    seen.add(object.number);
    waiting.push(object.value);
    yield object;
  }
}

async function readAt(document: PdfDocument, reference: { object: number; generation: number }) {
  try {
    return await document.referred(reference);
  } catch (error) {
    if (!(error instanceof PdfStructureError)) throw error;
    throw new PdfStructureError(`object ${reference.object}: ${error.message}`, error.problem, { cause: error });
  }
}

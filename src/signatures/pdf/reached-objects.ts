import type { PdfDocument, PdfObject } from './document.js';
import { PdfStructureError } from './structure-error.js';
import { numberIn, type PdfValue } from './syntax.js';

/**
 * Every object that the document reaches from its catalog and its information, in no order, each once.
 *
 * Throws `PdfStructureError` where one cannot be read, or has a number from the size of the document on: readers need not look for it
 * there, and programs that add to the document take the size for the next free number. Throws `TooComplexError`.
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
      throw new PdfStructureError(`object ${object.number} lies beyond the size of the document`);
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

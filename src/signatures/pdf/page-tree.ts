import { unambiguous, type PdfDocument, type PdfObject } from './document.js';
import { PdfStructureError } from './structure-error.js';
import { nameIn, type PdfDictionary, type PdfValue } from './syntax.js';

/** Levels of a page tree; those of a million pages are a handful. */
const DEEPEST = 64;

/** A page (ISO 32000-1, 7.7.3). */
export interface PdfPage extends PdfObject {
  value: PdfDictionary;
}

/**
 * The pages in their order. Every node is an object of its own and is reached once, and has as many pages as it says: programs differ in
 * what they believe.
 *
 * Throws `PdfStructureError` where the tree is broken, and `TooComplexError`.
 */
export async function* pagesOf(document: PdfDocument): AsyncGenerator<PdfPage> {
  const { value: catalog } = await document.catalog();
  yield* pagesBelow(document, catalog.entries.get('Pages'), 0, new Set());
}

/** Returns how many they are. */
async function* pagesBelow(
  document: PdfDocument,
  node: PdfValue | undefined,
  depth: number,
  seen: Set<number>,
): AsyncGenerator<PdfPage, number> {
  const object = node?.kind === 'reference' ? await document.referred(node) : undefined;
  if (object?.value.kind !== 'dictionary') throw new PdfStructureError('a page, or a list of pages, is not there');
  if (seen.has(object.number)) throw new PdfStructureError('a page tree that leads to a node twice');
  if (depth > DEEPEST) throw new PdfStructureError('a page tree that is too deep');
  seen.add(object.number);
  const value = unambiguous(object.value, 'Type', 'Kids', 'Count');
  const type = nameIn(value, 'Type');
  const kids = await document.items(value.entries.get('Kids'));
  if (kids === undefined || type === 'Page') {
    if (type === 'Pages' || kids !== undefined || depth === 0)
      throw new PdfStructureError('a page and a list of pages in one');
    yield { ...object, value };
    return 1;
  }
  let pages = 0;
  for (const kid of kids) pages += yield* pagesBelow(document, kid, depth + 1, seen);
  const count = await document.get(value, 'Count');
  if (count.kind !== 'number' || count.value !== pages)
    throw new PdfStructureError('a list of pages that does not have as many as it says');
  return pages;
}

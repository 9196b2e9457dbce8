import { unambiguous, type PdfDocument, type PdfObject } from './document.js';
import { PdfStructureError } from './structure-error.js';
import { nameIn, type PdfDictionary, type PdfValue } from './syntax.js';

/** Levels of a page tree. A million pages need only a handful. */
const DEEPEST = 64;

/** A page (ISO 32000-1, 7.7.3). */
export interface PdfPage extends PdfObject {
  value: PdfDictionary;
}

/**
 * The pages in their order. Each node must be an object of its own, be reached once, and have the stated number of pages: programs differ
 * in what they trust.
 *
 * Throws `PdfStructureError` if the tree is broken, and `TooComplexError`.
 */
export async function* pagesOf(document: PdfDocument): AsyncGenerator<PdfPage> {
  const { value: catalog } = await document.catalog();
  yield* pagesBelow(document, catalog.entries.get('Pages'), 0, new Set());
}

/** Returns the number of pages. */
async function* pagesBelow(
  document: PdfDocument,
  node: PdfValue | undefined,
  depth: number,
  seen: Set<number>,
): AsyncGenerator<PdfPage, number> {
  const object = node?.kind === 'reference' ? await document.referred(node) : undefined;
  if (object?.value.kind !== 'dictionary') throw new PdfStructureError('a page or a list of pages is missing');
  if (seen.has(object.number)) throw new PdfStructureError('the page tree leads to a node twice');
  if (depth > DEEPEST) throw new PdfStructureError('the page tree is nested too deeply');
  seen.add(object.number);
  const value = unambiguous(object.value, 'Type', 'Kids', 'Count');
  const type = nameIn(value, 'Type');
  const kids = await document.items(value.entries.get('Kids'));
  if (kids === undefined || type === 'Page') {
    if (type === 'Pages' || kids !== undefined || depth === 0)
      throw new PdfStructureError('a node is both a page and a list of pages');
    yield { ...object, value };
    return 1;
  }
  let pages = 0;
  for (const kid of kids) pages += yield* pagesBelow(document, kid, depth + 1, seen);
  const count = await document.get(value, 'Count');
  if (count.kind !== 'number' || count.value !== pages)
    throw new PdfStructureError('a list of pages has another number of pages than it states');
  return pages;
}

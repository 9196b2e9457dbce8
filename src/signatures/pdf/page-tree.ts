import type { PdfDocument, PdfObject } from './document.js';
import { PdfStructureError } from './structure-error.js';
import { nameIn, type PdfDictionary } from './syntax.js';

/** Levels of a page tree; those of a million pages are a handful. */
const DEEPEST = 64;

/** A page (ISO 32000-1, 7.7.3). */
export interface PdfPage extends PdfObject {
  value: PdfDictionary;
}

/**
 * The pages in their order. Every node is an object of its own and is reached once.
 *
 * Throws `PdfStructureError` where the tree is broken, and `TooComplexError`.
 */
export async function* pagesOf(document: PdfDocument): AsyncGenerator<PdfPage> {
  const { value: catalog } = await document.catalog();
  const seen = new Set<number>();
  const waiting = [{ node: catalog.entries.get('Pages'), depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const object = next.node?.kind === 'reference' ? await document.referred(next.node) : undefined;
    if (object?.value.kind !== 'dictionary') throw new PdfStructureError('a page, or a list of pages, is not there');
    if (seen.has(object.number)) throw new PdfStructureError('a page tree that leads to a node twice');
    if (next.depth > DEEPEST) throw new PdfStructureError('a page tree that is too deep');
    seen.add(object.number);
    const type = nameIn(object.value, 'Type');
    const kids = await document.items(object.value.entries.get('Kids'));
    if (kids === undefined) {
      if (type === 'Pages' || next.depth === 0) throw new PdfStructureError('a list of pages that lists none');
      yield { ...object, value: object.value };
      continue;
    }
    const depth = next.depth + 1;
    for (const node of kids.toReversed()) waiting.push({ node, depth });
  }
}

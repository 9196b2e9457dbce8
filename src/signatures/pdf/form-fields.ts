import { defined } from '../../messages/defined.js';
import { unambiguous, type PdfDocument } from './document.js';
import { PdfStructureError } from './structure-error.js';
import type { PdfDictionary, PdfValue } from './syntax.js';

const DEEPEST = 64;

/** A node of a form (ISO 32000-1, 12.7.3): a field, a group of fields, or a widget of a field. */
export interface FormField {
  /** Its object. A field that is written directly in a list has none. */
  number?: number;
  dictionary: PdfDictionary;
  /** The names of its ancestors and its own, joined by dots. The text is not decoded. */
  name: string;
  /** Whether it has no name, which makes it a widget of the field above it. */
  isWidget: boolean;
  /** `/FT`, its own or inherited. Empty if there is none. */
  type: string;
  /** `/V`, its own or inherited, not resolved. */
  value?: PdfValue;
}

interface Node {
  node: PdfValue;
  parent?: FormField;
  depth: number;
}

/**
 * All nodes of the form, each after the one above it.
 *
 * Throws `PdfStructureError` if a node is reached twice or is not a dictionary, and `TooComplexError`.
 */
export async function* fieldsOf(document: PdfDocument): AsyncGenerator<FormField> {
  const { value: catalog } = await document.catalog();
  const form = await document.dictionary(catalog.entries.get('AcroForm'));
  const fields = await document.items(form && unambiguous(form, 'Fields').entries.get('Fields'));
  const waiting: Node[] = [...(fields ?? [])].toReversed().map((node) => ({ node, depth: 0 }));
  const seen = new Set<number>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, parent, depth } = next;
    document.budget.take('values');
    if (depth > DEEPEST) throw new PdfStructureError('the form is nested too deeply');
    const dictionary = await document.dictionary(node);
    // A field that is null was removed.
    if (dictionary === undefined) continue;
    unambiguous(dictionary, 'T', 'FT', 'V', 'Kids');
    if (node.kind === 'reference') {
      if (seen.has(node.object)) throw new PdfStructureError('the form leads to a field twice');
      seen.add(node.object);
    }
    const field = fieldAt(node, dictionary, parent);
    yield field;
    const kids = await document.items(dictionary.entries.get('Kids'));
    for (const kid of (kids ?? []).toReversed()) waiting.push({ node: kid, parent: field, depth: depth + 1 });
  }
}

function fieldAt(node: PdfValue, dictionary: PdfDictionary, parent: FormField | undefined): FormField {
  const own = dictionary.entries.get('T');
  const names = [parent?.name ?? '', own?.kind === 'text' ? own.value : ''].filter((name) => name !== '');
  const type = dictionary.entries.get('FT');
  const value = dictionary.entries.get('V') ?? parent?.value;
  return {
    ...(node.kind === 'reference' ? { number: node.object } : {}),
    dictionary,
    name: names.join('.'),
    isWidget: own === undefined && parent !== undefined,
    type: type?.kind === 'name' ? type.value : (parent?.type ?? ''),
    ...defined({ value }),
  };
}

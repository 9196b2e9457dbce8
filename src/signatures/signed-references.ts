import type { FileBytes } from './pdf/file-bytes.js';
import { readValue } from './pdf-revision.js';
import { PdfSyntaxError, type PdfValue } from './pdf/syntax.js';
import { readObjectsAt, type SignedPart } from './signed-part.js';

/** First look at an object, and the last. Bytes. */
const [NEAR, FAR] = [4096, 1024 * 1024];

/**
 * Whether the signed part refers to one of these objects, which it does not have: what an update writes there would be shown where
 * nothing was when it was signed. Looks at every object, not at their streams. Throws `PdfSyntaxError` where one cannot be read.
 */
export async function refersTo(file: FileBytes, signed: SignedPart, numbers: ReadonlySet<number>): Promise<boolean> {
  for (const { entries } of signed.sections) {
    const containers = new Set([...entries.values()].map((entry) => (entry.kind === 'within' ? entry.container : -1)));
    for (const [number, entry] of entries) {
      if (entry.kind !== 'at') continue;
      const values = containers.has(number)
        ? await valuesWithin(file, entry.offset, signed.end)
        : await valueAt(file, entry.offset, signed.end);
      if (values.some((value) => leadsTo(value, numbers))) return true;
    }
  }
  return false;
}

async function valuesWithin(file: FileBytes, place: number, end: number): Promise<PdfValue[]> {
  return [...(await readObjectsAt(file, place, end)).values()].flat().map(({ value }) => value);
}

/** None where no object begins: an entry that leads nowhere, for every reader. */
async function valueAt(file: FileBytes, place: number, end: number): Promise<PdfValue[]> {
  for (let length = NEAR; ; length *= 16) {
    try {
      const value = readValue(await file.read(place, Math.min(length, end - place)));
      return value === undefined ? [] : [value];
    } catch (error) {
      if (!(error instanceof PdfSyntaxError && error.incomplete && length < FAR)) throw error;
    }
  }
}

function leadsTo(value: PdfValue, numbers: ReadonlySet<number>): boolean {
  if (value.kind === 'array') return value.items.some((item) => leadsTo(item, numbers));
  if (value.kind === 'dictionary') return [...value.entries.values()].some((item) => leadsTo(item, numbers));
  return value.kind === 'reference' && numbers.has(value.object);
}

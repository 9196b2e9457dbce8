import type { PdfDocument, PdfObject } from '../pdf/document.js';
import type { PdfValue } from '../pdf/syntax.js';

/** Which objects that a document reaches refer to some of its numbers. What its trailer refers to does not count. */
export class References {
  /** By the number of the object that refers, the numbers that it refers to. */
  readonly #targets = new Map<number, ReadonlySet<number>>();

  private constructor(private readonly numbers: ReadonlySet<number>) {}

  /** Reads every object that the trailer leads to. Throws `PdfStructureError` and `TooComplexError`. */
  static async to(numbers: ReadonlySet<number>, document: PdfDocument): Promise<References> {
    const references = new References(numbers);
    const seen = new Set<number>();
    const waiting = ['Root', 'Info'].flatMap((key) => referencesIn(document.trailer.entries.get(key)));
    for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
      if (seen.has(number)) continue;
      seen.add(number);
      const object = await document.object(number);
      if (object === undefined) continue;
      references.note(object);
      waiting.push(...referencesIn(object.value).filter((next) => !seen.has(next)));
    }
    return references;
  }

  /** In place of what the object with its number referred to before. */
  note({ number, value }: Pick<PdfObject, 'number' | 'value'>): void {
    const found = new Set(referencesIn(value).filter((target) => this.numbers.has(target)));
    if (found.size > 0) this.#targets.set(number, found);
    else this.#targets.delete(number);
  }

  from(number: number): number[] {
    return [...this.#targets].filter(([, targets]) => targets.has(number)).map(([from]) => from);
  }
}

function referencesIn(value: PdfValue | undefined): number[] {
  if (value?.kind === 'array') return value.items.flatMap(referencesIn);
  if (value?.kind === 'dictionary') return [...value.entries.values()].flatMap(referencesIn);
  return value?.kind === 'reference' ? [value.object] : [];
}

import type { PdfDocument, PdfObject } from '../pdf/document.js';
import { nameIn, type PdfValue } from '../pdf/syntax.js';

/** Which objects of a document refer to some of its numbers. What a trailer or a cross-reference stream refers to does not count. */
export class References {
  /** By the number of the object that refers, the numbers that it refers to. */
  readonly #targets = new Map<number, ReadonlySet<number>>();

  private constructor(private readonly numbers: ReadonlySet<number>) {}

  /** Reads every object once. Throws `PdfStructureError` and `TooComplexError`. */
  static async to(numbers: ReadonlySet<number>, document: PdfDocument): Promise<References> {
    const references = new References(numbers);
    for (const number of inOrder(document)) {
      const object = await document.object(number);
      if (object !== undefined) references.note(object);
    }
    return references;
  }

  /** In place of what the object with its number referred to before. */
  note({ number, value, streamStart }: Pick<PdfObject, 'number' | 'value' | 'streamStart'>): void {
    const found = new Set<number>();
    if (!isCrossReference(value, streamStart)) this.#collect(value, found);
    if (found.size > 0) this.#targets.set(number, found);
    else this.#targets.delete(number);
  }

  from(number: number): number[] {
    return [...this.#targets].filter(([, targets]) => targets.has(number)).map(([from]) => from);
  }

  #collect(value: PdfValue, found: Set<number>): void {
    if (value.kind === 'reference' && this.numbers.has(value.object)) found.add(value.object);
    if (value.kind === 'array') for (const item of value.items) this.#collect(item, found);
    if (value.kind === 'dictionary') for (const item of value.entries.values()) this.#collect(item, found);
  }
}

function isCrossReference(value: PdfValue, streamStart: number | undefined): boolean {
  return streamStart !== undefined && value.kind === 'dictionary' && nameIn(value, 'Type') === 'XRef';
}

/** Objects of one stream after another, so that each stream is decoded once. */
function inOrder({ entries }: PdfDocument): number[] {
  const place = (number: number) => {
    const entry = entries.get(number);
    return entry?.kind === 'within' ? entry.container : -1;
  };
  return [...entries.keys()].filter((number) => entries.get(number)?.kind !== 'free').toSorted((one, other) => place(one) - place(other));
}

import type { Budget } from '../pdf/budget.js';
import type { PdfDocument, PdfObject } from '../pdf/document.js';
import type { FileBytes } from '../pdf/file-bytes.js';
import type { PdfValue } from '../pdf/syntax.js';

/** Which object refers to which, in the revision that ends at `end`. */
interface Graph {
  file: FileBytes;
  end: number;
  targets: Map<number, Uint32Array>;
}

/** The newest graph of each file. The next comparison of the file starts with it. */
const GRAPHS = new WeakMap<Budget, Graph>();

/** Which objects refer to an object number. References in the trailer do not count. */
export class References {
  private constructor(private readonly graph: Graph) {}

  /** Reads every object that the trailer leads to, unless it was read before. Throws `PdfStructureError` and `TooComplexError`. */
  static async in(document: PdfDocument): Promise<References> {
    const known = GRAPHS.get(document.budget);
    // An unfinished comparison must not leave its notes behind.
    GRAPHS.delete(document.budget);
    return new References(
      known?.file === document.file && known.end === document.end ? known : await graphOf(document),
    );
  }

  /** Replaces what the object with this number referred to before. */
  note({ number, value }: Pick<PdfObject, 'number' | 'value'>): void {
    this.graph.targets.set(number, Uint32Array.from(referencesIn(value)));
  }

  /** Keeps the graph for the next comparison of the file. */
  keep({ budget, end }: PdfDocument): void {
    this.graph.end = end;
    GRAPHS.set(budget, this.graph);
  }

  /** The objects that refer to each of some numbers. */
  to(numbers: ReadonlySet<number>): ReadonlyMap<number, readonly number[]> {
    const found = new Map<number, number[]>();
    for (const [from, targets] of this.graph.targets)
      for (const target of targets) if (numbers.has(target)) found.set(target, [...(found.get(target) ?? []), from]);
    return found;
  }
}

async function graphOf(document: PdfDocument): Promise<Graph> {
  const targets: Graph['targets'] = new Map();
  const seen = new Set<number>();
  const waiting = ['Root', 'Info'].flatMap((key) => referencesIn(document.trailer.entries.get(key)));
  for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
    if (seen.has(number)) continue;
    seen.add(number);
    const object = await document.object(number);
    const found = object === undefined ? [] : referencesIn(object.value);
    if (found.length > 0) targets.set(number, Uint32Array.from(found));
    for (const next of found) if (!seen.has(next)) waiting.push(next);
  }
  return { file: document.file, end: document.end, targets };
}

function referencesIn(value: PdfValue | undefined, found: number[] = []): number[] {
  if (value?.kind === 'array') for (const item of value.items) referencesIn(item, found);
  if (value?.kind === 'dictionary') for (const item of value.entries.values()) referencesIn(item, found);
  if (value?.kind === 'reference') found.push(value.object);
  return found;
}

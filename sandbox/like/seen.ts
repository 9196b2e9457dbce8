import type { ProbeFile, RecordedAnswer } from './probe-file.js';
import { allIn, type Shape } from './shape.js';

/** An answer of the file, and where it belongs. */
export interface SeenAnswer extends RecordedAnswer {
  step: string;
  occasion: string;
  /** Milliseconds since the probe began. */
  at: number;
  /** With the names of ids in place of ids. */
  path: string;
  /** Whether the product understood the words of the refusal. */
  understood: boolean;
}

/** The whole answers of a probe, by `step/occasion`. */
export class Seen {
  readonly answers: readonly SeenAnswer[];

  constructor(readonly file: ProbeFile) {
    // Of several calls that belong together, only the last one has an outcome.
    const understood = new Set(
      file.exchanges.flatMap(({ answer, outcome }) => (isUnderstood(outcome) ? [answer?.words?.hash] : [])),
    );
    this.answers = file.exchanges.flatMap(({ step, occasion, at, path, answer }) =>
      answer?.whole === true
        ? [{ ...answer, step, occasion, at, path, understood: understood.has(answer.words?.hash) }]
        : [],
    );
  }

  /** In their order. `documents/upload-*` are all whose names begin so. */
  all(...places: readonly string[]): SeenAnswer[] {
    return this.answers.filter(({ step, occasion }) => places.some((place) => isAt(`${step}/${occasion}`, place)));
  }

  /** Whether one of them succeeded, or all were refused. Undefined if nothing of it was tried. */
  worked(...places: readonly string[]): boolean | undefined {
    const all = this.all(...places);
    if (all.some((answer) => !refuses(answer))) return true;
    return all.length === 0 ? undefined : false;
  }

  note(name: string): ProbeFile['notes'][number]['value'] | undefined {
    return this.file.notes.findLast((note) => note.name === name)?.value;
  }
}

function isAt(name: string, place: string): boolean {
  return place.endsWith('*') ? name.startsWith(place.slice(0, -1)) : name === place;
}

function isUnderstood(outcome: ProbeFile['exchanges'][number]['outcome']): boolean {
  return outcome?.familiar === true || (outcome?.result !== undefined && outcome.result !== 'done');
}

/** Whether it says nothing about the call: the server was busy or away, or a page stands in place of its answer. */
export function isBeside({ status, form }: RecordedAnswer): boolean {
  if (status < 300) return form === 'page' || form === 'broken';
  return status === 408 || status === 429 || (status > 500 && status !== 501);
}

/** Whether it is no success. Some providers refuse with HTTP 200, and say so in the body. */
export function refuses({ status, read }: RecordedAnswer): boolean {
  return status >= 300 || read?.succeeded === false;
}

/** The shapes of all fields with this name. */
export function fieldsNamed(shape: Shape | undefined, name: string): Shape[] {
  if (shape === undefined) return [];
  return allIn(shape).flatMap((each) =>
    each.type === 'object' && Object.hasOwn(each.fields, name) ? [each.fields[name] ?? { type: 'null' }] : [],
  );
}

/** The known texts in a shape. */
export function textsIn(shape: Shape | undefined): string[] {
  if (shape === undefined) return [];
  return allIn(shape).flatMap((each) => (each.type === 'string' && each.is !== undefined ? [each.is] : []));
}

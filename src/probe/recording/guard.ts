import type { Note, ProbeFile, Shape } from '../file.js';
import { isKnownName, knownText } from './known-words.js';
import type { Showing } from './shape.js';
import { hashOf } from './shape.js';

/**
 * The file once more without values that became known only later: a name that a person has may have stood as the name of a field
 * before. What is in our own lists may stay.
 */
export function guarded(file: ProbeFile, showing: Showing): ProbeFile {
  const again = (shape: Shape | undefined): Shape | undefined => shape && guardedShape(shape, showing);
  return {
    ...file,
    exchanges: file.exchanges.map((exchange) => ({
      ...exchange,
      ...(exchange.body === undefined ? {} : { body: again(exchange.body) }),
      ...(exchange.answer === undefined
        ? {}
        : {
            answer: {
              ...exchange.answer,
              headers: exchange.answer.headers.map((name) => withoutValues(name, showing)),
              ...(exchange.answer.body === undefined ? {} : { body: again(exchange.answer.body) }),
            },
          }),
    })),
    notes: file.notes.map((note) => ({ ...note, value: guardedNote(note, showing) })),
    callbacks: file.callbacks.map((callback) => ({
      ...callback,
      headers: callback.headers.map((name) => withoutValues(name, showing)),
      ...(callback.body === undefined ? {} : { body: again(callback.body) }),
      ...(callback.event === undefined ? {} : { event: guardedWord(callback.event, showing) }),
      ...(callback.status === undefined ? {} : { status: guardedWord(callback.status, showing) }),
    })),
  };
}

/** Notes that hold statuses as the provider wrote them. All others are words of ours. */
const OF_PROVIDER = /^(statuses|status-after-.*|landed)$/;

function guardedNote({ name, value }: Note, showing: Showing): Note['value'] {
  if (!OF_PROVIDER.test(name)) return value;
  if (Array.isArray(value)) return value.map((word) => guardedWord(word, showing));
  return typeof value === 'string' ? guardedWord(value, showing) : value;
}

function guardedWord(word: string, showing: Showing): string {
  return knownText(word) === undefined ? withoutValues(word, showing) : word;
}

function guardedShape(shape: Shape, showing: Showing): Shape {
  if (shape.type === 'list') return { ...shape, items: shape.items.map((item) => guardedShape(item, showing)) };
  if (shape.type === 'object') {
    const fields = Object.entries(shape.fields).map(([name, item]) => {
      const shown = isKnownName(name) ? name : withoutValues(name, showing);
      return [shown, guardedShape(item, showing)] as const;
    });
    return { ...shape, fields: Object.fromEntries(fields) };
  }
  // Two letters are the country of a registration authority.
  if (shape.type !== 'string' || shape.is === undefined || /^([A-Z]{2})?$/.test(shape.is)) return shape;
  if (knownText(shape.is) !== undefined || isKnownName(shape.is) || !showing.values.isIn(shape.is)) return shape;
  const { is, ...rest } = shape;
  return { ...rest, hash: hashOf(is, showing) };
}

function withoutValues(name: string, showing: Showing): string {
  return showing.values.isIn(name) ? `{${hashOf(name, showing)}}` : name;
}

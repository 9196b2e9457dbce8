import { filled, type Own } from './filling.js';
import { placeholder } from './placeholder.js';
import type { SeenAnswer } from './seen.js';
import { allIn, type Shape, type TextShape } from './shape.js';

/** An answer over HTTP. */
export interface Given {
  status: number;
  headers: Record<string, string>;
  /** Undefined: without a body. */
  body: string | undefined;
}

/** An answer in the recorded form, with our values. Undefined for files: their content is ours. */
export function inRecordedForm(recorded: SeenAnswer, own: Own): Given | undefined {
  if (recorded.form === 'file') return undefined;
  const { status, contentType, retryAfter } = recorded;
  const type = contentType ?? (recorded.form === 'empty' ? undefined : TYPES[recorded.form]);
  return {
    status,
    headers: {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: bodyOf(recorded, own),
  };
}

const TYPES = {
  json: 'application/json',
  broken: 'application/json',
  page: 'text/html',
  text: 'text/plain',
} as const;

function bodyOf(recorded: SeenAnswer, own: Own): string | undefined {
  const { form, body, words, status } = recorded;
  const said = wordsOf(recorded, own);
  switch (form) {
    case 'json': {
      const shape = body ?? { type: 'object', fields: {} };
      return JSON.stringify(filled(words?.hash === undefined ? shape : saying(shape, words.hash, said), own));
    }
    case 'page':
      return `<!doctype html><html><head><title>${said}</title></head><body></body></html>`;
    case 'text':
      return said === '' ? `HTTP ${status}` : said;
    case 'broken':
      return '{"status":';
    case 'empty':
    case 'file':
      return undefined;
  }
}

/** The words of an answer. If the product has understood them although no document shows them, ours are in them. */
function wordsOf({ words, understood }: SeenAnswer, own: Own): string {
  if (words?.hash === undefined) return words?.is ?? '';
  const unknown = placeholder(words.hash, words.length);
  return understood && own.words !== '' ? `${unknown} ${own.words}` : unknown;
}

/**
 * The words of an answer may be put together from several fields. Then no field has their hash. The longest text gets them, so that
 * the answer has the words that the file names.
 */
function saying(shape: Shape, hash: string, words: string): Shape {
  const texts = allIn(shape).filter((each): each is TextShape => each.type === 'string');
  const unknown = texts.filter(({ is, form }) => is === undefined && form === undefined);
  const [longest] = (unknown.length > 0 ? unknown : texts).toSorted((a, b) => (b.length ?? 0) - (a.length ?? 0));
  const place = texts.find((text) => text.hash === hash) ?? longest;
  return place === undefined ? shape : replaced(shape, place, { type: 'string', is: words });
}

function replaced(shape: Shape, old: Shape, by: Shape): Shape {
  if (shape === old) return by;
  if (shape.type === 'list') return { ...shape, items: shape.items.map((item) => replaced(item, old, by)) };
  if (shape.type !== 'object') return shape;
  const fields = Object.entries(shape.fields).map(([name, field]) => [name, replaced(field, old, by)] as const);
  return { ...shape, fields: Object.fromEntries(fields) };
}

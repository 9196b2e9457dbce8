import { Allowance } from './allowance.js';

/** A value without its content, as a probe has recorded it. The format is that of `videoid probe`, read leniently. */
export type Shape =
  | { type: 'null' | 'withheld' }
  | { type: 'boolean'; is?: boolean }
  | { type: 'number'; digits: number; is?: number }
  | { type: 'string'; length?: number; is?: string; form?: string; hash?: string }
  | { type: 'list'; length: number; items: Shape[] }
  | { type: 'object'; fields: Record<string, Shape> };
export type ListShape = Extract<Shape, { type: 'list' }>;
export type ObjectShape = Extract<Shape, { type: 'object' }>;
export type TextShape = Extract<Shape, { type: 'string' }>;

/** A probe records less: 8 levels, 120 fields, 4 different items. */
const DEEPEST = 12;
const MOST = 500;
export const LONGEST = 10_000;

/** Reads a shape. What it does not understand is withheld. */
export function shapeIn(value: unknown, depth = 0, allowance = new Allowance()): Shape {
  if (!isFields(value) || depth > DEEPEST) return { type: 'withheld' };
  switch (value['type']) {
    case 'null':
      return { type: 'null' };
    case 'boolean':
      return { type: 'boolean', ...(typeof value['is'] === 'boolean' ? { is: value['is'] } : {}) };
    case 'number':
      return {
        type: 'number',
        digits: count(value['digits'], 15),
        ...(typeof value['is'] === 'number' ? { is: value['is'] } : {}),
      };
    case 'string':
      return textIn(value);
    case 'list': {
      const items = Array.isArray(value['items']) ? value['items'].slice(0, MOST) : [];
      return {
        type: 'list',
        length: count(value['length'], MOST),
        items: items.filter(() => allowance.takes()).map((item) => shapeIn(item, depth + 1, allowance)),
      };
    }
    case 'object': {
      const all = isFields(value['fields']) ? Object.entries(value['fields']).slice(0, MOST) : [];
      const fields = all.filter(([name]) => allowance.takes(name));
      return {
        type: 'object',
        fields: Object.fromEntries(fields.map(([name, shape]) => [name, shapeIn(shape, depth + 1, allowance)])),
      };
    }
    default:
      return { type: 'withheld' };
  }
}

function textIn({ length, is, form, hash }: Record<string, unknown>): TextShape {
  return {
    type: 'string',
    ...(typeof length === 'number' ? { length: count(length, LONGEST) } : {}),
    ...(typeof is === 'string' ? { is: is.slice(0, LONGEST) } : {}),
    ...(typeof form === 'string' ? { form: form.slice(0, 100) } : {}),
    ...(typeof hash === 'string' && isHash(hash) ? { hash } : {}),
  };
}

export function isHash(text: string): boolean {
  return /^[0-9a-f]{1,64}$/.test(text);
}

/** A JSON object, and not an array or null. */
export function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field itself, and nothing that every object has. */
export function ownField(fields: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** A shape and all shapes in it, from the outside to the inside. */
export function allIn(shape: Shape): Shape[] {
  const all = [shape];
  // The list grows while it is read.
  for (const each of all) {
    if (each.type === 'object') all.push(...Object.values(each.fields));
    if (each.type === 'list') all.push(...each.items);
  }
  return all;
}

/** A whole number between 0 and the most that is allowed. */
export function count(value: unknown, most: number): number {
  return typeof value === 'number' && value > 0 ? Math.min(Math.floor(value), most) : 0;
}

import { defined } from '../../messages/defined.js';
import type { NewCallback, SeenCallback, Shape } from '../file.js';

/** A callback with its number, and the number of the first one with the same bytes. */
export function numbered(earlier: readonly SeenCallback[], callback: NewCallback): SeenCallback {
  const first = earlier.find(
    ({ hash, repeats }) => hash !== undefined && hash === callback.hash && repeats === undefined,
  );
  return { number: (earlier.at(-1)?.number ?? 0) + 1, ...callback, ...defined({ repeats: first?.number }) };
}

/** An id became known. A callback that names it may have come before the answer to our call. @param hash of the id */
export function claimed(callbacks: readonly SeenCallback[], hash: string, subject: string): SeenCallback[] {
  return callbacks.map((callback) =>
    callback.subject === undefined && holds(callback.body, hash) ? { ...callback, subject, ours: true } : callback,
  );
}

/** Whether a value with this hash is anywhere in a shape. */
export function holds(shape: Shape | undefined, hash: string): boolean {
  if (shape === undefined) return false;
  if (shape.type === 'list') return shape.items.some((item) => holds(item, hash));
  if (shape.type === 'object') return Object.values(shape.fields).some((field) => holds(field, hash));
  return (shape.type === 'number' || shape.type === 'string') && shape.hash === hash;
}

/** The fields of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** A JSON object, and not an array or null. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a key is a field's name, and not a uid (§4.9). */
export function isName(key: unknown): boolean {
  return typeof key === 'string' && /^[a-z][a-z_]{0,31}$/.test(key);
}

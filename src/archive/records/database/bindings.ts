/**
 * Checks the values for a statement. Both databases get the same ones, so a value that only one of them takes is refused for both.
 *
 * @throws TypeError, which names the place of the value and its type, never the value
 */
export function assertBindable(values: readonly unknown[]): void {
  values.forEach((value, index) => {
    const wrong = wrongIn(value);
    if (wrong !== undefined) throw new TypeError(`Value ${index + 1} of a database statement is ${wrong}.`);
  });
}

function wrongIn(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.includes('\0') ? 'a text with a zero byte, which PostgreSQL does not store' : undefined;
    case 'number':
      if (!Number.isFinite(value)) return 'not a finite number';
      return Number.isInteger(value) && !Number.isSafeInteger(value) ? 'an integer above 2^53' : undefined;
    case 'object':
      return value === null || value instanceof Uint8Array ? undefined : 'an object: store JSON as text';
    case 'boolean':
      return undefined; // Kysely uses some when it reads a schema. The dialects refuse all others.
    default:
      return typeof value === 'undefined' ? 'undefined: store null' : `a ${typeof value}`;
  }
}

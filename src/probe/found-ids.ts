/** What an answer holds whose fields have other names than documented. */
export class Leaves {
  readonly #leaves: readonly (readonly [name: string, value: string])[];

  /** @param json an answer. Only its outer levels are looked at */
  constructor(json: unknown) {
    this.#leaves = leavesOf(json, '', 0);
  }

  /** The first id in a field with a name as these, the first of them first. */
  id(...names: readonly RegExp[]): string | undefined {
    const ids = this.#leaves.filter(([, value]) => /^(\d{1,20}|[0-9a-f-]{32,36})$/i.test(value));
    return names.map((words) => ids.find(([name]) => words.test(name))?.[1]).find(Boolean);
  }

  get link(): string | undefined {
    return this.#leaves.find(([, value]) => /^https?:\/\//.test(value))?.[1];
  }
}

function leavesOf(json: unknown, name: string, depth: number): [string, string][] {
  if (typeof json === 'string' || typeof json === 'number') return [[name, String(json)]];
  if (typeof json !== 'object' || json === null || depth > 4) return [];
  return Object.entries(json).flatMap(([key, inner]) => leavesOf(inner, key, depth + 1));
}

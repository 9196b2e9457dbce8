/** Random numbers. The same seed gives the same numbers (mulberry32). */
export class Draw {
  private state: number;

  constructor(private readonly seed: number) {
    this.state = seed | 0;
  }

  /** A separate source for one purpose. Draws for other purposes do not change it. */
  for(name: string): Draw {
    let hash = this.seed | 0;
    for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) + 0x9e3779b9;
    return new Draw(hash ^ (hash >>> 15));
  }

  /** From 0 to below 1. */
  number(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.number() < probability;
  }

  /** A whole number. Both limits are included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.number() * (high - low + 1));
  }

  oneOf<T>(list: readonly [T, ...T[]]): T {
    return list[Math.floor(this.number() * list.length)] ?? list[0];
  }

  /** One of the names. The weights say how often each is drawn. */
  weighted<Name extends string>(weights: Readonly<Partial<Record<Name, number>>>): Name {
    const entries = Object.entries(weights) as [Name, number][];
    let left = this.number() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    const last = entries.at(-1);
    if (last === undefined) throw new Error('There is nothing to draw from.');
    return last[0];
  }
}

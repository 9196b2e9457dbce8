/** The number of remembered entries. The oldest is dropped first. This limits the memory that a sender can fill. */
const REMEMBERED = 10_000;

/** Milliseconds by a clock that nobody sets. After a wrong clock was corrected, nothing is dropped for hours. */
export const stopwatch = (): number => performance.now();

/** Remembers delivered payloads, so that repeated ones cost nothing. In memory, best effort. */
export class DeliveredHints {
  readonly #until = new Map<string, number>();
  readonly #sameWithin: number;
  readonly #now: () => number;

  /** @param sameWithin milliseconds */
  constructor(sameWithin: number, now: () => number = stopwatch) {
    this.#sameWithin = sameWithin;
    this.#now = now;
  }

  has(payload: string): boolean {
    const until = this.#until.get(payload);
    return until !== undefined && until > this.#now();
  }

  add(payload: string): void {
    remember(this.#until, payload, this.#now() + this.#sameWithin);
  }
}

/** Counts hints per request and minute. In memory, best effort. */
export class HintAllowance {
  readonly #minutes = new Map<string, { until: number; used: number }>();
  readonly #perMinute: number;
  readonly #now: () => number;

  constructor(perMinute: number, now: () => number = stopwatch) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Counts one hint of a request. Returns 0 if it is allowed, otherwise the milliseconds until the next is allowed. */
  take(request: string): number {
    const now = this.#now();
    const minute = this.#minutes.get(request);
    if (!minute || minute.until <= now) {
      remember(this.#minutes, request, { until: now + 60_000, used: 1 });
      return 0;
    }
    minute.used += 1;
    return minute.used <= this.#perMinute ? 0 : minute.until - now;
  }
}

/** Adds an entry as the newest of a bounded map. */
export function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= REMEMBERED) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

import type { RequestCount } from '../temporal/listing.js';

/** Milliseconds for which a count is reused. So frequent scrapes do not count each time. */
const GOOD_FOR = 2_000;

/** Gauges of the requests that run. */
export class RequestCounts {
  #last: RequestCount | undefined;
  #asked = -Infinity;
  readonly #count: () => Promise<RequestCount>;

  constructor(count: () => Promise<RequestCount>) {
    this.#count = count;
  }

  /** Prometheus text with the counts since the previous scrape. Empty at first, and while nobody can count. */
  text(): string {
    if (performance.now() - this.#asked >= GOOD_FOR) {
      this.#asked = performance.now();
      this.#count().then(
        (count) => (this.#last = count),
        () => (this.#last = undefined),
      );
    }
    if (this.#last === undefined) return '';
    const { running, attention } = this.#last;
    return (
      gauge('videoid_requests_running', 'Requests that run.', running) +
      gauge('videoid_requests_attention', 'Requests that run and are in attention.', attention)
    );
  }
}

function gauge(name: string, help: string, value: number): string {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`, ''].join('\n');
}

/** A counter with labels, as Prometheus reads it. Label values are our own words, never a caller's text. */
export class Counter<Label extends string> {
  readonly #name: string;
  readonly #help: string;
  readonly #labels: readonly Label[];
  readonly #counts = new Map<string, number>();

  constructor(name: string, help: string, labels: readonly Label[]) {
    this.#name = name;
    this.#help = help;
    this.#labels = labels;
  }

  add(values: Readonly<Record<Label, string | number>>): void {
    const series = this.#labels.map((label) => `${label}="${escape(String(values[label]))}"`).join(',');
    this.#counts.set(series, (this.#counts.get(series) ?? 0) + 1);
  }

  /** Prometheus text exposition, version 0.0.4. */
  text(): string {
    const lines = [...this.#counts].map(([series, count]) => `${this.#name}{${series}} ${count}`);
    return [`# HELP ${this.#name} ${this.#help}`, `# TYPE ${this.#name} counter`, ...lines, ''].join('\n');
  }
}

/** The result of a hint. */
export type HintResult =
  | 'delivered'
  | 'repeated'
  | 'foreign'
  | 'closed'
  | 'not-forwarded'
  | 'no-request'
  | 'garbage'
  | 'too-large'
  | 'too-slow'
  | 'broken-off'
  | 'too-many'
  | 'wrong-token'
  | 'temporal-unreachable'
  | 'index-unavailable';

export interface GatewayMetrics {
  hints: Counter<'result'>;
  calls: Counter<'verb' | 'status'>;
}

export function createMetrics(): GatewayMetrics {
  return {
    hints: new Counter('videoid_hints_total', 'Provider callbacks by result.', ['result']),
    calls: new Counter('videoid_api_calls_total', 'HTTP API calls by verb and status.', ['verb', 'status']),
  };
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

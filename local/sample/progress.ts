import type { Outcome } from '../../src/messages/outcome.js';
import type { Attention, RequestEvent, RequestStatus } from '../../src/messages/status.js';
import { type Screen, inSeconds } from '../screen.js';

/** The words for events on a screen. */
const WORDS: Record<string, string> = {
  created: 'created at the provider',
  'provider-status': 'status at the provider',
  'documents-uploaded': 'documents uploaded',
  archived: 'stored and verified',
  validated: 'validated by the operator',
  declared: 'declaration and contract',
  issued: 'certificate picked up',
};

/** Shows on a screen what happens to a request. Each event is shown once. */
export class Progress {
  readonly #screen: Screen;
  readonly #shown = new Set<string>();
  #before = Date.now();

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** @throws Error if the request waits for an operator */
  show({ events, attention }: RequestStatus): void {
    for (const event of events) this.#event(event);
    if (attention !== undefined) this.#attention(attention);
  }

  end({ outcome, durations, cleanup }: Outcome): void {
    const total = Object.values(durations).reduce((sum, one) => sum + one, 0);
    this.#step(`ended: ${outcome}`, total, `in total; cleanup of the copies at the provider: ${cleanup}`);
  }

  #event(event: RequestEvent): void {
    // Not shown here: the person who reads a file reports it, and the end has its own line.
    if (event.what.endsWith('-shown') || event.facts?.['reason'] !== undefined) return;
    if (!this.#isNew(`${event.at} ${event.what}`)) return;
    const at = Date.parse(event.at);
    this.#step(WORDS[event.what] ?? event.what.replaceAll('-', ' '), Math.max(0, at - this.#before), factsOf(event));
    this.#before = at;
  }

  #attention({ code, since, words, leavesByItself, remedies }: Attention): void {
    if (!this.#isNew(code + since)) return;
    this.#screen.line(this.#screen.paint('yellow', `  ! ${code}: ${words}`));
    if (leavesByItself) return;
    throw new Error(`The request waits for an operator (${remedies.join(', ')}): see \`npx videoid show\`.`);
  }

  #isNew(id: string): boolean {
    return !this.#shown.has(id) && Boolean(this.#shown.add(id));
  }

  #step(what: string, milliseconds: number, words: string): void {
    const screen = this.#screen;
    const duration = inSeconds(milliseconds).padStart(7);
    screen.line(
      `  ${screen.paint('green', '✓')} ${what.padEnd(26)} ${duration}  ${screen.paint('dim', words)}`.trimEnd(),
    );
  }
}

function factsOf(event: RequestEvent): string {
  const actor = event.actor === undefined ? [] : [`by ${[event.actor.kind, event.actor.id].filter(Boolean).join(' ')}`];
  const facts = Object.entries(event.facts ?? {})
    .filter(([, value]) => String(value).length <= 24)
    .map(([name, value]) => `${name} ${value}`);
  return [...actor, ...facts].join(', ');
}

import type { Outcome } from '../src/messages/outcome.js';
import type { Attention, RequestEvent } from '../src/messages/status.js';
import { type Screen, inSeconds } from './screen.js';

/** Events in the words of a screen. */
const WORDS: Record<string, string> = {
  created: 'created at the provider',
  'provider-status': 'status at the provider',
  'documents-uploaded': 'documents uploaded',
  archived: 'stored and verified',
  validated: 'validated by the operator',
  declared: 'declaration and contract',
  issued: 'certificate picked up',
};

/** Tells what happens to a request as it happens, each thing once. */
export class Told {
  readonly #screen: Screen;
  readonly #seen = new Set<string>();
  #before: number;

  constructor(screen: Screen, began: number) {
    this.#screen = screen;
    this.#before = began;
  }

  events(events: RequestEvent[]): void {
    for (const event of events) {
      const id = `${event.at} ${event.what}`;
      // What was shown is told where it is played; the end has a line of its own.
      if (this.#seen.has(id) || event.what.endsWith('-shown') || event.facts?.['reason'] !== undefined) continue;
      this.#seen.add(id);
      const at = Date.parse(event.at);
      this.#step(WORDS[event.what] ?? event.what.replaceAll('-', ' '), Math.max(0, at - this.#before), factsOf(event));
      this.#before = at;
    }
  }

  attention(attention: Attention): void {
    if (this.#seen.has(attention.code + attention.since)) return;
    this.#seen.add(attention.code + attention.since);
    this.#screen.line(this.#screen.paint('yellow', `  ! ${attention.code}: ${attention.words}`));
    if (attention.leavesByItself) return;
    throw new Error(`The request waits for an operator (${attention.remedies.join(', ')}): see \`npx videoid show\`.`);
  }

  end({ outcome, durations, cleanup }: Outcome): void {
    const total = Object.values(durations).reduce((sum, one) => sum + one, 0);
    this.#step(`ended: ${outcome}`, total, `in all; copies at the provider: cleanup ${cleanup}`);
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

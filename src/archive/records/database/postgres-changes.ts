import { setTimeout as pause } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import type { Listener, Listening } from './changes.js';

/** The channel of notices. Their payload is the topic. */
export const CHANNEL = 'videoid_changes';

// Milliseconds.
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2000;
/** A connection that died in silence is found by asking. */
const ASKED_EVERY = 5000;
const ANSWER_LIMIT = 2000;

/** Listens on a connection of its own. After each new connection it looks at everything, because it may have missed something. */
export class PostgresListening implements Listening {
  readonly #options: ClientConfig;
  readonly #listener: Listener;
  readonly #closed = new AbortController();
  readonly #over: Promise<void>;

  constructor(options: ClientConfig, listener: Listener) {
    this.#options = { ...options, query_timeout: ANSWER_LIMIT };
    this.#listener = listener;
    this.#over = this.#listen();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#over;
  }

  async #listen(): Promise<void> {
    const { signal } = this.#closed;
    const closed = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => closed.resolve(), { once: true });
    for (let longest = FIRST_PAUSE; !signal.aborted; longest = Math.min(LONGEST_PAUSE, longest * 2)) {
      const client = new Client(this.#options);
      const lost = Promise.withResolvers<void>();
      client.once('error', () => lost.resolve());
      client.once('end', () => lost.resolve());
      client.on('error', () => {}); // there may be more than one
      client.on('notification', ({ payload }) => this.#listener.told(payload ?? ''));
      try {
        await client.connect();
        unref(client);
        await client.query(`listen ${CHANNEL}`);
        await this.#listener.look();
        longest = FIRST_PAUSE;
        await untilLost(client, Promise.race([lost.promise, closed.promise]));
      } catch {
        // Whoever reads or writes is told of the trouble. Here it is tried again.
      } finally {
        // A connection that does not answer would not answer this either.
        client.end().catch(() => {});
      }
      if (!signal.aborted) await pause(longest * Math.random(), undefined, { ref: false, signal }).catch(() => {});
    }
  }
}

/** @throws what the connection throws when it does not answer */
async function untilLost(client: Client, lost: Promise<void>): Promise<void> {
  for (;;) {
    const isLost = await Promise.race([lost.then(() => true), pause(ASKED_EVERY, false, { ref: false })]);
    if (isLost) return;
    await client.query('select 1');
  }
}

/** Its types do not know it yet. Without it, the connection would keep the process alive. */
function unref(client: Client): void {
  (client as Client & { unref(): void }).unref();
}

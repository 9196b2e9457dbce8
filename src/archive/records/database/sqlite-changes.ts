import { sql } from 'kysely';
import type { Ask, Listener, Listening } from './changes.js';

/** Milliseconds between two looks. */
const PAUSE = 100;

/**
 * Looks again and again whether the file was changed. SQLite tells nobody. It has a number that changes with each commit of others, and
 * one that grows with each row that this connection changes.
 */
export class SqliteListening implements Listening {
  readonly #listener: Listener;
  readonly #ask: Ask;
  #timer: NodeJS.Timeout;
  #looking: Promise<void> = Promise.resolve();
  #version: string | undefined;
  #closed = false;

  constructor(listener: Listener, ask: Ask) {
    this.#listener = listener;
    this.#ask = ask;
    this.#timer = this.#next();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #next(): NodeJS.Timeout {
    const look = (): void => {
      this.#looking = this.#look().then(() => {
        if (!this.#closed) this.#timer = this.#next();
      });
    };
    return setTimeout(look, PAUSE).unref();
  }

  async #look(): Promise<void> {
    if (!this.#listener.wanted()) return;
    try {
      const version = await this.#ask(async (db) => {
        const { rows } = await sql<{
          others: number;
          own: number;
        }>`select data_version as others, total_changes() as own from pragma_data_version`.execute(db);
        return `${rows[0]?.others} ${rows[0]?.own}`;
      });
      if (version === this.#version) return;
      await this.#listener.look();
      this.#version = version;
    } catch {
      // Whoever reads or writes is told of the trouble. Here everything is looked at when it is over.
      this.#version = undefined;
    }
  }
}

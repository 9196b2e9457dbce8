import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Finds code that asks for another connection while it is in a transaction. With one connection it would wait for itself; with ten,
 * ten such callers would.
 */
export class TransactionScope {
  readonly #running = new AsyncLocalStorage<{ over: boolean }>();

  /** Runs the work of a transaction. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const transaction = { over: false };
    try {
      return await this.#running.run(transaction, work);
    } finally {
      transaction.over = true;
    }
  }

  /** @throws Error within the work of a transaction */
  assertOutside(): void {
    if (this.#running.getStore()?.over === false) {
      throw new Error('Within a transaction, only the handle of that transaction may be used.');
    }
  }
}

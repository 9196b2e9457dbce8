import { setTimeout as pause } from 'node:timers/promises';
import type { Screen } from './screen.js';
import { type Service, exitWords, isStopping, trouble } from './service.js';

/** A program that ends this often in a minute is not started again. */
const DEATHS = 5;
const MINUTE = 60_000;
/** The pause before it is started again, in milliseconds. */
const BREATH = 1000;

interface Order {
  screen: Screen;
  /** Starts it again. Resolves when it is ready. */
  start: () => Promise<Service>;
}

/** A program that is kept running. If it ends, the end of its log is shown and it is started again. */
export class Supervised {
  #service: Service;
  #wanted = true;
  readonly #order: Order;
  readonly #deaths: number[] = [];
  readonly #watched: Promise<void>;

  constructor(running: Service, order: Order) {
    this.#service = running;
    this.#order = order;
    this.#watched = this.#watch();
  }

  get name(): string {
    return this.#service.name;
  }

  get pid(): number {
    return this.#service.pid;
  }

  /** Stops it and does not start it again. Kills it after `grace` milliseconds. */
  async stop(grace: number): Promise<void> {
    this.#wanted = false;
    await this.#service.stop(grace);
    await this.#watched;
  }

  async #watch(): Promise<void> {
    do {
      const exit = await this.#service.exited;
      if (!this.#wanted || isStopping()) return;
      this.#say('red', trouble(this.#service, exitWords(exit)));
    } while (await this.#revive());
  }

  async #revive(): Promise<boolean> {
    while (this.#mayLive()) {
      await pause(BREATH);
      if (!this.#wanted) return false;
      try {
        this.#service = await this.#order.start();
      } catch (error) {
        this.#say('red', error instanceof Error ? error.message : String(error));
        continue;
      }
      if (this.#wanted) this.#say('yellow', `${this.name} was started again (process ${this.pid})`);
      else await this.#service.stop();
      return this.#wanted;
    }
    this.#say('red', `${this.name} ended ${DEATHS} times in a minute. It is not started again.`);
    return false;
  }

  #mayLive(): boolean {
    const now = Date.now();
    this.#deaths.push(now);
    return this.#deaths.filter((at) => now - at < MINUTE).length < DEATHS;
  }

  #say(colour: 'red' | 'yellow', text: string): void {
    this.#order.screen.lines(colour, text);
  }
}

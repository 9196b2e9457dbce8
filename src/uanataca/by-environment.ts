import { VideoIdError } from '../messages/failures.js';
import { processName } from '../security/key-failures.js';

/** One client per environment, made on first use. It holds connections and no other state. */
export class ByEnvironment<Settings, Client extends { close(): Promise<void> }> {
  readonly #settings: Readonly<Record<string, Settings>>;
  readonly #open: (settings: Settings) => Client;
  readonly #clients = new Map<string, Client>();

  constructor(settings: Readonly<Record<string, Settings>>, open: (settings: Settings) => Client) {
    this.#settings = settings;
    this.#open = open;
  }

  /** @throws VideoIdError BAD_SETTING for an environment that the settings lack, or whose address cannot be used. */
  of(environment: string): Client {
    const known = this.#clients.get(environment);
    if (known !== undefined) return known;
    const settings = Object.hasOwn(this.#settings, environment) ? this.#settings[environment] : undefined;
    if (settings === undefined) {
      throw new VideoIdError(
        'BAD_SETTING',
        `The environment "${environment}" is not in the settings of ${processName()}.`,
        {
          field: `environments.${environment}`,
          remedy: `Put environments.${environment} back: requests that were started in it still need it. Then restart the process.`,
        },
      );
    }
    const made = this.#open(settings);
    this.#clients.set(environment, made);
    return made;
  }

  /** Waits for running calls, then closes all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
    this.#clients.clear();
  }
}

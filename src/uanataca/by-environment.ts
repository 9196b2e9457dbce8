import { VideoIdError } from '../messages/failures.js';

/** One client for each environment of the settings, made when it is first asked for. Holds connections and nothing else. */
export class ByEnvironment<Settings, Client extends { close(): Promise<void> }> {
  readonly #settings: Readonly<Record<string, Settings>>;
  readonly #open: (settings: Settings) => Client;
  readonly #clients = new Map<string, Client>();

  constructor(settings: Readonly<Record<string, Settings>>, open: (settings: Settings) => Client) {
    this.#settings = settings;
    this.#open = open;
  }

  /** @throws VideoIdError BAD_SETTING for an environment that is not in the settings, or whose address cannot be used. */
  of(environment: string): Client {
    const known = this.#clients.get(environment);
    if (known !== undefined) return known;
    const settings = Object.hasOwn(this.#settings, environment) ? this.#settings[environment] : undefined;
    if (settings === undefined) {
      throw new VideoIdError('BAD_SETTING', `There is no environment "${environment}" in the settings.`, {
        field: 'environments',
        remedy: 'Give the worker the settings that the request was started with.',
      });
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

import type { RequestKey } from '../../messages/request.js';
import { ProviderError } from '../../uanataca/errors.js';
import type { ScratchcardCount } from '../../uanataca/registration-authority/registration-authority.js';
import { authorityOf, type Dependencies } from '../engine/dependencies.js';
import { stepFailure } from '../engine/failures.js';

/** The time between two counts. Milliseconds. */
const COUNT_EVERY = 600_000;

/** Counts a registration authority's scratchcards: an error if none is left, a warning if few are. */
export class ScratchcardSupply {
  readonly #countedAt = new Map<string, number>();

  constructor(private readonly dependencies: Dependencies) {}

  /** Rethrows. If no card is left, the error says how many there are. */
  async explain(key: RequestKey, error: unknown): Promise<never> {
    if (!(error instanceof ProviderError) || error.code !== 'NO_SCRATCHCARD_LEFT') throw error;
    const count = await this.#count(key);
    const facts = count && { unused: count.unused, listed: count.listed };
    const words = `No unused scratchcard is left for registration authority ${key.registrationAuthority}. Ask the provider for more.`;
    throw stepFailure(error.code, `${words} It says: ${error.words}`, { facts });
  }

  /** If few cards are left, writes a log line and an event of the request that took one. Never fails. */
  async warn(key: RequestKey): Promise<void> {
    const { archive, config, logger } = this.dependencies;
    const { environment, registrationAuthority } = key;
    const place = `${environment}/${registrationAuthority}`;
    if (performance.now() - (this.#countedAt.get(place) ?? -Infinity) < COUNT_EVERY) return;
    this.#countedAt.set(place, performance.now());
    const count = await this.#count(key);
    const few = authorityOf(config, key).enrolment?.fewScratchcards ?? 0;
    if (count === undefined || count.unused > few) return;
    logger.warn({ registrationAuthority, count: count.unused }, 'few scratchcards are left');
    const event = { at: archive.time(), what: 'few-scratchcards', facts: { unused: count.unused } };
    await archive.appendEvent(key, event).catch((error: unknown) => {
      logger.warn({ registrationAuthority, error }, 'that few scratchcards are left could not be noted');
    });
  }

  /** Undefined if the provider does not answer: the step goes on without the count. */
  async #count({ environment, registrationAuthority }: RequestKey): Promise<ScratchcardCount | undefined> {
    const { logger, registrationAuthority: apiOf } = this.dependencies;
    try {
      return await apiOf(environment).countScratchcards(registrationAuthority);
    } catch (error) {
      logger.warn({ registrationAuthority, error }, 'scratchcards could not be counted');
      return undefined;
    }
  }
}

import type { Archive } from '../../archive/archive.js';
import { VideoIdError } from '../../messages/failures.js';
import type { RequestKey } from '../../messages/request.js';
import { factsOfPlaces, terminateCommand, type TemporalPlace, wordsOfPlaces } from '../../messages/temporal-place.js';
import { stepFailure } from './failures.js';

/** The Temporal of this worker. Each question fails with TEMPORAL_UNREACHABLE if Temporal does not answer. */
export interface WorkersPlace {
  known(): Promise<TemporalPlace>;
  is(place: TemporalPlace): Promise<boolean>;
}

/**
 * In which Temporal requests live. After a loss of Temporal, a request is moved to a new one. If the old Temporal comes back, the
 * request runs in both, and only the new one may act.
 */
export class Whereabouts {
  constructor(
    private readonly archive: Pick<Archive, 'assertArchive' | 'claimPlace' | 'readPlace'>,
    private readonly own: WorkersPlace,
  ) {}

  /**
   * A request without a recorded place was started by an earlier release. It runs here, so this is recorded. If the archive does not
   * answer, the step itself will fail with the same trouble, in better words.
   *
   * @throws REQUEST_ELSEWHERE as the failure of a step; TEMPORAL_UNREACHABLE, which is tried again
   */
  async assertHere(key: RequestKey, workflowId: string): Promise<void> {
    const here = await this.#temporal(() => this.own.known());
    let lives = here;
    try {
      this.archive.assertArchive(key);
      lives = (await this.archive.readPlace(key)) ?? (await this.archive.claimPlace(key, here));
    } catch (error) {
      if (!(error instanceof VideoIdError)) throw error;
    }
    if (await this.#temporal(() => this.own.is(lives))) return;
    const words = wordsOfPlaces(lives, here);
    throw stepFailure(
      'REQUEST_ELSEWHERE',
      `The request was moved to another Temporal: ${words.lives}. This worker serves ${words.here}, where nothing more is done for it. ` +
        `End it here: ${terminateCommand({ ...here, workflowId })}`,
      { facts: factsOfPlaces(lives, here) },
    );
  }

  async #temporal<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof VideoIdError) throw stepFailure(error.code, error.message, { retry: true });
      throw error;
    }
  }
}

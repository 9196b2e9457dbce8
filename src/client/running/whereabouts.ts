import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { VideoIdError } from '../../messages/failures.js';
import { factsOfPlaces, isSamePlace, type TemporalPlace, wordsOfPlaces } from '../../messages/temporal-place.js';
import type { OwnPlace } from '../../temporal/own-place.js';
import { resumeAfterLossCommand } from '../commands.js';
import { attemptNames } from './attempt-names.js';

/** The parts of the client that know in which Temporal a request lives. */
export interface Whereabouts {
  archive: Archive;
  temporal: OwnPlace;
}

/** Milliseconds. A verb that only needs the archive must not wait long for Temporal. */
const LOOK_WITHIN = 2_000;

/**
 * Refuses a request that runs in another Temporal than this process uses. What has ended may be read anywhere. While Temporal does
 * not answer, nothing is refused: a verb that needs Temporal then fails by itself.
 *
 * @throws VideoIdError REQUEST_ELSEWHERE
 */
export async function assertHere(place: Whereabouts, record: RequestRecord): Promise<void> {
  const lives = await livesAt(place, record);
  if (lives === undefined) return;
  try {
    if (await place.temporal.is(lives, LOOK_WITHIN)) return;
  } catch (error) {
    if (error instanceof VideoIdError) return;
    throw error;
  }
  throw await elsewhere(place, record, lives);
}

/**
 * The same, but strict: the server is asked now. Returns whether the request was ever started here.
 *
 * @throws VideoIdError REQUEST_ELSEWHERE, TEMPORAL_UNREACHABLE
 */
export async function assertHereNow(place: Whereabouts, record: RequestRecord): Promise<boolean> {
  const lives = await place.archive.readPlace(record);
  if (lives === undefined) return false;
  if (!isSamePlace(lives, await place.temporal.now())) throw await elsewhere(place, record, lives);
  return true;
}

/** The Temporal in which a request that has not ended runs. Undefined if it was never started, or before this was recorded. */
async function livesAt({ archive }: Whereabouts, record: RequestRecord): Promise<TemporalPlace | undefined> {
  return (await archive.readOutcome(record)) === undefined ? await archive.readPlace(record) : undefined;
}

/**
 * Records that a request runs in this Temporal, before it is started here.
 *
 * @throws VideoIdError REQUEST_ELSEWHERE, TEMPORAL_UNREACHABLE
 */
export async function claimHere(place: Whereabouts, record: RequestRecord): Promise<void> {
  const here = await place.temporal.now();
  const lives = await place.archive.claimPlace(record, here);
  if (!isSamePlace(lives, here)) throw await elsewhere(place, record, lives);
}

/** The failure that names both places, and the way out. */
async function elsewhere(
  { archive, temporal }: Whereabouts,
  record: RequestRecord,
  lives: TemporalPlace,
): Promise<VideoIdError> {
  const here = await temporal.known();
  const words = wordsOfPlaces(lives, here);
  const afterLoss = resumeAfterLossCommand(await attemptNames(archive, record));
  return new VideoIdError(
    'REQUEST_ELSEWHERE',
    `The request runs in another Temporal: ${words.lives}. This process uses ${words.here}.`,
    {
      field: 'temporal.namespace',
      remedy: `Use the settings of that Temporal. Only if that Temporal is lost for good: ${afterLoss}`,
      facts: factsOfPlaces(lives, here),
    },
  );
}

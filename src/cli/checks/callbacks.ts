import { withArchive } from '../opened-archive.js';
import type { Config } from '../../config.js';
import { callbackTroubles } from '../../messages/callbacks.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Check } from './check.js';

/** Warns if the provider calls with a token that it should not use. */
export async function callbackChecks(config: Config): Promise<Check[]> {
  try {
    const counts = await withArchive(config, ({ notices }) => notices.callbacks());
    const troubles = callbackTroubles(counts, Date.now());
    return troubles.map(({ words, remedy }) => ({ name: 'callbacks', state: 'warn', words, remedy }));
  } catch (error) {
    if (error instanceof VideoIdError) return []; // the check of the archive says so
    throw error;
  }
}

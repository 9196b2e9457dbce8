import { setTimeout as pause } from 'node:timers/promises';
import type { Archive } from '../archive/archive.js';
import type { Logger } from '../logging/logger.js';
import { VideoIdError } from '../messages/failures.js';

/** Milliseconds between two sweeps. What is swept is older than a day, or was discarded. */
const EVERY = 3_600_000;

/** Sweeps the archive now and every hour, until the signal. After trouble, the next sweep tries again. */
export async function keepSweeping(
  archive: Pick<Archive, 'sweep'>,
  { signal, logger, every = EVERY }: { signal: AbortSignal; logger: Logger; every?: number },
): Promise<void> {
  while (!signal.aborted) {
    try {
      const count = await archive.sweep();
      if (count > 0) logger.info({ count }, 'objects that nobody needs were removed from the archive');
    } catch (error) {
      if (!(error instanceof VideoIdError)) throw error;
      logger.warn({ error }, 'the archive could not be swept');
    }
    await pause(every, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

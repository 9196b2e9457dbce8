import { keepSweeping } from '../../src/process/sweeping.js';
import { VideoIdError } from '../../src/messages/failures.js';
import { createLogger } from '../../src/logging/logger.js';

test('the archive is swept again and again, also after trouble, until the process stops', async () => {
  const stop = new AbortController();
  let sweeps = 0;
  const archive = {
    sweep: async (): Promise<number> => {
      sweeps += 1;
      if (sweeps === 2) throw new VideoIdError('ARCHIVE_UNAVAILABLE', 'away');
      if (sweeps === 4) stop.abort();
      return sweeps;
    },
  };
  await keepSweeping(archive, {
    signal: stop.signal,
    logger: createLogger({ process: 'worker', level: 'silent' }),
    every: 1,
  });
  expect(sweeps).toBe(4);
});

test('a defect in a sweep is not hidden', async () => {
  const archive = { sweep: (): Promise<number> => Promise.reject(new TypeError('defect')) };
  const ended = keepSweeping(archive, {
    signal: new AbortController().signal,
    logger: createLogger({ process: 'worker', level: 'silent' }),
    every: 1,
  });
  await expect(ended).rejects.toThrow('defect');
});

import type { Notices } from '../../src/archive/notices.js';
import { OptimizerTrouble } from '../../src/activities/engine/optimizer-trouble.js';
import { isLasting } from '../../src/client/look/conditions.js';
import type { Config } from '../../src/config.js';
import type { Outage } from '../../src/messages/conditions.js';
import type { Logger } from '../../src/logging/logger.js';
import { ProviderError } from '../../src/uanataca/errors.js';

const SYSTEM = { environment: 'sandbox', flow: 'signature' } as const;
const ERROR = new ProviderError(
  { kind: 'temporary', code: 'PROVIDER_BUSY', said: 'HTTP 503', status: 503 },
  'https://optimizer.example',
  [],
);

test('an Optimizer that does not answer is noted from the first failure on, and lasts after the shortest budget', async () => {
  let noted: Outage | undefined;
  let now = Date.parse('2026-01-02T03:00:00.000Z');
  const notices = {
    noteOutage: async (outage: Outage) => void (noted ??= outage),
    readOutage: async () => noted,
    endOutage: async () => void (noted = undefined),
  } as unknown as Notices;
  const trouble = new OptimizerTrouble(notices, {} as Logger, { now: () => now });

  const since = await trouble.failed(SYSTEM, ERROR);
  now += 59_000;
  expect(await trouble.failed(SYSTEM, ERROR)).toBe(since);
  expect(noted).toMatchObject({
    since: '2026-01-02T03:00:00.000Z',
    words: expect.stringMatching(/busy.*HTTP 503/) as string,
  });

  const steps = { watch: { budget: 60_000 }, create: { budget: 90_000 } };
  const place = { archive: { now: () => now }, config: { policy: { steps } } as unknown as Config };
  const lasts = (): boolean => isLasting(place as Parameters<typeof isLasting>[0], noted?.since ?? '');
  expect(lasts()).toBe(false);
  now += 1000;
  expect(lasts()).toBe(true);

  await trouble.answered(SYSTEM);
  expect(noted).toBeUndefined();
});

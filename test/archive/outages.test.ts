import type { Outage } from '../../src/messages/conditions.js';
import { newArchive, removeDirectories } from './sample-start.js';

afterAll(removeDirectories);

const expired = (clock: string) => `the certificate expired, and the clock says ${clock}`;

test('an outage keeps its beginning, and says why the Optimizer is out of reach now', async () => {
  const { notices } = (await newArchive()).archive;
  const first: Outage = {
    environment: 'sandbox',
    flow: 'signature',
    code: 'PROVIDER_UNREACHABLE',
    optimizer: 'https://optimizer.example',
    words: 'the connection was refused.',
    since: '2026-01-02T03:00:00.000Z',
  };
  const later = { code: 'TLS_FAILED', since: '2026-01-02T04:00:00.000Z' } as const;
  await notices.noteOutage(first);
  await notices.noteOutage({ ...first, ...later, words: expired('2026-01-02T04:00:00.000Z') });
  const noted = { ...first, code: 'TLS_FAILED', words: expired('2026-01-02T04:00:00.000Z') };
  expect(await notices.outages()).toEqual([noted]);
  await notices.noteOutage({ ...first, ...later, words: expired('2026-01-02T04:00:07.000Z') });
  expect(await notices.outages()).toEqual([noted]); // nothing is written for another time alone
});

import { join } from 'node:path';
import { keyOf, recordOf } from '../archive/sample-start.js';
import { openPlace, type Place } from '../client/place.js';
import { answerOf, videoid } from './run.js';

let place: Place;
beforeAll(async () => {
  place = await openPlace({ address: '127.0.0.1:1' });
  const { archive } = place;
  for (const flow of ['signature', 'enrolment'] as const) {
    const incoming = await archive.begin();
    await incoming.commit(recordOf(keyOf('both', 1, flow), [], { environment: 'test' }));
  }
  await archive.recordOutcome(keyOf('both'), {
    outcome: 'cancelled',
    reference: 'both',
    attempt: 1,
    reason: 'cancelled-by-requester',
    actor: { kind: 'requester' },
    at: '2025-01-02T00:00:00.000Z',
    cleanup: 'none',
    documents: [],
    durations: {},
  });
});
afterAll(() => place.close());

test.each([
  ['otp', 'NOT_NOW', ['otp', 'both', '--consent-version', '1']],
  ['confirm', 'REQUEST_ENDED', ['confirm', 'both', '123456']],
])(
  '%s means the signature where an enrolment has the same reference: only signatures have codes',
  async (_, code, args) => {
    const environment = { VIDEOID_CONFIG: join(place.directory, 'config.json') };
    expect(answerOf(await videoid([...args, '--json'], { environment }))).toMatchObject({ error: { code } });
  },
);

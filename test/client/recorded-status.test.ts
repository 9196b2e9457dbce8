import type { Archive } from '../../src/archive/archive.js';
import { RequestAccess } from '../../src/client/running/access.js';
import { recordedStatus } from '../../src/client/running/status.js';
import { newArchive, removeDirectories } from '../archive/sample-start.js';
import { AT, ToldRequest } from './told-request.js';

let archive: Archive;
beforeEach(async () => {
  ({ archive } = await newArchive());
});
afterEach(async () => {
  await archive.close();
  await removeDirectories();
});

/** Only what orders need. */
function access(): RequestAccess {
  const place = { archive, config: { keys: {} } };
  return new RequestAccess(place as unknown as ConstructorParameters<typeof RequestAccess>[0]);
}

describe('the status of the rows', () => {
  test('says that no worker has begun', async () => {
    const { record } = await ToldRequest.begin(archive, 'one', { metadata: { customer: '17' } });
    expect(await recordedStatus(archive, record)).toEqual({
      status: {
        reference: 'one',
        attempt: 1,
        workflowId: 'signature-one',
        flow: 'signature',
        registrationAuthority: '139',
        reviewMode: 'manual',
        metadata: { customer: '17' },
        stage: 'creating',
        words: 'being created at the provider. No worker has begun with it yet',
        since: record.createdAt,
        endsBy: ['a worker that begins with it'],
        verbs: [],
        provider: {},
        code: { notAccepted: 0 },
        events: [],
        event: 0,
        asOf: record.createdAt,
      },
    });
  });

  test('has every event with its number, also those outside the workflow, and the failure of the step', async () => {
    const request = await ToldRequest.begin(archive, 'one');
    await request.tell({}, 'created');
    await archive.appendEvent(request.key, { at: AT, what: 'link-shown', channel: 'web' });
    await request.enter('review');
    const failed = { step: 'watch', code: 'PROVIDER_UNREACHABLE', words: 'no answer', tries: 2 };
    await archive.noteTry(request.key, request.run, failed);
    const { status, failed: found } = await recordedStatus(archive, request.record);
    expect(status.events).toEqual([
      { number: 1, at: AT, what: 'created' },
      { number: 2, at: AT, what: 'link-shown', channel: 'web' },
      { number: 3, at: AT, what: 'stage', facts: { stage: 'review' } },
    ]);
    expect(status).toMatchObject({
      stage: 'review',
      event: 3,
      failing: { code: 'PROVIDER_UNREACHABLE', words: 'no answer.' },
    });
    expect(found).toMatchObject(failed);
    expect(status.asOf > request.record.createdAt).toBe(true);
  });

  test('after the end has the journal, and the codes that were not accepted', async () => {
    const request = await ToldRequest.begin(archive, 'one');
    await request.tell({}, 'code-not-accepted', 'code-not-accepted');
    await request.end();
    const { status } = await recordedStatus(archive, request.record);
    expect(status).toMatchObject({
      stage: 'ended',
      event: 3,
      code: { notAccepted: 2 },
      outcome: { kind: 'cancelled', reason: 'for-the-test' },
    });
    expect(status.events.map(({ what }) => what)).toEqual(['code-not-accepted', 'code-not-accepted', 'ended']);
  });

  test('of a request that ended with an earlier release has the events of its evidence', async () => {
    const request = await ToldRequest.begin(archive, 'one');
    const events = [{ at: '2026-01-01T00:00:00.000Z', what: 'created', actor: { kind: 'policy' } }];
    await archive.writeEvidence(request.key, { events }, { replace: true });
    await request.end();
    const { status } = await recordedStatus(archive, request.record);
    expect(status.events.map(({ number, what }) => [number, what])).toEqual([
      [1, 'created'],
      [2, 'ended'],
    ]);
  });
});

describe('the answer to an order', () => {
  test('has the number of its event, which is there or comes', async () => {
    const request = await ToldRequest.begin(archive, 'one');
    await archive.appendEvent(request.key, { at: AT, what: 'link-shown' });
    await request.tell({}, 'created');
    const answer = { status: 'x', told: { run: request.run, number: 1 } };
    expect(await access().noted(request.record, answer)).toEqual({ status: 'x', event: 2 });
    const later = access().noted(request.record, { told: { run: request.run, number: 2 } });
    await request.tell({}, 'approved');
    expect(await later).toEqual({ event: 3 });
  });

  test('says that the archive is behind, if the event does not come', async () => {
    const request = await ToldRequest.begin(archive, 'one');
    expect(await access().noted(request.record, { told: { run: request.run, number: 1 } })).toEqual({ behind: true });
  });

  test('of an earlier release has no number', async () => {
    const request = await ToldRequest.begin(archive, 'one');
    expect(await access().noted(request.record, { outcome: 'cancelled' })).toEqual({ outcome: 'cancelled' });
  });
});

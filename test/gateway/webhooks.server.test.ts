import { randomInt, randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { event, flat, hints, type GatewayPlace, openGatewayPlace } from './gateway-place.js';

let connection: Connection;
let client: Client;
let place: GatewayPlace;
const taskQueue = `gateway-${randomUUID()}`;

beforeAll(async () => {
  const address = process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233';
  connection = await Connection.connect({ address });
  client = new Client({ connection });
  place = await openGatewayPlace({ only: 'webhooks', temporal: { address, taskQueue } });
});
afterAll(async () => {
  await place.close();
  await connection.close();
});

describe('a hint for a running request', () => {
  it('has arrived as one signal when it is answered, and says nothing', async () => {
    const { pk, signals, history } = await running();
    const canary = 'canary-Hq6mZt2xV9sB4wLe';
    const body = event(pk, 'VIDEOREVIEW', { secret: canary });
    expect((await place.hook(place.tokens[0], body)).status).toBe(200);
    const received = await signals();
    expect(received).toEqual([{ name: 'hint', payloads: 0 }]);
    expect(await history()).not.toContain(canary);
    expect(await history()).not.toContain('VIDEOREVIEW');
  });

  it('costs one signal more when it is forged, and nothing when it is repeated', async () => {
    const { pk, signals } = await running();
    const genuine = event(pk, 'VIDEOREVIEW');
    const forged = event(pk, 'ENROLLREADY', { sent_at: '20990101000000' });
    for (const body of [genuine, forged, genuine, forged, genuine]) {
      expect((await place.hook(place.tokens[0], body)).status).toBe(200);
    }
    expect(await signals()).toHaveLength(2);
  });

  it.each([
    ['VIDEOINCOMPLETE', 1],
    ['VIDEOREVIEW', 1],
    ['VIDEOERROR', 1],
    ['CANCELLED', 1],
    ['CREATED', 1],
    ['ENROLLREADY', 1],
    ['A_STATUS_OF_TOMORROW', 1],
    ['VIDEOPENDING', 0],
    ['ISSUED', 0],
    ['RENEWED', 0],
  ])('of status %s makes %i signal, in either shape', async (status, expected) => {
    const { pk, signals } = await running();
    await place.hook(place.tokens[0], event(pk, status));
    expect(await signals()).toHaveLength(expected);
    await place.hook(place.tokens[0], flat(pk, status));
    expect(await signals()).toHaveLength(2 * expected);
  });

  it('of status ISSUED is one for an enrolment', async () => {
    const { pk, signals } = await running('enrolment');
    await place.hook(place.tokens[0], event(pk, 'ISSUED'));
    expect(await signals()).toHaveLength(1);
  });

  it('without any status is a hint, too', async () => {
    const { pk, signals } = await running();
    await place.hook(place.tokens[0], { request: { pk } });
    await place.hook(place.tokens[0], { request: pk });
    expect(await signals()).toHaveLength(2);
  });

  it('with the token of another environment does not reach it', async () => {
    const { pk, signals } = await running();
    expect((await place.hook(place.otherToken, event(pk, 'VIDEOREVIEW'))).status).toBe(200);
    expect(await signals()).toHaveLength(0);
  });
});

describe('a hint for a closed request', () => {
  it('is answered 200 and counted, and starts nothing', async () => {
    const { pk, workflowId } = await running();
    await client.workflow.getHandle(workflowId).terminate();
    const before = await place.counted(hints('closed'));
    for (const body of [event(pk, 'VIDEOREVIEW'), event(pk, 'VIDEOREVIEW')]) {
      const answer = await place.hook(place.tokens[0], body);
      expect([answer.status, await answer.text()]).toEqual([200, '']);
    }
    expect(await place.counted(hints('closed'))).toBe(before + 2);
    expect((await client.workflow.getHandle(workflowId).describe()).status.name).toBe('TERMINATED');
  });

  it('that a later attempt has adopted reaches that one, although the watch after the end still runs', async () => {
    const { pk, workflowId } = await running();
    await place.hook(place.tokens[0], event(pk, 'VIDEOINCOMPLETE'));
    await client.workflow.getHandle(workflowId).terminate();
    const reference = workflowId.replace(/^[a-z]+-/, '');
    const watch = await client.workflow.start('waiting', {
      taskQueue,
      workflowId: `late-video-${reference}~1`,
    });
    const later = await running('signature', `${workflowId}~2`);
    await place.index(String(pk), later.workflowId);
    expect((await place.hook(place.tokens[0], event(pk, 'VIDEOREVIEW'))).status).toBe(200);
    expect(await later.signals()).toHaveLength(1);
    await watch.terminate();
  });

  it('is answered the same when Temporal has forgotten the request', async () => {
    const pk = randomInt(1e9);
    await place.index(String(pk), `signature-${randomUUID()}`);
    expect((await place.hook(place.tokens[0], event(pk, 'VIDEOREVIEW'))).status).toBe(200);
  });
});

describe('a request that is known a moment after its first hint', () => {
  it('gets the next one', async () => {
    const quick = await openGatewayPlace({
      only: 'webhooks',
      temporal: { address: connection.options.address, taskQueue },
      gateway: { hints: { unknownFor: 1 } },
    });
    try {
      const { pk, workflowId, signals } = await running();
      expect((await quick.hook(quick.tokens[0], event(pk, 'VIDEOREVIEW'))).status).toBe(200);
      await quick.index(String(pk), workflowId);
      await new Promise((resolve) => setTimeout(resolve, 5));
      // The same payload. The first was not delivered, so this is not a repetition.
      expect((await quick.hook(quick.tokens[0], event(pk, 'VIDEOREVIEW'))).status).toBe(200);
      expect(await signals()).toHaveLength(1);
    } finally {
      await quick.close();
    }
  });
});

describe('the health of the bridge', () => {
  it('is good with Temporal', async () => {
    const answer = await fetch(`${place.address}/health`);
    expect([answer.status, await answer.json()]).toMatchObject([200, { ready: true, problems: [] }]);
  });
});

/** A running request that the index knows. Signals arrive even without a worker. */
async function running(flow: 'signature' | 'enrolment' = 'signature', workflowId = `${flow}-${randomUUID()}`) {
  const pk = randomInt(1e9);
  await client.workflow.start('waiting', { workflowId, taskQueue, workflowExecutionTimeout: '5 minutes' });
  await place.index(String(pk), workflowId, flow);
  const fetchHistory = async () => (await client.workflow.getHandle(workflowId).fetchHistory()).events ?? [];
  return {
    pk,
    workflowId,
    history: async () => JSON.stringify(await fetchHistory()),
    signals: async () =>
      (await fetchHistory())
        .map((each) => each.workflowExecutionSignaledEventAttributes)
        .filter((each) => each !== undefined && each !== null)
        .map((each) => ({ name: each.signalName, payloads: each.input?.payloads?.length ?? 0 })),
  };
}

import { randomUUID } from 'node:crypto';
import type { Archive } from '../../src/archive/archive.js';
import { type CallOptions, VideoIdClient } from '../../src/client.js';
import { generateCodecKey } from '../../src/security/keys.js';
import { recordsOf } from '../archive/records-of.js';
import { type Place, SAMPLE } from './place.js';
import { openServedPlace } from './served-place.js';
import type { Server } from './server.js';

const operator = { kind: 'operator' } as const;
const order = { actor: operator, reason: 'no longer needed' };
const REUSED = { code: 'IDEMPOTENCY_KEY_REUSED', field: 'Idempotency-Key' };

let server: Server;
let place: Place;
let archive: Archive;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ server, place, archive, close } = await openServedPlace());
});
afterAll(() => close());

const signer = { email: 'signer@example.com', phone: '+34600000000' };
const documents = [{ name: 'agreement.pdf', content: SAMPLE }];

async function started(): Promise<string> {
  const reference = `once-${randomUUID()}`;
  await place.client.start({ reference, signer, documents });
  return reference;
}

/** Every Update that the workflow accepted, by id. */
async function updatesOf(reference: string): Promise<string[]> {
  const { events } = await server.client.workflow.getHandle(`signature-${reference}`).fetchHistory();
  return (events ?? []).flatMap(
    (event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.meta?.updateId ?? [],
  );
}

async function ended(reference: string, attempt: number): Promise<void> {
  await archive.recordOutcome(
    { flow: 'signature', reference, attempt },
    {
      outcome: 'expired',
      reference,
      attempt,
      reason: 'video-deadline',
      actor: { kind: 'policy' },
      at: '2026-01-01T00:00:00.000Z',
      cleanup: 'none',
      documents: [],
      durations: {},
    },
  );
}

const key = (): CallOptions & { updateId: string } => ({ updateId: randomUUID() });

describe('a key that was used for one order', () => {
  test('does not cancel: another verb with it is refused, and nothing is cancelled', async () => {
    const reference = await started();
    const used = key();
    await place.client.resolve(reference, { remedy: 'retry', actor: operator }, used);
    await expect(place.client.cancel(reference, order, used)).rejects.toMatchObject(REUSED);
    await expect(place.client.status(reference)).resolves.toMatchObject({ stage: 'creating' });
    await expect(updatesOf(reference)).resolves.toHaveLength(1);
  });

  test('takes no other input, be it one digit of the code', async () => {
    const reference = await started();
    const used = key();
    await expect(place.client.sign(reference, { secret: '123456' }, used)).resolves.toEqual({ signed: true });
    await expect(place.client.sign(reference, { secret: '123457' }, used)).rejects.toMatchObject(REUSED);
    const unlock = { type: 'TOTP', value: '123456' };
    await expect(place.client.sign(reference, { unlock }, used)).rejects.toMatchObject(REUSED);
    await expect(place.client.sign(reference, { secret: '123456' }, used)).resolves.toEqual({ signed: true });
    await expect(updatesOf(reference)).resolves.toHaveLength(1);
  });

  test('is free for another request: it is bound to the one it was used for', async () => {
    const used = key();
    const [one, other] = [await started(), await started()];
    await place.client.cancel(one, order, used);
    await place.client.cancel(other, { ...order, reason: 'another' }, used);
    await expect(place.client.outcome(other, { wait: true })).resolves.toMatchObject({ outcome: 'cancelled' });
  });

  test('leaves neither itself nor the code behind, at Temporal or in the archive', async () => {
    const reference = await started();
    const used = { updateId: `canary-${randomUUID()}` };
    await place.client.sign(reference, { secret: '778899' }, used);
    const history = await server.client.workflow.getHandle(`signature-${reference}`).fetchHistory();
    expect(JSON.stringify(history)).not.toContain('canary');
    const records = recordsOf(place.config.archive.directory);
    expect(records.rows('orders', `signature-${reference}`)).toHaveLength(1);
    expect(JSON.stringify(records.everything())).not.toMatch(/canary|778899/);
  });
});

describe('the same order with the same key', () => {
  test('from two at once is asked once, and both are answered', async () => {
    const reference = await started();
    const used = key();
    const answers = [1, 2, 3].map(() => place.client.sign(reference, { secret: '123456' }, used));
    await expect(Promise.all(answers)).resolves.toEqual([{ signed: true }, { signed: true }, { signed: true }]);
    await expect(updatesOf(reference)).resolves.toHaveLength(1);
  });

  test('whose answer was lost is answered after the end, also when Temporal has forgotten the request', async () => {
    const reference = await started();
    const [retried, cancelled] = [key(), key()];
    const decision = { decision: 'approve', officer: 'officer-1', evidenceSeen: 'console' } as const;
    const { status } = await place.client.review(reference, decision, retried);
    await place.client.cancel(reference, order, cancelled);
    await archive.recordOutcome(
      { flow: 'signature', reference, attempt: 1 },
      await place.client.outcome(reference, { wait: true }),
    );
    await expect(place.client.cancel(reference, order, cancelled)).resolves.toEqual({ outcome: 'cancelled' });
    await server.forget(`signature-${reference}`);
    await expect(place.client.cancel(reference, order, cancelled)).resolves.toEqual({ outcome: 'cancelled' });
    await expect(place.client.review(reference, decision, retried)).resolves.toEqual({ status });
    await expect(place.client.cancel(reference, { ...order, reason: 'other' }, cancelled)).rejects.toMatchObject(
      REUSED,
    );
    await expect(place.client.cancel(reference, order, key())).rejects.toMatchObject({ code: 'REQUEST_ENDED' });
  });

  test('that was recorded and never asked, because we were killed in between, is asked now', async () => {
    const reference = await started();
    const used = key();
    const alone = await VideoIdClient.connect({
      ...place.config,
      temporal: { ...place.config.temporal, address: '127.0.0.1:1' },
    });
    await expect(alone.cancel(reference, order, { ...used, within: 300 })).rejects.toMatchObject({
      code: 'TEMPORAL_UNREACHABLE',
      facts: used,
    });
    await alone.close();
    await expect(place.client.cancel(reference, { ...order, reason: 'x' }, used)).rejects.toMatchObject(REUSED);
    await place.client.cancel(reference, order, used);
    await expect(place.client.outcome(reference, { wait: true })).resolves.toMatchObject({ outcome: 'cancelled' });
  });

  test('that was never given before the end is answered with the end', async () => {
    const reference = await started();
    const used = key();
    const alone = await VideoIdClient.connect({
      ...place.config,
      temporal: { ...place.config.temporal, address: '127.0.0.1:1' },
    });
    const asked = alone.resolve(reference, { remedy: 'retry', actor: operator }, { ...used, within: 300 });
    await expect(asked).rejects.toMatchObject({ code: 'TEMPORAL_UNREACHABLE' });
    await alone.close();
    await place.client.cancel(reference, order);
    await place.client.outcome(reference, { wait: true });
    const again = place.client.resolve(reference, { remedy: 'retry', actor: operator }, used);
    await expect(again).rejects.toMatchObject({ code: 'REQUEST_ENDED' });
  });

  test('of a code that was not accepted stays not accepted, and no code is tried again', async () => {
    const reference = await started();
    const used = key();
    const wrong = { unlock: { type: 'wrong', value: '000000' } };
    for (const _time of [1, 2]) {
      await expect(place.client.sign(reference, wrong, used)).rejects.toMatchObject({ code: 'CODE_NOT_ACCEPTED' });
    }
    expect(await server.seen(reference, place.config)).toMatchObject({ signs: 1 });
    await expect(place.client.sign(reference, { secret: '123456' }, used)).rejects.toMatchObject(REUSED);
    await expect(place.client.sign(reference, { secret: '123456' }, key())).resolves.toEqual({ signed: true });
  });

  test('is about the attempt of that time, not about a later one', async () => {
    const reference = await started();
    const used = key();
    await place.client.cancel(reference, order, used);
    await ended(reference, 1);
    await place.client.start({ reference, newAttempt: true });
    await expect(place.client.cancel(reference, order, used)).resolves.toEqual({ outcome: 'cancelled' });
    await expect(place.client.status(reference)).resolves.toMatchObject({ attempt: 2, stage: 'creating' });
  });

  test('is known when the codec keys have changed since', async () => {
    const reference = await started();
    const used = key();
    await place.client.resolve(reference, { remedy: 'retry', actor: operator }, used);
    const codec = [{ id: 'newer', key: `file:${place.file('newer', generateCodecKey())}` }, ...place.config.keys.codec];
    const later = await VideoIdClient.connect({ ...place.config, keys: { ...place.config.keys, codec } });
    await expect(later.resolve(reference, { remedy: 'retry', actor: operator }, used)).resolves.toEqual({});
    await expect(later.resolve(reference, { remedy: 'skip', actor: operator }, used)).rejects.toMatchObject(REUSED);
    await later.close();
  });
});

describe('a start', () => {
  test('of a new attempt, ordered again after its end because the answer was lost, makes no third one', async () => {
    const reference = await started();
    await ended(reference, 1);
    const used = { updateId: randomUUID() };
    const again = { reference, newAttempt: true };
    await expect(place.client.start(again, used)).resolves.toMatchObject({ attempt: 2, state: 'started' });
    await ended(reference, 2);
    await expect(place.client.start(again, used)).resolves.toMatchObject({ attempt: 2, state: 'ended' });
    const other = { ...again, signer: { ...signer, phone: '+34600000001' } };
    await expect(place.client.start(other, used)).rejects.toMatchObject(REUSED);
    await expect(place.client.start(again, { updateId: randomUUID() })).resolves.toMatchObject({ attempt: 3 });
  });

  test('is known by its reference first of all', async () => {
    const reference = `once-${randomUUID()}`;
    const used = { updateId: randomUUID() };
    const input = { reference, signer, documents };
    await place.client.start(input, used);
    await expect(place.client.start(input, used)).resolves.toMatchObject({ attempt: 1, state: 'running' });
    await expect(place.client.start(input)).resolves.toMatchObject({ attempt: 1, state: 'running' });
    const other = { ...input, signer: { ...signer, phone: '+34600000001' } };
    await expect(place.client.start(other, used)).rejects.toMatchObject(REUSED);
    await expect(place.client.start(other)).rejects.toMatchObject({ code: 'REFERENCE_TAKEN' });
  });
});

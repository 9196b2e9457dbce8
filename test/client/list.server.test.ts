import { randomUUID } from 'node:crypto';
import type { Archive } from '../../src/archive/archive.js';
import type { RequestPage } from '../../src/client.js';
import type { Place } from './place.js';
import { SAMPLE } from './place.js';
import { openServedPlace, type ServedPlace } from './served-place.js';
import { ToldRequest } from './told-request.js';

let served: ServedPlace;
let place: Place;
let archive: Archive;
beforeAll(async () => {
  served = await openServedPlace();
  ({ place, archive } = served);
});
afterAll(() => served.close());

const signer = { email: 'signer@example.com', phone: '+34600000000' };
const documents = [{ name: 'agreement.pdf', content: SAMPLE }];

async function started(metadata?: Record<string, string>): Promise<string> {
  const reference = `list-${randomUUID()}`;
  await place.client.start({ reference, signer, documents, metadata });
  return reference;
}

const namesOf = ({ requests }: RequestPage): string[] => requests.map(({ reference }) => reference);

test('a stage, the queue of an officer and metadata are looked for together', async () => {
  const customer = randomUUID();
  const [one, other] = [await started({ customer }), await started({ customer })];
  const inReview = await ToldRequest.of(archive, { flow: 'signature', reference: one, attempt: 1 });
  const asked = { officer: 'officer-1', metadata: { customer } };
  await inReview.enter('review', { verbs: ['approve', 'refuse'] });
  const page = await place.client.list({ stage: 'review', metadata: { customer } });
  expect(page.requests).toMatchObject([{ reference: one, stage: 'review', state: 'running' }]);
  expect(namesOf(await place.client.list(asked))).toEqual([one]);
  await inReview.tell({ verbs: ['cancel'] }, 'approved'); // decided, and not yet in the next stage
  expect(namesOf(await place.client.list(asked))).toEqual([]);
  expect(namesOf(await place.client.list({ stage: 'review', metadata: { customer } }))).toEqual([one]);
  expect(namesOf(await place.client.list({ attention: true, metadata: { customer } }))).toEqual([]);
  expect(namesOf(await place.client.list({ attention: false, metadata: { customer }, limit: 1 }))).toEqual([other]);
});

test('what has ended is listed with its outcome, after Temporal has forgotten it too', async () => {
  const customer = randomUUID();
  const reference = await started({ customer });
  await place.client.cancel(reference, { actor: { kind: 'operator' }, reason: 'the test is over' });
  const outcome = await place.client.outcome(reference, { wait: true });
  await archive.recordOutcome({ flow: 'signature', reference, attempt: 1 }, outcome);
  const { requests } = await place.client.list({
    state: 'ended',
    stage: 'ended',
    outcome: 'cancelled',
    metadata: { customer },
  });
  expect(requests).toMatchObject([{ reference, state: 'ended', stage: 'ended', outcome: 'cancelled' }]);
  expect(namesOf(await place.client.list({ state: 'running', metadata: { customer } }))).toEqual([]);
});

test('metadata is part of the start, shown with the request, and kept by a new attempt', async () => {
  const reference = await started({ customer: '17', branch: 'north' });
  const start = { reference, signer, documents };
  await expect(place.client.start({ ...start, metadata: { branch: 'north', customer: '17' } })).resolves.toMatchObject({
    state: 'running',
  });
  await expect(place.client.start(start)).rejects.toMatchObject({ code: 'REFERENCE_TAKEN' });
  await expect(place.client.start({ ...start, metadata: { customer: '18' } })).rejects.toMatchObject({
    code: 'REFERENCE_TAKEN',
  });
  expect(await place.client.status(reference)).toMatchObject({ metadata: { customer: '17', branch: 'north' } });
  expect(await place.client.why(reference)).toMatchObject({ metadata: { customer: '17', branch: 'north' } });

  const endOf = async (attempt: number): Promise<void> => {
    await place.client.cancel(reference, { actor: { kind: 'operator' }, reason: 'another attempt' });
    const outcome = await place.client.outcome(reference, { wait: true });
    await archive.recordOutcome({ flow: 'signature', reference, attempt }, outcome);
  };
  await endOf(1);
  const again = { reference, newAttempt: true };
  await expect(place.client.start(again)).resolves.toMatchObject({ attempt: 2 });
  await expect(place.client.start(again)).resolves.toMatchObject({ attempt: 2, state: 'running' });
  expect((await place.client.status(reference)).metadata).toEqual({ customer: '17', branch: 'north' });
  await endOf(2);
  await place.client.start({ ...again, metadata: {} });
  expect((await place.client.status(reference)).metadata).toBeUndefined();
  const { requests } = await place.client.list({ prefix: reference });
  expect(requests.map(({ attempt, metadata }) => [attempt, metadata?.['customer']])).toEqual([
    [3, undefined],
    [2, '17'],
    [1, '17'],
  ]);
});

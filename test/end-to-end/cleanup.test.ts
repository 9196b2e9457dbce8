import { Installation } from '../installation/installation.js';
import { testIf } from '../installation/like.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';
import { Temporal } from '../installation/temporal.js';

let at: Installation;
let temporal: Temporal;
beforeAll(async () => {
  at = await Installation.shared();
  temporal = await Temporal.connect(at);
});
afterAll(async () => {
  await temporal.close();
  await at.close();
});

/** At the first failure, the request leaves the cleaning to the other workflow. */
const POLICY = { steps: { clean: { budget: 1000, backoff: 1500, slowest: 300 } } };

/** A request that ends while the provider refuses to delete anything. What is seen of it, then and afterwards. */
async function endedBeforeCleaning(end: 'signed' | 'cancelled') {
  const people = await People.start(at, { policy: POLICY });
  await people.throughTo('code');
  const fault = await people.fault({ name: 'answer-503', endpoint: ['delete-document', 'delete-documents'] });
  if (end === 'signed') await people.sign();
  else await at.client.cancel(people.reference, { actor: { kind: 'requester' }, reason: 'not needed' });
  const look = async () => {
    const { outcome, cleanup } = await people.outcome();
    return { outcome, cleanup, documents: (await people.provider()).documents.length };
  };
  await people.outcome();
  await temporal.workflow(people.workflowId).result(); // it comes after the outcome was recorded and cleaning was handed over
  const cleaning = `cleanup-${people.reference}`;
  const before = { ...(await look()), cleaning: await temporal.statusOf(cleaning) };
  await at.provider.removeFault(fault);
  await temporal.workflow(cleaning).result();
  return { before, after: await look() };
}

const NOT_WAITING = 'does not wait for cleaning; that goes on by itself until nothing is left';

test(`a request that ended signed ${NOT_WAITING}`, async () => {
  expect(await endedBeforeCleaning('signed')).toEqual({
    before: { outcome: 'signed', cleanup: 'pending', documents: 1, cleaning: 'RUNNING' },
    after: { outcome: 'signed', cleanup: 'done', documents: 0 },
  });
});

// Elsewhere, cancelling deletes the documents at the provider.
testIf({ cancelByDelete: [false] })(`a request that ended cancelled ${NOT_WAITING}`, async () => {
  expect(await endedBeforeCleaning('cancelled')).toEqual({
    before: { outcome: 'cancelled', cleanup: 'pending', documents: 1, cleaning: 'RUNNING' },
    after: { outcome: 'cancelled', cleanup: 'done', documents: 0 },
  });
});

testIf({ deletionWithoutType: ['every-kind'] })('what was deleted by somebody else is clean', async () => {
  const people = await People.start(at);
  await people.throughTo('code');
  await people.fault({ name: 'answer-lost', endpoint: 'delete-document', times: 1 });
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  expect(await eventually(async () => (await people.provider()).calls['delete-document']?.received)).toBe(2);
});

test('a refused deletion is repeated, shows the refusal, and ends when the provider accepts it', async () => {
  const people = await People.start(at, { policy: { steps: { clean: { budget: 1000, backoff: 100, slowest: 100 } } } });
  await people.throughTo('code');
  const refusal = { name: 'answer-other', code: 403, text: 'Forbidden' };
  const fault = await people.fault({ ...refusal, endpoint: ['delete-document', 'delete-documents'] });
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'pending' });
  await eventually(async () => ((await people.provider()).calls['delete-document']?.received ?? 0) > 2);
  expect(await temporal.statusOf(`cleanup-${people.reference}`)).toBe('RUNNING');
  expect((await at.client.why(people.reference)).words).toMatch(
    /goes on by itself\. (The last try failed|It is refused since .*): HTTP 403/,
  );
  await at.provider.removeFault(fault);
  await eventually(async () => (await people.outcome()).cleanup === 'done');
  expect((await people.provider()).documents).toEqual([]);
});

import { join } from 'node:path';
import { Installation } from '../installation/installation.js';
import { aSigner, People, SAMPLES } from '../installation/people.js';

const COOL_DOWN = 1500;

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
  await at.provider.settings({ behaviour: { codeCoolDown: COOL_DOWN } });
});
afterAll(() => at.close());

const OPERATOR = { kind: 'operator', id: 'desk' } as const;
const POLICY = { code: { coolDown: COOL_DOWN } };

/** A request that was created at the provider, but the answer was lost. */
async function inDoubt() {
  const signer = aSigner();
  await at.provider.addFault({ name: 'answer-lost', endpoint: 'create', phone: signer.phone, times: 1 });
  const people = await People.start(at, { signer });
  const { attention } = await people.attention('CREATE_IN_DOUBT');
  expect(attention).toMatchObject({ leavesByItself: false });
  expect(attention?.remedies).toEqual(expect.arrayContaining(['retry', 'adopt', 'cancel']));
  const created = async () => (await at.provider.requests()).filter(({ phone }) => phone === signer.phone);
  const [made, ...more] = await created();
  expect(more).toEqual([]);
  return { people, made, created };
}

describe('a create whose answer is lost', () => {
  test('is adopted by an operator with the provider’s ids, and nothing is created twice', async () => {
    const { people, made, created } = await inDoubt();
    const ids = { videoidPk: String(made?.videoidPk), requestPk: String(made?.pk) };
    await at.client.resolve(people.reference, { remedy: 'adopt', actor: OPERATOR, ids, link: made?.link ?? '' });
    expect(await people.until('video')).toMatchObject({ provider: ids });
    expect(await at.client.link(people.reference)).toEqual({ url: made?.link });
    await people.throughTo('signed');
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    expect(await created()).toHaveLength(1);
  });

  test('stays in doubt when an operator gives ids that the provider does not know', async () => {
    const { people, made, created } = await inDoubt();
    const wrong = { videoidPk: '999998', requestPk: '999999' };
    await at.client.resolve(people.reference, { remedy: 'adopt', actor: OPERATOR, ids: wrong });
    const { attention } = await people.untilStatus(
      ({ attention: now, events }) => now !== undefined && events.some(({ what }) => what === 'adoption-refused'),
    );
    expect(attention?.remedies).toEqual(expect.arrayContaining(['retry', 'adopt', 'cancel']));
    const ids = { videoidPk: String(made?.videoidPk), requestPk: String(made?.pk) };
    await at.client.resolve(people.reference, { remedy: 'adopt', actor: OPERATOR, ids, link: made?.link ?? '' });
    expect(await people.until('video')).toMatchObject({ provider: ids });
    expect(await created()).toHaveLength(1);
    await at.client.cancel(people.reference, { actor: OPERATOR, reason: 'the test is over' });
  });

  test('is made again only on an operator’s word', async () => {
    const { people, made, created } = await inDoubt();
    await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
    const { provider } = await people.until('video');
    expect(provider.requestPk).not.toBe(String(made?.pk));
    expect(await created()).toHaveLength(2);
    await people.throughTo('signed');
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  });

  test('can be given up', async () => {
    const { people } = await inDoubt();
    await at.client.resolve(people.reference, { remedy: 'cancel', actor: OPERATOR, note: 'made by hand instead' });
    expect(await people.outcome()).toMatchObject({ outcome: 'cancelled', note: 'made by hand instead' });
  });
});

test.each(['answer-lost', 'answer-cut', 'answer-500-after'])(
  'whatever answer is lost after the work was done (%s), nothing is done twice',
  async (name) => {
    const people = await People.start(at, { policy: POLICY });
    for (const endpoint of ['approve', 'upload', 'get-contract', 'otp', 'sign', 'get-document', 'delete-document']) {
      await people.fault({ name, endpoint, times: 1 });
    }
    await people.throughTo('signed');
    const outcome = await people.outcome();
    expect(outcome).toMatchObject({ outcome: 'signed', cleanup: 'done' });
    expect(outcome.documents).toHaveLength(1);
    const { done, documents } = await people.provider();
    expect(done).toMatchObject({ create: 1, approve: 1, otp: 1, sign: 1 });
    expect(documents).toEqual([]);
  },
);

describe('a try that is still under way when the budget of its step ends', () => {
  const SHORT = { budget: 1000, backoff: 100, slowest: 100 };

  test('leaves a create in doubt; a retry then finds what it made', async () => {
    const signer = aSigner();
    const hold = await at.provider.addFault({ name: 'hold-after', endpoint: 'create', phone: signer.phone });
    const people = await People.start(at, { signer, policy: { steps: { create: SHORT } } });
    await people.attention('CREATE_IN_DOUBT');
    await at.provider.removeFault(hold);
    const [made] = (await at.provider.requests()).filter(({ phone }) => phone === signer.phone);
    // Nobody waits for the first try. When the link exists, what it made is known.
    expect(await at.client.link(people.reference)).toEqual({ url: made?.link });
    await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
    expect(await people.until('video')).toMatchObject({ provider: { requestPk: String(made?.pk) } });
    expect((await at.provider.requests()).filter(({ phone }) => phone === signer.phone)).toHaveLength(1);
  });

  test('does not approve twice', async () => {
    const people = await People.start(at, { policy: { steps: { approve: SHORT } } });
    await people.throughTo('review');
    const hold = await people.fault({ name: 'hold-before', endpoint: 'approve', nth: 1 });
    await expect(people.approve()).rejects.toMatchObject({ code: 'STEP_FAILED' });
    await people.untilStatus(({ stage }) => stage === 'acceptance');
    await at.provider.removeFault(hold);
    await people.askForCode();
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    expect((await people.provider()).done['approve']).toBe(1);
  });

  test('uploads nothing beside the try after it', async () => {
    const documents = ['agreement.pdf', 'annex.pdf'].map((name) => ({ name, content: join(SAMPLES, name) }));
    const people = await People.start(at, { documents, policy: { steps: { upload: SHORT } } });
    await people.throughTo('review');
    const hold = await people.fault({ name: 'hold-after', endpoint: 'upload', nth: 1 });
    await people.approve();
    await people.until('acceptance');
    await at.provider.removeFault(hold);
    await people.askForCode();
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
    const { done, documents: left } = await people.provider();
    expect(left).toEqual([]);
    expect(done['upload']).toBe(3); // one of the first try, both of the second
  });
});

test('a refusal whose answer is lost is sent once', async () => {
  const people = await People.start(at);
  await people.fault({ name: 'answer-lost', endpoint: 'refuse', times: 1 });
  await people.throughTo('review');
  await people.refuse('not-the-same-person');
  expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'not-the-same-person' });
  expect((await people.provider()).done['refuse']).toBe(1);
});

test.each(['connection-cut-before', 'answer-503', 'answer-500'])(
  'a code that was perhaps sent and did not sign (%s) is spent: it is never sent twice, a new one signs',
  async (name) => {
    const people = await People.start(at, { policy: POLICY });
    await people.throughTo('code');
    await people.fault({ name, endpoint: 'sign', times: 1 });
    await expect(people.sign()).rejects.toMatchObject({ code: 'CODE_SPENT' });
    expect((await people.provider()).calls['sign']?.received).toBe(1);
    expect((await at.client.status(people.reference)).attention).toBeUndefined();
    await people.askForAnotherCode();
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    expect((await people.provider()).done['sign']).toBe(1);
  },
);

test('a callback that is doubled, forged or early costs a read and changes nothing', async () => {
  const people = await People.start(at);
  await people.fault({ name: 'duplicate', copies: 3 });
  await people.fault({ name: 'forged', claims: 'ISSUED' });
  await people.fault({ name: 'reads-behind-hooks', ms: 300 });
  await people.throughTo('signed');
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  expect((await people.provider()).done).toMatchObject({ create: 1, approve: 1, otp: 1, sign: 1 });
});

import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { aSigner, aStart, People } from '../installation/people.js';
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

const ORDER = { actor: { kind: 'requester', id: 'shop' }, reason: 'the customer changed his mind' } as const;
const CANCELLED = {
  outcome: 'cancelled',
  reason: 'cancelled-by-requester',
  note: 'the customer changed his mind',
  actor: ORDER.actor,
};

/** Waits until the request knows that it will be cancelled. */
async function cancelAccepted({ reference }: People, times = 1): Promise<void> {
  await eventually(async () => {
    const { events } = await temporal.workflow(`signature-${reference}`).fetchHistory();
    const updates = (events ?? []).map((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    return updates.filter((update) => update?.acceptedRequest?.input?.name === 'cancel').length === times;
  });
}

describe('a request that is cancelled', () => {
  test('while it is being created ends with the ids of what was created', async () => {
    const signer = aSigner();
    const fault = await at.provider.addFault({ name: 'hold-after', endpoint: 'create', phone: signer.phone });
    const people = await People.start(at, { signer });
    await people.held(fault);
    const cancelled = at.client.cancel(people.reference, ORDER);
    await cancelAccepted(people);
    await at.provider.removeFault(fault);
    await cancelled;
    expect(await people.outcome()).toMatchObject({ ...CANCELLED, cleanup: 'none' });
    const { events, provider } = await at.client.status(people.reference);
    expect(events.map(({ what }) => what)).toContain('created');
    expect((await at.provider.request(provider.requestPk ?? '')).done['create']).toBe(1);
  });

  test.each(['video', 'review'] as const)('in the stage %s ends at once', async (stage) => {
    const people = await People.start(at);
    if (stage === 'review') await people.throughTo(stage);
    await people.until(stage);
    await at.client.cancel(people.reference, ORDER);
    expect(await people.outcome()).toMatchObject({ ...CANCELLED, cleanup: 'none' });
  });

  test.each(['acceptance', 'code'] as const)(
    'in the stage %s ends at once, with nothing left at the provider',
    async (stage) => {
      const people = await People.start(at);
      await people.throughTo(stage);
      expect((await people.provider()).documents).toHaveLength(1);
      await at.client.cancel(people.reference, ORDER);
      expect(await people.outcome()).toMatchObject({ ...CANCELLED, cleanup: 'done', documents: [] });
      expect((await people.provider()).documents).toEqual([]);
    },
  );

  test('while its documents go up ends after that step, with nothing left at the provider', async () => {
    const people = await People.start(at);
    const fault = await people.fault({ name: 'hold-after', endpoint: 'upload' });
    await people.finishVideo();
    await people.approve();
    await people.held(fault);
    const cancelled = at.client.cancel(people.reference, ORDER);
    await cancelAccepted(people);
    expect((await at.client.status(people.reference)).stage).toBe('preparing');
    await at.provider.removeFault(fault);
    await cancelled;
    expect(await people.outcome()).toMatchObject({ ...CANCELLED, cleanup: 'done' });
    expect((await people.provider()).documents).toEqual([]);
  });

  test('while it waits for the provider to come back need not wait for that', async () => {
    const people = await People.start(at, {
      policy: { steps: { upload: { budget: 500, backoff: 1000, slowest: '1h' } } },
    });
    await people.fault({ name: 'answer-503', endpoint: 'upload' });
    await people.finishVideo();
    await people.approve();
    await people.untilStatus(({ attention }) => attention?.step === 'upload');
    await at.client.cancel(people.reference, ORDER);
    expect(await people.outcome()).toMatchObject({ ...CANCELLED, cleanup: 'done' });
  });

  test('twice is cancelled once, by the first', async () => {
    const people = await People.start(at);
    await people.until('video');
    const fault = await people.fault({ name: 'hold-before', endpoint: 'get-request' });
    await people.held(fault);
    const first = at.client.cancel(people.reference, ORDER);
    await cancelAccepted(people);
    const second = at.client.cancel(people.reference, { actor: { kind: 'operator' }, reason: 'to be sure' });
    await cancelAccepted(people, 2);
    await at.provider.removeFault(fault);
    await Promise.all([first, second]);
    expect(await people.outcome()).toMatchObject(CANCELLED);
  });
});

describe('a request that is cancelled while it is being signed', () => {
  test('ends signed when the provider signed', async () => {
    const people = await People.start(at);
    await people.throughTo('code');
    const fault = await people.fault({ name: 'hold-after', endpoint: 'sign' });
    const signed = people.sign();
    await people.held(fault);
    const cancelled = at.client.cancel(people.reference, ORDER);
    await cancelAccepted(people);
    await at.provider.removeFault(fault);
    await Promise.all([signed, cancelled]);
    expect(await people.outcome()).toMatchObject({
      outcome: 'signed',
      cleanup: 'done',
      documents: [{ verification: { result: 'passed' } }],
    });
  });

  test('ends signed also when the answer of the provider is lost', async () => {
    const people = await People.start(at);
    await people.throughTo('code');
    const hold = await people.fault({ name: 'hold-after', endpoint: 'sign' });
    await people.fault({ name: 'answer-lost', endpoint: 'sign' });
    const signed = people.sign();
    await people.held(hold);
    const cancelled = at.client.cancel(people.reference, ORDER);
    await cancelAccepted(people);
    await at.provider.removeFault(hold);
    await Promise.all([signed, cancelled]);
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    expect((await people.provider()).done['sign']).toBe(1);
  });

  test('ends cancelled when the code was not accepted', async () => {
    const people = await People.start(at);
    await people.throughTo('code');
    const fault = await people.fault({ name: 'hold-before', endpoint: 'sign' });
    const refused = at.client.sign(people.reference, { secret: 'not-the-code' }).catch((error: unknown) => error);
    await people.held(fault);
    const cancelled = at.client.cancel(people.reference, ORDER);
    await cancelAccepted(people);
    await at.provider.removeFault(fault);
    await cancelled;
    expect(await refused).toMatchObject({ code: 'CODE_NOT_ACCEPTED' });
    expect(await people.outcome()).toMatchObject(CANCELLED);
  });
});

describe('a workflow that is cancelled in Temporal', () => {
  test.each(['video', 'acceptance'] as const)('in the stage %s completes with the outcome cancelled', async (stage) => {
    const people = await People.start(at);
    if (stage === 'acceptance') await people.throughTo(stage);
    const { workflowId } = await people.until(stage);
    await temporal.workflow(workflowId).cancel();
    const outcome = await people.outcome();
    expect(outcome).toMatchObject({
      outcome: 'cancelled',
      reason: 'cancelled-by-operator',
      note: 'cancelled in Temporal',
    });
    expect(await temporal.workflow(workflowId).result()).toEqual(outcome);
    expect(await temporal.statusOf(workflowId)).toBe('COMPLETED');
    expect((await people.provider()).documents).toEqual([]);
  });

  test('before anything was done completes cancelled', async () => {
    const input = aStart();
    const fault = await at.provider.addFault({ name: 'hold-before', endpoint: 'create', phone: input.signer?.phone });
    const { workflowId } = await at.client.start(input);
    const people = new People(at, input.reference);
    await people.held(fault);
    await temporal.workflow(workflowId).cancel();
    await at.provider.removeFault(fault);
    // Not the recorded outcome: it exists a moment earlier.
    expect(await temporal.workflow(workflowId).result()).toMatchObject({ outcome: 'cancelled' });
    expect(await temporal.statusOf(workflowId)).toBe('COMPLETED');
  });

  test('while it is being signed completes signed', async () => {
    const people = await People.start(at);
    await people.throughTo('code');
    const { workflowId } = await at.client.status(people.reference);
    const fault = await people.fault({ name: 'hold-after', endpoint: 'sign' });
    const signed = people.sign();
    await people.held(fault);
    await temporal.workflow(workflowId).cancel();
    await at.provider.removeFault(fault);
    await signed;
    expect(await temporal.workflow(workflowId).result()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
    expect(await temporal.statusOf(workflowId)).toBe('COMPLETED');
  });
});

describe('a request that is gone at the provider', () => {
  const gone = {
    name: 'answer-other',
    endpoint: 'get-request',
    code: 404,
    text: 'No RequestModel matches the given query.',
  };

  test('after a code that was not accepted can be cancelled: nothing is in doubt', async () => {
    const people = await People.start(at);
    await people.throughTo('code');
    await expect(at.client.sign(people.reference, { secret: '000000' })).rejects.toMatchObject({
      code: 'CODE_NOT_ACCEPTED',
    });
    await people.fault(gone);
    await at.client.cancel(people.reference, ORDER);
    expect(await people.outcome()).toMatchObject(CANCELLED);
  });

  test('while a sign is in doubt ends on an operator’s word', async () => {
    const people = await People.start(at);
    await people.throughTo('code');
    const hold = await people.fault({ name: 'hold-before', endpoint: 'sign' });
    await people.fault({ name: 'answer-lost', endpoint: 'sign', times: 1 });
    const refused = at.client.sign(people.reference, { secret: '000000' }).catch(() => undefined);
    await people.held(hold); // a hint that comes late causes no more reads
    await people.fault(gone);
    await at.provider.removeFault(hold);
    await refused;
    await people.untilStatus(({ attention }) => attention?.step === 'sign' && !attention.leavesByItself);
    const cancelled = at.client.cancel(people.reference, ORDER, { within: 30_000 });
    const { attention } = await people.untilStatus(({ attention: now }) => now?.step === 'clean');
    expect(attention).toMatchObject({ code: 'PROVIDER_NOT_FOUND', remedies: ['retry', 'skip'] });
    await at.client.resolve(people.reference, { remedy: 'skip', actor: { kind: 'operator', id: 'desk' } });
    await cancelled;
    expect(await people.outcome()).toMatchObject(CANCELLED);
  });
});

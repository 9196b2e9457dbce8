import { AUTHORITIES, Installation, OFFICER } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { EnrolledPeople, ORGANISATION } from '../installation/enrolled-people.js';
import { aSigner, People, UNLOCK } from '../installation/people.js';
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

/** Nobody polls within an hour. */
const UNHURRIED = { watch: { slow: '1h' } } as const;

test('an approval that a strange status kept from being sent is sent when the provider shows the right one again', async () => {
  const signer = aSigner();
  const people = await People.start(at, { signer, registrationAuthority: AUTHORITIES.automatic });
  await people.until('video');
  // Two reads: one finds the finished video, and one comes before the approval.
  await people.fault({ name: 'status-unknown', endpoint: 'get-request', nth: 2 });
  await people.finishVideo();
  await people.until('acceptance');
  expect((await people.provider()).done['approve']).toBe(1);
});

test('a refusal that comes after the approval in the provider’s console refuses nothing, and says so', async () => {
  const people = await People.start(at, { policy: UNHURRIED });
  await people.throughTo('review');
  await people.fault({ name: 'lost' });
  await people.console('approve');
  const decision = {
    decision: 'refuse',
    officer: OFFICER,
    evidenceSeen: 'console',
    reason: 'document-expired',
  } as const;
  // A read may be faster. Then the request is in the next stage.
  const code = expect.stringMatching(/DECIDED_ALREADY|NOT_NOW/) as string;
  await expect(at.client.review(people.reference, decision)).rejects.toMatchObject({ code });
  const { events } = await people.until('acceptance');
  const what = events.map((event) => event.what);
  expect(what).toContain('approved-at-provider');
  expect(what).not.toContain('refused');
  expect((await people.provider()).calls['refuse']).toBeUndefined();
});

test('a request that the provider does not show, though it shows others, is attention until it does', async () => {
  const other = await People.start(at);
  const people = await People.start(at);
  const busy = await people.fault({ name: 'answer-503', endpoint: 'get-request' });
  const { attention } = await people.attention('PROVIDER_BUSY');
  expect(attention).toMatchObject({ step: 'watch', leavesByItself: true });
  expect((await other.until('video')).attention).toBeUndefined();
  await at.provider.removeFault(busy);
  await people.untilStatus((status) => status.attention === undefined);
  await people.throughTo('review');
});

/** An Update that the request has accepted. The answer may come later. */
function accepted({ workflowId }: People, name: string, argument: object) {
  return temporal.order(workflowId, name, argument);
}

/** Sends an Update while the request reads the provider, and changes what the read will find. */
async function askedDuringRead(people: People, name: string, argument: object, change: () => Promise<unknown>) {
  const fault = await people.fault({ name: 'hold-before', endpoint: 'get-request', times: 1 });
  await change(); // its hint makes the request read
  await people.held(fault);
  const asked = await accepted(people, name, argument);
  await at.provider.release(fault);
  return asked.result().then(
    () => undefined,
    (error: Error) => (error.cause as { type?: string }).type,
  );
}

test('an officer whose decision is overtaken by the console while the request is read gets the answer at once', async () => {
  const people = await People.start(at, { policy: UNHURRIED });
  await people.throughTo('review');
  const decision = { decision: 'refuse', officer: OFFICER, evidenceSeen: 'console', reason: 'document-expired' };
  const code = await askedDuringRead(people, 'review', decision, () => people.console('approve'));
  expect(code).toBe('NOT_NOW');
  await people.until('acceptance');
});

test('another video that is asked for at the moment in which the signer has finished is not made', async () => {
  const people = await People.start(at, { policy: UNHURRIED });
  await people.until('video');
  const order = { actor: { kind: 'operator' }, reason: 'the link was lost' };
  const code = await askedDuringRead(people, 'new-video', order, () => people.finishVideo());
  expect(code).toBe('VIDEO_FINISHED');
  await people.until('review');
  expect((await people.provider()).status).toBe('VIDEOREVIEW');
});

test('an order for another code while the signature runs is refused as too late', async () => {
  const people = await People.start(at);
  await people.throughTo('code');
  const acceptance = await people.acceptance();
  const fault = await people.fault({ name: 'hold-before', endpoint: 'sign', times: 1 });
  const signing = people.sign();
  await people.held(fault);
  const asked = await accepted(people, 'code', acceptance);
  await at.provider.release(fault);
  await signing;
  await expect(asked.result()).rejects.toMatchObject({ cause: { type: 'NOT_NOW' } });
});

test('a code that is typed again while the first is under way is not sent when that one did not sign', async () => {
  const people = await People.start(at);
  await people.throughTo('code');
  const fault = await people.fault({ name: 'hold-before', endpoint: 'sign', times: 1 });
  const first = at.client.sign(people.reference, { secret: '000000' }).catch((error: unknown) => error);
  await people.held(fault);
  const again = { unlock: { type: UNLOCK.type, value: { keyId: 'any', sealed: 'bmV2ZXI=' } } };
  const asked = await accepted(people, 'sign', again);
  await at.provider.release(fault);
  expect(await first).toMatchObject({ code: 'CODE_NOT_ACCEPTED' });
  await expect(asked.result()).rejects.toMatchObject({ cause: { type: 'NOT_NOW' } });
  expect((await people.provider()).calls['sign']?.received).toBe(1);
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
});

test('a video that failed needs attention again after the provider was out of reach', async () => {
  const policy = { steps: { watch: { budget: 1, backoff: 50, slowest: 50 } } };
  const people = await People.start(at, { policy });
  await at.provider.video(await people.requestPk(), 'error');
  await people.attention('VIDEO_FAILED');
  const fault = await people.fault({ name: 'answer-503', endpoint: 'get-request' });
  await people.attention('PROVIDER_BUSY');
  await at.provider.removeFault(fault);
  const { provider } = await people.attention('VIDEO_FAILED');
  expect(provider.status).toBe('VIDEOERROR');
});

/** The time of the read ends only after the next worker has found the hint. */
test('a read that was lost with its worker, and cut short by a hint, is made again and is no trouble', async () => {
  const people = await People.start(at, { policy: { steps: { watch: { startToClose: 9000 } } } });
  await people.until('video');
  const pk = await people.requestPk();
  const fault = await people.fault({ name: 'hold-before', endpoint: 'get-request', times: 1 });
  await at.provider.video(pk, 'incomplete');
  await people.held(fault);
  await at.kill('worker');
  await at.provider.video(pk, 'finished');
  await at.startWorker();
  await at.provider.release(fault);
  const { events } = await people.until('review');
  expect(events.map(({ what }) => what)).not.toContain('attention');
});

test('a document that the provider takes late, when it has gone up again already, is deleted with the others', async () => {
  const people = await People.start(at, { policy: { steps: { upload: { startToClose: 4000, budget: 60_000 } } } });
  await people.throughTo('review');
  const fault = await people.fault({ name: 'hold-before', endpoint: 'upload', times: 1 });
  await people.approve();
  await people.until('acceptance');
  expect((await people.provider()).documents).toHaveLength(1);
  await at.provider.release(fault);
  await eventually(async () => (await people.provider()).documents.length === 2);
  await people.askForCode();
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  expect((await people.provider()).documents).toEqual([]);
});

describe('while an operator is awaited', () => {
  test('a decision in the provider’s console is found after the provider was out of reach, too', async () => {
    const people = await People.start(at, { policy: { steps: { watch: { budget: 1, backoff: 50, slowest: 50 } } } });
    await people.throughTo('review');
    await people.fault({ name: 'answer-other', endpoint: 'approve', code: 404, text: 'Rao not found' });
    await people.approve().catch(() => undefined); // refused, as intended
    await people.untilStatus(({ attention }) => attention?.leavesByItself === false);
    const fault = await people.fault({ name: 'answer-503', endpoint: 'get-request' });
    const reads = async () => (await people.provider()).calls['get-request']?.received ?? 0;
    const before = await reads();
    await eventually(async () => (await reads()) > before + 2);
    await people.fault({ name: 'lost' });
    await people.console('approve');
    await at.provider.removeFault(fault);
    const { attention, events } = await people.until('acceptance');
    expect(attention).toBeUndefined();
    const what = events.map((event) => event.what);
    expect(what).toEqual(expect.arrayContaining(['decision-overtaken', 'approved-at-provider']));
    expect(what).not.toContain('approved');
  });

  test('a request that is cancelled in the console ends, whatever the step', async () => {
    const people = await People.start(at);
    await people.throughTo('review');
    await people.fault({ name: 'answer-other', endpoint: 'upload', code: 404, text: 'Request not found' });
    await people.approve();
    await people.untilStatus(({ attention }) => attention?.leavesByItself === false);
    await people.console('cancel');
    expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'refused-at-provider' });
  });

  test('so does one with too many codes that were not accepted', async () => {
    const people = await People.start(at, { policy: { code: { notAcceptedLimit: 1 } } });
    await people.throughTo('code');
    await at.client.sign(people.reference, { secret: 'not-the-code' }).catch(() => undefined); // refused, as intended
    await people.attention('CODES_EXHAUSTED');
    await people.console('cancel');
    expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'refused-at-provider' });
  });

  test('a reading that was refused is taken up again by a hint', async () => {
    const people = await People.start(at);
    await people.until('video');
    const fault = await people.fault({ name: 'answer-other', endpoint: 'get-request', code: 404, text: 'Not found' });
    await people.untilStatus(({ attention }) => attention?.leavesByItself === false);
    await at.provider.removeFault(fault);
    await people.finishVideo();
    expect((await people.until('review')).attention).toBeUndefined();
  });

  test('an enrolment that is approved in the console needs no declaration any more', async () => {
    const people = await EnrolledPeople.start(at, { profile: ORGANISATION });
    const pk = Number(await people.requestPk());
    const fault = {
      name: 'answer-other',
      endpoint: 'ra-declaration',
      request: pk,
      code: 404,
      text: 'Not found',
    };
    await at.provider.addFault(fault);
    await people.identified();
    await people.until('completing');
    await people.provide();
    await people.untilStatus(({ attention }) => attention?.leavesByItself === false);
    await people.operator('approve');
    expect(await people.outcome()).toMatchObject({ outcome: 'enrolled' });
  });
});

import { Installation, OFFICER } from '../installation/installation.js';
import { aSigner, aStart, People } from '../installation/people.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

/** Attention comes at the first failure, because the next try would be after the budget. */
const AT_ONCE = { budget: 1000, backoff: 1500, slowest: 1500 };
const IMPATIENT = { steps: { create: AT_ONCE, watch: { budget: 1, backoff: 100, slowest: 100 } } };

test('a video that is incomplete is shown and waited for', async () => {
  const people = await People.start(at);
  await at.provider.video(await people.requestPk(), 'incomplete');
  const incomplete = await people.untilStatus(({ provider }) => provider.status === 'VIDEOINCOMPLETE');
  expect(incomplete).toMatchObject({ stage: 'video' });
  expect(incomplete.attention).toBeUndefined();
  await people.finishVideo();
  await people.until('review');
});

test('a video that failed needs attention, and no longer when the signer tries again', async () => {
  const people = await People.start(at);
  await at.provider.video(await people.requestPk(), 'error');
  const { attention } = await people.attention('VIDEO_FAILED');
  expect(attention).toMatchObject({ leavesByItself: true });
  const early = at.client.review(people.reference, { decision: 'approve', officer: OFFICER, evidenceSeen: 'console' });
  await expect(early).rejects.toMatchObject({ code: 'NOT_NOW', message: attention?.words });
  await at.provider.video(await people.requestPk(), 'retry');
  const again = await people.untilStatus((status) => status.attention === undefined);
  expect(again).toMatchObject({ stage: 'video', provider: { status: 'VIDEOPENDING' } });
  await people.finishVideo();
  await people.until('review');
});

test('an Optimizer that does not answer needs attention only until it does, at create and in the wait for the video', async () => {
  const waiting = await People.start(at, { policy: IMPATIENT });
  await waiting.requestPk();
  await at.kill('sandbox');
  const input = aStart({ policy: IMPATIENT });
  await at.client.start(input);
  const starting = new People(at, input.reference);
  const givenUp = await People.start(at, { policy: IMPATIENT });
  await givenUp.attention('PROVIDER_UNREACHABLE');
  await at.client.resolve(givenUp.reference, { remedy: 'cancel', actor: { kind: 'operator' }, note: 'too late' });
  expect(await givenUp.outcome()).toMatchObject({ outcome: 'cancelled', note: 'too late', cleanup: 'none' });
  for (const people of [waiting, starting]) {
    const { attention, deadline } = await people.attention('PROVIDER_UNREACHABLE');
    expect(attention).toMatchObject({ leavesByItself: true });
    expect(deadline).toBeUndefined(); // the deadline stands still
  }
  await at.startSandbox();
  const link = await at.client.link(starting.reference);
  expect(link.url).toBe((await starting.provider()).link);
  for (const people of [waiting, starting]) {
    await people.untilStatus(({ attention, stage }) => stage === 'video' && attention === undefined);
    expect((await people.provider()).done['create']).toBe(1);
    await people.throughTo('review');
  }
});

const ACTOR = { actor: { kind: 'operator' }, reason: 'nothing happens' } as const;

async function finishedUnseen(): Promise<People> {
  const people = await People.start(at, { policy: { watch: { slow: '1h' } } });
  await people.until('video');
  await people.fault({ name: 'lost' });
  await people.finishVideo();
  return people;
}

describe('a finished video whose callback was lost, before the next poll,', () => {
  test.each(['newVideo', 'cancel'] as const)(
    'is kept when somebody orders %s, and the request goes on',
    async (order) => {
      const people = await finishedUnseen();
      await expect(at.client[order](people.reference, ACTOR)).rejects.toMatchObject({
        code: 'VIDEO_FINISHED',
        facts: { status: 'VIDEOREVIEW' },
      });
      await people.until('review');
      const { phone } = await people.provider();
      expect((await at.provider.requests()).filter((request) => request.phone === phone)).toHaveLength(1);
    },
  );

  test('is thrown away by whoever says it again', async () => {
    const people = await finishedUnseen();
    await at.client.cancel(people.reference, ACTOR).catch(() => undefined);
    await people.until('review');
    await at.client.cancel(people.reference, ACTOR);
    expect(await people.outcome()).toMatchObject({ outcome: 'cancelled', reason: 'cancelled-by-operator' });
  });
});

test('a video that the signer finishes while another one is made is kept, and the caller learns of both', async () => {
  const signer = aSigner();
  const policy = { steps: { create: { startToClose: 120_000, budget: 240_000 } } }; // a busy machine must not end the try
  const people = await People.start(at, { signer, policy });
  const before = await people.requestPk();
  const held = await at.provider.addFault({ name: 'hold-before', endpoint: 'create', phone: signer.phone });
  const asked = at.client.newVideo(people.reference, ACTOR);
  asked.catch(() => undefined);
  await people.held(held);
  await people.fault({ name: 'lost' });
  await people.finishVideo();
  await at.provider.removeFault(held);
  await expect(asked).rejects.toMatchObject({
    code: 'VIDEO_FINISHED',
    message: expect.stringMatching(/another video request had already been made.*may bill it/i) as string,
  });
  expect(await people.until('review')).toMatchObject({ provider: { requestPk: before, status: 'VIDEOREVIEW' } });
  await people.approve();
  await people.askForCode();
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
});

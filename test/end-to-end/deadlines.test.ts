import { Installation } from '../installation/installation.js';
import { People } from '../installation/people.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start();
});
afterAll(() => at.close());

const SOON = 700;

test('a request whose signer does not finish the video in time expires', async () => {
  const people = await People.start(at, { policy: { deadlines: { video: SOON } } });
  expect(await people.outcome()).toMatchObject({
    outcome: 'expired',
    reason: 'video-deadline',
    actor: { kind: 'policy' },
    cleanup: 'none',
  });
});

test('a request whose video failed, and is not tried again in time, expires', async () => {
  const people = await People.start(at, { policy: { deadlines: { video: 1500 } } });
  await at.provider.video(await people.requestPk(), 'error');
  expect(await people.outcome()).toMatchObject({ outcome: 'expired', reason: 'video-deadline' });
});

test('a request that nobody reviews in time expires', async () => {
  const people = await People.start(at, { policy: { deadlines: { review: SOON } } });
  await people.finishVideo();
  expect(await people.outcome()).toMatchObject({ outcome: 'expired', reason: 'review-deadline', cleanup: 'none' });
});

test.each(['acceptance', 'code'] as const)(
  'a request that is not signed in time expires (%s), and nothing is left at the provider',
  async (stage) => {
    const people = await People.start(at, { policy: { deadlines: { signing: 1500 } } });
    await people.throughTo(stage);
    expect(await people.outcome()).toMatchObject({ outcome: 'expired', reason: 'signing-deadline', cleanup: 'done' });
    expect((await people.provider()).documents).toEqual([]);
  },
);

test('a video finished in time counts although its callback was lost: the request goes on when the deadline passes', async () => {
  const policy = { watch: { slow: '1h' }, deadlines: { video: 1500 } } as const;
  const people = await People.start(at, { policy });
  await people.fault({ name: 'lost' });
  await people.finishVideo();
  expect(await people.until('review')).toMatchObject({ provider: { status: 'VIDEOREVIEW' } });
});

test('a decision taken in time counts although its callback was lost', async () => {
  const policy = { watch: { slow: '1h' }, deadlines: { review: 1500 } } as const;
  const people = await People.start(at, { policy });
  await people.throughTo('review');
  await people.fault({ name: 'lost' });
  await people.console('approve');
  expect(await people.until('acceptance')).toMatchObject({ provider: { status: 'ENROLLREADY' } });
});

test('the deadline stands still while the provider does not answer', async () => {
  const policy = { deadlines: { video: 1500 }, steps: { watch: { budget: 200, backoff: 50, slowest: 100 } } };
  const people = await People.start(at, { policy });
  const fault = await people.fault({ name: 'answer-503', endpoint: 'get-request' });
  const { attention, deadline } = await people.untilStatus((status) => status.attention !== undefined);
  expect(attention).toMatchObject({ leavesByItself: true });
  expect(deadline).toBeUndefined();
  await at.provider.removeFault(fault);
  const { deadline: running } = await people.untilStatus((status) => status.attention === undefined);
  expect(running).toBeDefined();
  expect(await people.outcome()).toMatchObject({ outcome: 'expired', reason: 'video-deadline' });
});

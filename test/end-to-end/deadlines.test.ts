import { setTimeout as pause } from 'node:timers/promises';
import { AUTHORITIES, Installation } from '../installation/installation.js';
import { People } from '../installation/people.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

const SOON = 700;
/** Milliseconds. More than a busy machine needs for the work before. */
const IN_TIME = 4000;

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
  const people = await People.start(at, { policy: { deadlines: { video: IN_TIME } } });
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
    const people = await People.start(at, { policy: { deadlines: { signing: IN_TIME } } });
    await people.throughTo(stage);
    expect(await people.outcome()).toMatchObject({ outcome: 'expired', reason: 'signing-deadline', cleanup: 'done' });
    expect((await people.provider()).documents).toEqual([]);
  },
);

test('a video finished in time counts although its callback was lost: the request goes on when the deadline passes', async () => {
  const policy = { watch: { slow: '1h' }, deadlines: { video: IN_TIME } } as const;
  const people = await People.start(at, { policy });
  await people.fault({ name: 'lost' });
  await people.finishVideo();
  expect(await people.until('review')).toMatchObject({ provider: { status: 'VIDEOREVIEW' } });
});

test('a decision taken in time counts although its callback was lost', async () => {
  const policy = { watch: { slow: '1h' }, deadlines: { review: IN_TIME } } as const;
  const people = await People.start(at, { policy });
  await people.throughTo('review');
  await people.fault({ name: 'lost' });
  await people.console('approve');
  expect(await people.until('acceptance')).toMatchObject({ provider: { status: 'ENROLLREADY' } });
});

test('the deadline stands still while the provider does not answer', async () => {
  // So long that it does not pass before the trouble is noticed.
  const policy = { deadlines: { video: 6000 }, steps: { watch: { budget: 200, backoff: 50, slowest: 100 } } };
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

test('the deadline of the signature stands still while the provider does not answer, which is noticed though nobody calls', async () => {
  const policy = { deadlines: { signing: 8000 }, steps: { watch: { budget: 200, backoff: 50, slowest: 100 } } };
  const people = await People.start(at, { policy });
  await people.throughTo('acceptance');
  const fault = await people.fault({ name: 'answer-503', endpoint: 'get-request' });
  const { deadline } = await people.untilStatus(({ attention }) => attention?.step === 'watch');
  expect(deadline).toBeUndefined();
  await at.provider.removeFault(fault);
  await people.untilStatus(({ attention }) => attention === undefined);
  await people.askForCode();
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
});

test('a deadline that passed while no worker was there gives the time back', async () => {
  const people = await People.start(at, { policy: { deadlines: { review: 6000 } } });
  await people.throughTo('review');
  await at.kill('worker');
  // Longer than the deadline, plus more time than a slow worker would need.
  await pause(20_000);
  await at.startWorker();
  const { events } = await people.untilStatus((status) => status.events.some(({ what }) => what === 'deadline-moved'));
  expect(Number(events.find(({ what }) => what === 'deadline-moved')?.facts?.['by'])).toBeGreaterThanOrEqual(10_000);
  await people.approve();
  await people.until('acceptance');
}, 120_000);

test('an automatic review has the deadline of a review, not the rest of the video deadline', async () => {
  const { automatic } = AUTHORITIES;
  await at.provider.settings({ registrationAuthorities: { [automatic]: { behaviour: { approval: 'two-step' } } } });
  const policy = { deadlines: { video: 6000, review: '1h' } } as const;
  const people = await People.start(at, { registrationAuthority: automatic, policy });
  await people.finishVideo();
  const { deadline } = await people.attention('APPROVAL_INCOMPLETE');
  expect(Date.parse(deadline ?? '') - Date.now()).toBeGreaterThan(3_000_000);
  await people.console('approve');
  await people.until('acceptance');
});

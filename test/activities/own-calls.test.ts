import type { OwnCall } from '../../src/messages/own-calls.js';
import { failureOf } from './step-failure.js';
import { Workplace } from './workplace.js';

const OFFICER = 'officer-1';
const OWN: OwnCall = {
  id: 'run-1',
  shows: ['ENROLLREADY', 'ISSUED'],
  events: [{ at: '2026-01-01T00:00:00.000Z', what: 'approved', actor: { kind: 'officer', id: OFFICER } }],
};

let at: Workplace;
beforeAll(async () => {
  at = await Workplace.open({ cancelByDelete: true });
});
afterAll(() => at.close());

test('each read brings the call of ours that explains the status', async () => {
  const request = await (await at.newRequest()).reach('VIDEOREVIEW');
  expect(await request.readStatus()).not.toHaveProperty('ours');
  await request.approve(1, { own: OWN });
  expect(await request.readStatus()).toMatchObject({ status: 'ENROLLREADY', ours: [{ ...OWN, answered: true }] });
  expect(await request.watch('VIDEOREVIEW')).toMatchObject({ ours: [OWN] });
  const adopted = await request.try((activities) => activities.adopt(request.key, request.ids));
  expect(adopted).toMatchObject({ ours: [OWN] });
});

test('a call whose answer was lost is kept as unanswered', async () => {
  const request = await (await at.newRequest()).reach('VIDEOREVIEW');
  await request.fault({ name: 'answer-lost', endpoint: 'approve' });
  await failureOf(request.approve(1, { own: OWN }));
  expect(await request.readStatus()).toMatchObject({ ours: [{ ...OWN, answered: false }] });
});

test('a call that the provider refused explains nothing', async () => {
  const request = await (await at.newRequest()).reach('VIDEOREVIEW');
  await request.fault({
    name: 'answer-other',
    endpoint: 'approve',
    code: 400,
    text: '{"detail":"Missing parameters"}',
  });
  await failureOf(request.approve(1, { own: OWN }));
  await at.provider.console(request.ids.requestPk, 'approve');
  expect(await request.readStatus()).toEqual({ status: 'ENROLLREADY' });
});

describe('cancelling', () => {
  test('leaves a video open that may be finished', async () => {
    const request = await (await at.newRequest()).reach('VIDEOPENDING');
    await at.provider.video(request.ids.requestPk, 'incomplete');
    expect(await request.withdraw(1, { keeps: 'perhaps-finished' })).toEqual({
      closed: false,
      status: 'VIDEOINCOMPLETE',
      effect: 'none',
    });
    expect((await request.provider()).calls['cancel-request']).toBeUndefined();
    await request.withdraw(1, { keeps: 'finished' });
    expect((await request.provider()).calls['cancel-request']?.received).toBe(1);
  });

  test('tells a request that the provider does not know from one that is open', async () => {
    const request = await (await at.newRequest()).reach('VIDEOPENDING');
    await request.fault({
      name: 'answer-other',
      endpoint: 'get-request',
      code: 404,
      text: '{"detail":"Request not found"}',
    });
    expect(await request.withdraw()).toEqual({ closed: true, notKnown: true, effect: 'none' });
    expect((await request.provider()).calls['cancel-request']).toBeUndefined();
  });
});

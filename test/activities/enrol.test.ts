import { setTimeout as pause } from 'node:timers/promises';
import { failureOf } from './step-failure.js';
import { EnrolmentAtWork } from './enrolment-at-work.js';
import { Workplace } from './workplace.js';

let at: Workplace;
beforeAll(async () => {
  at = await Workplace.open();
});
afterAll(() => at.close());

async function untilHeld(fault: string): Promise<void> {
  while ((await at.provider.held(fault)) === 0) await pause(10);
}

test.each(['ra-first-scratchcard', 'ra-create'])(
  'a try that the server gave up, and that hangs in %s while the next is done elsewhere, comes to the same card',
  async (endpoint) => {
    const request = await EnrolmentAtWork.started(at);
    const fault = await at.provider.addFault({ name: 'hold-before', endpoint, times: 1 });
    const first = request.enrol();
    await untilHeld(fault);
    const { requestPk } = await request.enrol(2, at.another());
    await at.provider.removeFault(fault);
    expect((await first).requestPk).toBe(requestPk);
    const made = await request.atProvider();
    expect(made.map(({ pk }) => String(pk))).toEqual([requestPk]);
    expect(await at.archive.readProvider(request.key)).toMatchObject({ requestPk, scratchcard: made[0]?.scratchcard });
  },
);

test('a try that waits for its turn beyond its end does nothing any more', async () => {
  const [slow, waiting] = [await EnrolmentAtWork.started(at), await EnrolmentAtWork.started(at)];
  const fault = await at.provider.addFault({ name: 'hold-before', endpoint: 'ra-create', times: 1 });
  const first = slow.enrol();
  await untilHeld(fault);
  const limit = at.tryMayTake;
  at.tryMayTake = 200;
  const second = failureOf(waiting.enrol());
  at.tryMayTake = limit;
  await pause(250);
  await at.provider.removeFault(fault);
  await first;
  expect(await second).toMatchObject({ code: 'STEP_FAILED', retries: true });
  expect(await waiting.atProvider()).toEqual([]);
  expect(await at.archive.cards(waiting.key)).toEqual([]);
});

test('another video request does not take over the one before, although its card is handed out once more', async () => {
  const request = await EnrolmentAtWork.started(at);
  const { requestPk: before } = await request.enrol();
  await at.provider.addFault({ name: 'used-card', times: 1 });
  const { requestPk } = await request.enrol(1, undefined, 2);
  expect(requestPk).not.toBe(before);
  expect(await request.atProvider()).toHaveLength(2);
});

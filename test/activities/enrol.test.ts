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

test('what was created and could not be read is known all the same, and is read at the next try', async () => {
  const request = await EnrolmentAtWork.started(at);
  await request.fault({ name: 'answer-503', endpoint: 'ra-get-request', times: 1 });
  expect(await failureOf(request.enrol())).toMatchObject({ code: 'PROVIDER_BUSY' });
  const [made] = await request.atProvider();
  const ids = { ids: { requestPk: String(made?.pk) } };
  expect(await at.try((activities) => activities.made(request.key, { since: 1, round: 1 }))).toEqual(ids);
  await request.enrol(2);
  expect(await request.atProvider()).toHaveLength(1);
  expect(await at.archive.readProvider(request.key)).toMatchObject({ ...ids.ids, scratchcard: made?.scratchcard });
});

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

test('a create in doubt is found again where the provider writes phones in its own way', async () => {
  await at.provider.settings({ behaviour: { ra: { phoneShown: 'without-plus' } } });
  try {
    const request = await EnrolmentAtWork.started(at);
    await request.fault({ name: 'answer-lost', endpoint: 'ra-create', times: 1 });
    const { requestPk } = await request.enrol();
    expect((await request.atProvider()).map(({ pk }) => String(pk))).toEqual([requestPk]);
  } finally {
    await at.provider.settings({ behaviour: { ra: { phoneShown: 'as-sent' } } });
  }
});

test('a card that was refused at the first try may be another enrolment’s of the same signer: it is not taken over before that one says so', async () => {
  const phone = '+34600987654';
  const [one, two] = [await EnrolmentAtWork.started(at, phone), await EnrolmentAtWork.started(at, phone)];
  const held = await at.provider.addFault({ name: 'hold-before', endpoint: 'ra-create', times: 2 });
  // When the second is refused, the first has made the request but has not returned yet.
  const unanswered = await at.provider.addFault({ name: 'hold-after', endpoint: 'ra-create', times: 1 });
  const workers = [undefined, at.another()] as const;
  const made = [one.enrol(1, workers[0]), two.enrol(1, workers[1])] as const;
  while ((await at.provider.held(held)) < 2) await pause(10);
  await at.provider.removeFault(held);
  const refused = await Promise.race([
    failureOf(made[0]).then((failure) => ({ failure, again: () => one.enrol(2, workers[0]), other: made[1] })),
    failureOf(made[1]).then((failure) => ({ failure, again: () => two.enrol(2, workers[1]), other: made[0] })),
  ]);
  expect(refused.failure).toMatchObject({ code: 'PROVIDER_ANSWER_UNKNOWN', retries: true });
  await at.provider.removeFault(unanswered);
  const both = [await refused.other, await refused.again()].map(({ requestPk }) => requestPk);
  expect(new Set(both).size).toBe(2);
  expect((await one.atProvider()).map(({ pk }) => String(pk)).toSorted()).toEqual(both.toSorted());
});

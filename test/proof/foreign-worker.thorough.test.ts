import { randomUUID } from 'node:crypto';
import * as names from '../../src/messages/steering.js';
import { Attacker } from '../installation/attacker.js';
import { ForeignWorker } from '../installation/foreign-worker.js';
import { Installation, OFFICER } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';

let at: Installation;
let attacker: Attacker;
let foreign: ForeignWorker;
beforeAll(async () => {
  at = await Installation.shared();
  attacker = await Attacker.connect(at);
  foreign = new ForeignWorker(at, attacker);
});
afterAll(async () => {
  await attacker.close();
  await at.close();
});

async function isWell(people: People): Promise<void> {
  await people.untilStatus(({ verbs }) => verbs.includes('cancel'));
  await at.client.cancel(people.reference, { actor: { kind: 'requester' }, reason: 'end of the test' });
  await expect(people.outcome()).resolves.toMatchObject({ outcome: 'cancelled' });
}

test('an Update that a foreign worker has taken in decides nothing', async () => {
  const people = await People.start(at);
  await people.throughTo('review');
  const { workflowId } = people;
  await at.stop('worker');
  const id = randomUUID();
  const approve = { decision: 'approve', officer: OFFICER, evidenceSeen: 'nowhere' };
  const order = await attacker.orderFor(workflowId, 'review', approve, undefined, id);
  const asked = attacker.update(attacker.outsider, workflowId, 'review', [order], id).catch(() => undefined);
  await foreign.complete(await foreign.task());
  await at.startWorker();
  await attacker.outsider.workflow.getHandle(workflowId).signal(names.HINT_SIGNAL);
  await asked;
  await eventually(async () => (await people.status()).stage === 'review');
  expect((await people.provider()).calls['approve']).toBeUndefined();
  // A replay has the same result.
  await at.stop('worker');
  await at.startWorker();
  await isWell(people);
});

test('a start that a foreign worker has begun creates nothing', async () => {
  const people = await People.start(at);
  await people.until('video');
  await at.client.cancel(people.reference, { actor: { kind: 'requester' }, reason: 'no more' });
  await people.outcome();
  const { workflowId } = people;
  const before = (await at.provider.requests()).length;
  await at.stop('worker');
  const key = { flow: 'signature', reference: people.reference, attempt: 1 };
  const handle = await attacker.outsider.workflow.start('signature', {
    workflowId,
    taskQueue: at.config.temporal.taskQueue,
    args: [{ key, reviewMode: 'automatic' }],
  });
  await foreign.complete(await foreign.task());
  await at.startWorker();
  await handle.signal(names.HINT_SIGNAL);
  await eventually(async () => (await handle.describe()).status.name === 'FAILED');
  expect((await at.provider.requests()).length).toBe(before);
});

test('what was written for one step does not do for another: a refusal approves nothing', async () => {
  const people = await People.start(at);
  await people.throughTo('review');
  const { workflowId } = people;
  const requestPk = await people.requestPk();
  const fault = await people.fault({ name: 'hold-before', endpoint: 'refuse' });
  const refused = people.refuse('not-the-person').catch(() => undefined);
  await people.held(fault);
  await at.kill('worker');
  const handle = attacker.outsider.workflow.getHandle(workflowId);
  const { events: before } = await handle.fetchHistory();
  const scheduled = (before ?? []).findLast((event) => event.activityTaskScheduledEventAttributes);
  const { activityType, input } = scheduled?.activityTaskScheduledEventAttributes ?? {};
  expect(activityType?.name).toBe('refuse');
  await handle.signal(names.HINT_SIGNAL);
  await foreign.complete(await foreign.task(), [foreign.step('approve', 'another', input?.payloads ?? [])]);
  await at.provider.clearFaults();
  await at.startWorker();
  const failure = await eventually(async () => {
    const { events } = await handle.fetchHistory();
    for (const { activityTaskFailedEventAttributes: failed, activityTaskCompletedEventAttributes: done } of events ??
      []) {
      const scheduledAs = String((failed ?? done)?.scheduledEventId);
      const step = events?.find(({ eventId }) => String(eventId) === scheduledAs)?.activityTaskScheduledEventAttributes;
      if (step?.activityId === 'another') return failed?.failure?.applicationFailureInfo?.type ?? 'completed';
    }
    return undefined;
  });
  expect(failure).toBe('ORDER_REFUSED');
  expect((await at.provider.request(requestPk)).calls['approve']).toBeUndefined();
  await handle.terminate();
  await refused;
});

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
  at = await Installation.start({ gateway: false });
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
  const order = await attacker.orderFor(workflowId, names.REVIEW_UPDATE, approve, undefined, id);
  const asked = attacker.update(attacker.outsider, workflowId, names.REVIEW_UPDATE, [order], id).catch(() => undefined);
  await foreign.complete(await foreign.task());
  await at.startWorker();
  await attacker.outsider.workflow.getHandle(workflowId).signal(names.HINT_SIGNAL);
  await asked;
  await eventually(async () => (await people.status()).stage === 'review');
  expect((await people.provider()).calls['approve']).toBeUndefined();
  await isWell(people);
});

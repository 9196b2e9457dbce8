import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { AUTHORITIES, Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { OwnServer } from '../installation/own-server.js';
import { People } from '../installation/people.js';

/** The server exports its count once a second. */
const EXPORTED_AFTER = 1500;
let server: OwnServer;
let at: Installation;
let connection: Connection;
beforeAll(async () => {
  server = await OwnServer.start();
  at = await Installation.start({ temporalAddress: server.address });
  connection = await Connection.connect({ address: server.address });
}, 120_000);
afterAll(async () => {
  await connection.close();
  await at.close();
  await server.close();
});

/**
 * Counts everything that is billed for one request: the start, activities with each retry, timers, accepted Updates,
 * search attributes, and the provider's first hint with the read that it causes. The provider also sends a hint about our
 * own approval. That hint and the reads that it may cause differ between runs, so they are shown beside the count.
 */
test.each([
  { review: 'manual', way: 'a code', most: 21 },
  { review: 'automatic', way: 'a code', most: 18 },
  // An acceptance, the activity that tells it, and the order to sign are one Action each. No code is sent.
  { review: 'manual', way: 'another way to unlock', most: 20 },
  { review: 'automatic', way: 'another way to unlock', most: 17 },
] as const)('a request with $review review and $way costs at most $most Actions', async ({ review, way, most }) => {
  await pause(EXPORTED_AFTER);
  const before = await server.actions();
  // The signer is quicker than the pauses between reads, like in reality.
  const policy = { watch: { soon: [50, 100, 60_000], slow: 900_000 } };
  const people = await People.start(at, { registrationAuthority: AUTHORITIES[review], policy });
  await people.until('video');
  await pause(100); // longer than the gap between two reads, like in reality
  await people.finishVideo();
  if (review === 'manual') await people.approve();
  await people.until('acceptance');
  await (way === 'a code' ? people.askForCode() : people.accept());
  await (way === 'a code' ? people.sign() : people.unlock());
  await people.outcome();
  await pause(EXPORTED_AFTER);
  const metered = await server.actions();
  const { events, lateReads, retried, ...actions } = await countedInHistory(people);
  expect(retried.filter((name) => name !== 'watch')).toEqual([]);
  expect(grown(before, metered)).toEqual(actions);
  const repeated = actions['grpc_SignalWorkflowExecution'] - 1 + lateReads;
  expect(repeated).toBeLessThanOrEqual(3);
  expect(sum(actions) - repeated).toBeLessThanOrEqual(most);
  expect(events).toBeLessThanOrEqual(112);
});

test('three hundred polls leave fewer than 40 events, and the request goes on after them', async () => {
  const pace = { watch: { gap: 1, slow: 2, jitter: 0 } };
  const people = await People.start(at, { policy: pace });
  const pk = await people.requestPk();
  await eventually(async () => {
    const { calls } = await at.provider.request(pk);
    return (calls['get-request']?.received ?? 0) >= 300;
  });
  const { events } = await countedInHistory(people);
  expect(events).toBeLessThan(40);
  await people.throughTo('signed');
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
}, 180_000);

const { EventType } = proto.temporal.api.enums.v1;

/** What is billed for the request, by the names of the server's meter, and the reads while the signer signs. */
async function countedInHistory({ reference }: People) {
  const { events } = await new Client({ connection }).workflow.getHandle(`signature-${reference}`).fetchHistory();
  const all = events ?? [];
  const times = (type: keyof typeof EventType): number =>
    all.filter(({ eventType }) => eventType === EventType[type]).length;
  const scheduled = new Map(
    all.flatMap(({ eventId, activityTaskScheduledEventAttributes: order }) =>
      order ? [[String(eventId), order.activityType?.name ?? '']] : [],
    ),
  );
  const names = [...scheduled.values()];
  const retried = all.flatMap(({ activityTaskStartedEventAttributes: started }) =>
    started && Number(started.attempt) > 1 ? [scheduled.get(String(started.scheduledEventId)) ?? ''] : [],
  );
  return {
    events: all.length,
    lateReads: names.slice(names.indexOf('upload')).filter((name) => name === 'watch').length,
    retried,
    grpc_StartWorkflowExecution: 1,
    grpc_SignalWorkflowExecution: times('EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED'),
    command_ScheduleActivityTask: times('EVENT_TYPE_ACTIVITY_TASK_SCHEDULED'),
    command_StartTimer: times('EVENT_TYPE_TIMER_STARTED'),
    command_UpsertWorkflowSearchAttributes: times('EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES'),
    message_UpdateWorkflowExecution_Acceptance: times('EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED'),
  };
}

/** Looks at a request and polling are billed too. Looks are not part of a request. Polling has its own test. */
const BESIDE = new Set(['grpc_QueryWorkflow', 'activity_retry']);

/** What the meter counted during that time. */
function grown(before: Map<string, number>, after: Map<string, number>): Record<string, number> {
  const all = [...after].map(([type, count]) => [type, count - (before.get(type) ?? 0)] as const);
  return Object.fromEntries(all.filter(([type, count]) => count > 0 && !BESIDE.has(type)));
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}

import { markOf } from '../../src/client.js';
import { randomUUID } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import proto from '@temporalio/proto';
import Long from 'long';
import type { RequestStatus } from '../../src/messages/status.js';
import { STATUS_QUERY } from '../../src/messages/steering.js';
import { apiOf } from '../installation/api.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';
import { Temporal } from '../installation/temporal.js';

const { RESET_REAPPLY_TYPE_NONE: NOTHING_AGAIN } = proto.temporal.api.enums.v1.ResetReapplyType;

const OPERATOR = { kind: 'operator', id: 'test' } as const;
const DAY = 86_400_000;
/** Nobody reads the provider, so the request tells nothing by itself. */
const UNREAD = { policy: { watch: { slow: 3_600_000 } } };

let at: Installation;
let temporal: Temporal;
beforeAll(async () => {
  at = await Installation.start();
  temporal = await Temporal.connect(at);
});
afterAll(async () => {
  await temporal.close();
  await at.close();
});

function databaseFile(): string {
  const { directory } = at.config.archive as { directory: string };
  return join(directory, 'records.sqlite');
}

/** The tasks of a workflow that were completed, by the numbers of these events. */
async function tasksOf(workflowId: string): Promise<number[]> {
  const { events } = await temporal.history(workflowId);
  return events.flatMap((event) =>
    'workflowTaskCompletedEventAttributes' in event ? [Number((event as unknown as { eventId: string }).eventId)] : [],
  );
}

async function extend({ reference }: People, by: number): Promise<void> {
  await at.client.extend(reference, { by, actor: OPERATOR, reason: 'more time' });
}

test('after a reset by Temporal’s own tools, the status is that of the run that goes on', async () => {
  const people = await People.start(at, UNREAD);
  await people.until('video');
  await extend(people, DAY);
  const told = await eventually(async () => {
    const tasks = await tasksOf(people.workflowId);
    return tasks.length >= 4 && tasks; // the journal of the order is acknowledged
  });
  await extend(people, DAY);
  const { runId } = await temporal.workflow(people.workflowId).describe();
  const answer = await temporal.client.workflowService.resetWorkflowExecution({
    namespace: temporal.client.options.namespace,
    workflowExecution: { workflowId: people.workflowId, runId },
    workflowTaskFinishEventId: Long.fromNumber(told.at(-1) ?? 0),
    requestId: randomUUID(),
    resetReapplyType: NOTHING_AGAIN,
    reason: 'test',
  });
  expect(answer.runId).not.toBe(runId);
  const run = await eventually(async () => {
    const { deadline } = await temporal.workflow(people.workflowId).query<RequestStatus>(STATUS_QUERY);
    return deadline;
  });
  let said: string | undefined;
  const until = performance.now() + 10_000;
  do said = (await people.status()).deadline;
  while (said !== run && performance.now() < until);
  expect(said).toBe(run);
}, 60_000);

/** The id that a reader of the stream has after the newest entry. */
async function lastOf(people: People): Promise<string> {
  const { event, events } = await people.status();
  expect(events.at(-1)?.number).toBe(event);
  const over = new AbortController();
  for await (const change of at.client.changes(people.reference, { after: event - 1, signal: over.signal })) {
    if ('entry' in change) return `${change.entry.number}-${markOf(change.entry)}`;
  }
  throw new Error('there is no entry');
}

test('a reader of the stream misses nothing when an older database was restored and the journal has grown past its last id', async () => {
  const people = await People.start(at, UNREAD);
  await people.until('video');
  const file = databaseFile();
  const source = new DatabaseSync(file, { readOnly: true });
  await backup(source, `${file}.copy`);
  source.close();
  await at.client.link(people.reference, { channel: 'test' }); // nobody tells this again
  await extend(people, 60_001);
  const known = await lastOf(people);

  for (const beside of ['-wal', '-shm']) rmSync(`${file}${beside}`, { force: true });
  renameSync(`${file}.copy`, file);
  for (const by of [60_002, 60_003]) await extend(people, by);
  await people.untilStatus(({ events }) => events.filter(({ what }) => what === 'deadline-extended').length === 3);
  await at.client.cancel(people.reference, { actor: OPERATOR, reason: 'over' });

  const read: unknown[] = [];
  await apiOf(at).follow(
    `/v1/requests/${people.reference}/events`,
    ({ event, data }) => {
      if (event === 'change') read.push((data as { facts?: { by?: number } }).facts?.by);
    },
    known,
  );
  expect(read).toEqual(expect.arrayContaining([60_002, 60_003]));
}, 60_000);

test('the evidence does not take over a row of the journal that somebody has changed, without a word', async () => {
  const people = await People.start(at);
  await people.throughTo('acceptance');
  const database = new DatabaseSync(databaseFile(), { timeout: 5000 });
  const changed = database
    .prepare(
      `update events set content = replace(content, '"kind":"officer"', '"kind":"policy"') where content like ? and request like ?`,
    )
    .run('%"approved"%', `%${people.reference}`);
  database.close();
  expect(changed.changes).toBe(1);
  await people.throughToCode();
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  const { events, changedFrom } = await people.evidence<{
    events: { what: string; actor?: { kind: string } }[];
    changedFrom?: number;
  }>();
  const approved = events.find(({ what }) => what === 'approved');
  expect(approved?.actor?.kind).toBe('policy');
  expect(changedFrom).toBe((await people.status()).events.find(({ what }) => what === 'approved')?.number);
}, 60_000);

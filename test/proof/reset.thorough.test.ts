import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bundleWorkflowCode } from '@temporalio/worker';
import { VideoIdError } from '../../src/messages/failures.js';
import { HINT_SIGNAL } from '../../src/messages/steering.js';
import { WORKFLOW_MODULES } from '../../src/temporal/data-converter.js';
import { Installation, type InstallationOptions } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';
import { Temporal } from '../installation/temporal.js';
import { typeCommand } from '../installation/typed-command.js';
import { QUIET } from '../quiet.js';

const operator = { kind: 'operator', id: 'op-1' } as const;

/** An installation whose workers reset nothing by themselves before a test ends. */
function unhurried(worker: object): InstallationOptions {
  return {
    settings: (settings) => {
      settings['worker'] = { ...(settings['worker'] as object), resetEvery: '1h', ...worker };
    },
  };
}

let folder: string;
let guarded: Installation;
/** Its workflows lack the guard, so the SDK writes histories that it cannot replay. */
let at: Installation;
let temporal: Temporal;
/** What was asked while no worker ran. Only the asking counts: an answer that comes later changes nothing any more. */
const questions: Promise<unknown>[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'videoid-unguarded-'));
  const workflowBundle = join(folder, 'workflow-bundle.js');
  const workflowInterceptorModules = WORKFLOW_MODULES.workflowInterceptorModules.filter(
    (path) => !path.includes('question-ahead'),
  );
  const { code } = await bundleWorkflowCode({ ...WORKFLOW_MODULES, workflowInterceptorModules, logger: QUIET });
  writeFileSync(workflowBundle, code);
  [guarded, at] = await Promise.all([
    Installation.start(unhurried({})),
    Installation.start(unhurried({ workflowBundle })),
  ]);
  temporal = await Temporal.connect(at);
});
afterAll(async () => {
  await Promise.all(questions);
  await temporal.close();
  await Promise.all([guarded.close(), at.close()]);
  rmSync(folder, { recursive: true });
});

/**
 * Requests like in reality: the worker dies during a step, somebody opens it in the Temporal UI while no worker runs, the step's
 * time ends, somebody gives an order, and a worker starts. Without the guard, the query is then answered with the
 * step's end, before the task that contains both the end and the order. This does not happen each time, because the server hands out
 * the two in random order. `carriedOnByAnother` follows.
 */
async function askedWithoutWorker(place: Installation, amount: number): Promise<People[]> {
  const policy = { steps: { upload: { startToClose: 1000, budget: 1000 } } };
  const all = await Promise.all(Array.from({ length: amount }, () => People.start(place, { policy })));
  const held = await Promise.all(
    all.map(async (people) => {
      const fault = await people.fault({ name: 'hold-before', endpoint: 'upload' });
      await people.throughTo('review');
      await people.approve();
      await people.held(fault);
      return fault;
    }),
  );
  await place.kill('worker');
  const asked = all.flatMap(({ workflowId }) => [1, 2, 3].map(() => askedByTheUI(workflowId)));
  questions.push(Promise.allSettled(asked));
  // On a busy machine the worker may have ended a step before it was killed. Such a request shows nothing here.
  const cutOff: People[] = [];
  for (const people of all) {
    const end = await eventually(async () => (await kinds(people)).findLast((kind) => STEP_ENDS.has(kind)));
    if (end === 'activityTaskTimedOut') cutOff.push(people);
    else await temporal.workflow(people.workflowId).terminate('not needed');
  }
  const orders = cutOff.map(({ reference }) => place.client.resolve(reference, { remedy: 'retry', actor: operator }));
  await pause(300); // they are being sent
  await Promise.all(held.map((fault) => place.provider.removeFault(fault)));
  await place.startWorker();
  await Promise.allSettled(orders);
  return cutOff;
}

/** What the Temporal UI asks when somebody opens a workflow. */
async function askedByTheUI(workflowId: string): Promise<unknown> {
  return await temporal.workflow(workflowId).query('__temporal_workflow_metadata');
}

/** How Temporal notes that the time of a step is over, or that it has failed. */
const STEP_ENDS = new Set(['activityTaskTimedOut', 'activityTaskFailed']);

/** Another worker comes, which must replay. */
async function carriedOnByAnother(place: Installation, all: readonly People[]): Promise<void> {
  await place.kill('worker');
  await place.startWorker();
  for (const { workflowId } of all) await temporal.workflow(workflowId).signal(HINT_SIGNAL);
}

const notYetUsed: People[] = [];

/** A request whose history the SDK cannot replay. */
async function unreplayable(): Promise<People> {
  for (;;) {
    const found = notYetUsed.pop();
    if (found !== undefined) return found;
    for (const people of await askedWithoutWorker(at, 10)) {
      if (await isBroken(people)) notYetUsed.push(people);
      else await temporal.workflow(people.workflowId).terminate('not needed');
    }
    if (notYetUsed.length > 0) await carriedOnByAnother(at, notYetUsed);
  }
}

/** Whether an order was added to the events from which a query had been answered. */
async function isBroken(people: People): Promise<boolean> {
  const events = await kinds(people);
  const joined = events.indexOf('workflowExecutionUpdateAccepted', events.lastIndexOf('activityTaskTimedOut'));
  return joined >= 0 && events[joined - 1] !== 'workflowTaskCompleted';
}

/** The types of the events of its history. */
async function kinds(people: People): Promise<string[]> {
  const { events } = await temporal.history(people.workflowId);
  return events.map(
    (event) =>
      Object.keys(event)
        .find((name) => name.endsWith('EventAttributes'))
        ?.replace('EventAttributes', '') ?? '',
  );
}

async function endsSigned(people: People): Promise<void> {
  await people.until('acceptance');
  await eventually(() => people.askForCode().then(() => true, unlessTooEarly));
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  const { done, documents } = await people.provider();
  expect(done).toMatchObject({ approve: 1, sign: 1 });
  expect(documents).toEqual([]);
}

/** Until the run after the reset has said where it stands, the status is that of the run before. */
function unlessTooEarly(error: unknown): false {
  if (error instanceof VideoIdError && ['NOT_NOW', 'STEP_FAILED', 'NOT_ACCEPTED'].includes(error.code)) return false;
  throw error;
}

test('questions that wait for a worker break no history', async () => {
  let all: People[] = [];
  while (all.length === 0) all = await askedWithoutWorker(guarded, 6);
  await carriedOnByAnother(guarded, all);
  for (const people of all) {
    await endsSigned(people);
    expect(await kinds(people)).not.toContain('workflowTaskFailed');
  }
});

test('`why` says that no worker can carry on, and the command it names lets the request go on', async () => {
  const people = await unreplayable();
  const why = await eventually(async () => {
    const found = await at.client.why(people.reference);
    return found.code === 'NOT_REPLAYABLE' && found;
  });
  expect(why).toMatchObject({ state: 'silent', leavesByItself: true });
  const listed = await eventually(async () => {
    const { requests } = await at.client.list({ attention: true });
    return requests.find(({ reference }) => reference === people.reference);
  });
  expect(listed).toMatchObject({ attention: 'NOT_REPLAYABLE', state: 'running' });
  const [remedy] = why.remedies;
  expect(remedy?.command).toBe(`videoid reset ${people.reference} --reason "why"`);
  await typeCommand(at, remedy?.command ?? '');
  await endsSigned(people);
  const { events } = await at.client.status(people.reference);
  expect(events.filter(({ what }) => what === 'reset')).toMatchObject([{ facts: { by: 'operator', reason: 'why' } }]);
  // Temporal's list lags behind.
  const ofRequest = await eventually(async () => {
    const found = (await at.client.list({})).requests.filter(({ reference }) => reference === people.reference);
    return found.every(({ state }) => state === 'ended') && found;
  });
  expect(ofRequest).toHaveLength(1);
});

test('a worker resets it by itself, and a caller who waits for the outcome gets it', async () => {
  const people = await unreplayable();
  const goesOn = async (): Promise<void> => {
    await at.stop('worker');
    await at.startWorker('worker', { VIDEOID_WORKER_RESET_EVERY: '500' });
    await endsSigned(people);
  };
  const [outcome] = await Promise.all([people.outcome(), goesOn()]);
  expect(outcome).toMatchObject({ outcome: 'signed' });
  const { events } = await at.client.status(people.reference);
  expect(events.filter(({ what }) => what === 'reset')).toMatchObject([{ facts: { by: 'worker' } }]);
});

test('a request that goes on well is not reset', async () => {
  const people = await People.start(at);
  await people.until('video');
  const reset = at.client.reset(people.reference, { actor: operator, reason: 'curious' });
  await expect(reset).rejects.toMatchObject({ code: 'NOT_NOW' });
});

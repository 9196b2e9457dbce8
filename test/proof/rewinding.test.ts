import { setTimeout as pause } from 'node:timers/promises';
import { HINT_SIGNAL, STATUS_QUERY } from '../../src/messages/steering.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';
import { Temporal } from '../installation/temporal.js';
import { typeCommand } from '../installation/typed.js';

let at: Installation;
let temporal: Temporal;
beforeAll(async () => {
  at = await Installation.start({
    settings: (settings) => {
      settings['worker'] = { ...(settings['worker'] as object), rewindEvery: '1h' };
    },
  });
  temporal = await Temporal.connect(at);
});
afterAll(async () => {
  await temporal.close();
  await at.close();
});

const operator = { kind: 'operator', id: 'op-1' } as const;

/**
 * A request whose history the SDK cannot replay, made as in life: the worker dies during a step, somebody asks for the
 * status while none runs, the step's time is over, somebody gives an order, and a worker starts. The question is then
 * answered with the step's end, before the task that holds both the end and the order. Not each time: which of them the
 * server gives out first is chance.
 */
async function unreplayable(): Promise<People> {
  for (;;) {
    const people = await People.start(at, { policy: { steps: { upload: { startToClose: 1000, budget: 1000 } } } });
    const fault = await people.fault({ name: 'hold-before', endpoint: 'upload' });
    await people.throughTo('review');
    await people.approve();
    await people.held(fault);
    await at.kill('worker');
    const workflow = temporal.workflow(people.workflowId);
    const questions = [1, 2, 3].map(() => workflow.query(STATUS_QUERY).catch(() => undefined));
    await eventually(async () => (await kinds(people)).includes('activityTaskTimedOut'));
    const order = at.client.resolve(people.reference, { remedy: 'retry', actor: operator });
    await pause(300); // on its way
    await at.provider.removeFault(fault);
    await at.startWorker();
    await Promise.allSettled([...questions, order]);
    const events = await kinds(people);
    const joined = events.indexOf('workflowExecutionUpdateAccepted', events.lastIndexOf('activityTaskTimedOut'));
    if (joined < 0 || events[joined - 1] === 'workflowTaskCompleted') continue;
    await at.kill('worker');
    await at.startWorker();
    await workflow.signal(HINT_SIGNAL); // makes the worker replay
    return people;
  }
}

/** The events of its history, by what they are. */
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
  await people.askForCode();
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  const { done, documents } = await people.provider();
  expect(done).toMatchObject({ approve: 1, sign: 1 });
  expect(documents).toEqual([]);
}

test('`why` says that no worker can carry on, and the command it names lets the request go on', async () => {
  const people = await unreplayable();
  const why = await eventually(async () => {
    const found = await at.client.why(people.reference);
    return found.code === 'NOT_REPLAYABLE' && found;
  });
  expect(why).toMatchObject({ state: 'silent', leavesByItself: true });
  const listed = await eventually(async () => (await at.client.list({ attention: true })).at(0));
  expect(listed).toMatchObject({ reference: people.reference, attention: 'NOT_REPLAYABLE', state: 'running' });
  const [remedy] = why.remedies;
  expect(remedy?.command).toBe(`videoid rewind ${people.reference} --reason "why"`);
  await typeCommand(at, remedy?.command ?? '');
  await endsSigned(people);
  const { events } = await at.client.status(people.reference);
  expect(events.filter(({ what }) => what === 'rewound')).toMatchObject([{ facts: { by: 'operator', reason: 'why' } }]);
  const ofRequest = (await at.client.list({})).filter(({ reference }) => reference === people.reference);
  expect(ofRequest).toMatchObject([{ state: 'ended' }]);
});

test('a worker rewinds it by itself; whoever waits for the outcome gets it', async () => {
  const people = await unreplayable();
  const outcome = people.outcome();
  await at.stop('worker');
  await at.startWorker('worker', { VIDEOID_WORKER_REWIND_EVERY: '500' });
  await endsSigned(people);
  expect(await outcome).toMatchObject({ outcome: 'signed' });
  const { events } = await at.client.status(people.reference);
  expect(events.filter(({ what }) => what === 'rewound')).toMatchObject([{ facts: { by: 'worker' } }]);
});

test('a request that goes on well is not rewound', async () => {
  const people = await People.start(at);
  await people.until('video');
  const rewound = at.client.rewind(people.reference, { actor: operator, reason: 'curious' });
  await expect(rewound).rejects.toMatchObject({ code: 'NOT_NOW' });
});

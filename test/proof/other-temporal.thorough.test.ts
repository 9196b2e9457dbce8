import { hostname } from 'node:os';
import { VideoIdClient, type Why } from '../../src/client.js';
import { ATTENTION_ATTRIBUTE } from '../../src/messages/search-attributes.js';
import { HINT_SIGNAL } from '../../src/messages/steering.js';
import { recordsOf } from '../archive/records-of.js';
import { videoid } from '../cli/run.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { aSigner, aStart, People } from '../installation/people.js';
import { SecondNamespace } from '../installation/second-namespace.js';
import { Temporal } from '../installation/temporal.js';
import { answered, typeCommand } from '../installation/typed-command.js';

let at: Installation;
let second: SecondNamespace;
let temporal: Temporal;
beforeAll(async () => {
  at = await Installation.start({ gateway: false });
  second = await SecondNamespace.make(at);
  temporal = await Temporal.connect(at);
}, 120_000);
afterAll(async () => {
  await temporal.close();
  await second.close();
  await at.close();
});

const operator = { kind: 'operator', id: 'op-1' } as const;

/** The attention of a workflow in the first namespace, as Temporal's search knows it. */
async function attentionOf({ workflowId }: People): Promise<unknown> {
  const { searchAttributes } = await temporal.workflow(workflowId).describe();
  return searchAttributes[ATTENTION_ATTRIBUTE]?.[0]; // oxlint-disable-line typescript/no-deprecated -- plain values are enough
}

test('from another namespace every verb is refused, names both places and the way out', async () => {
  const input = aStart();
  await at.client.start(input);
  const { reference } = input;
  const who = new People(at, reference);
  await who.until('video');
  const { client } = second.at;
  const refused = {
    code: 'REQUEST_ELSEWHERE',
    message: expect.stringMatching(
      new RegExp(`runs in another Temporal: namespace default at .*uses namespace ${second.namespace} at `),
    ) as string,
    remedy: expect.stringMatching(
      new RegExp(`Use the settings of that Temporal.*videoid resume ${reference} --after-loss$`),
    ) as string,
  };
  const calls = [
    () => client.start(input),
    () => client.start({ ...input, newAttempt: true }),
    () => client.start({ ...input, signer: aSigner() }),
    () => client.resume(reference),
    () => client.why(reference),
    () => client.status(reference),
    () => client.link(reference),
    () => client.documents(reference),
    () => client.outcome(reference),
    () => client.cancel(reference, { actor: operator, reason: 'test' }),
    () => client.reset(reference, { actor: operator, reason: 'test' }),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject(refused);
  expect(await answered(second.at, ['why', reference])).toMatchObject({
    error: { code: 'REQUEST_ELSEWHERE', facts: { livesInNamespace: 'default', namespace: second.namespace } },
  });
  expect(await client.recorded()).toMatchObject({ requests: [{ reference, state: 'elsewhere' }], complete: true });
  expect(await client.resumeAll()).toMatchObject({ results: [{ reference, result: 'REQUEST_ELSEWHERE' }] });
  await who.throughTo('signed');
  await who.outcome();
  // What has ended can be read anywhere, and the same start finds it.
  expect(await client.start(input)).toMatchObject({ state: 'ended', outcome: { outcome: 'signed' } });
  expect(await client.why(reference)).toMatchObject({ state: 'ended' });
  expect((await who.provider()).done).toMatchObject({ create: 1, sign: 1 });
});

test('after a loss of Temporal a request goes on in another, nothing is done twice, and the old one does nothing more', async () => {
  const old = await People.start(at);
  await old.throughTo('code');
  const before = await old.provider();
  const { reference } = old;
  const environment = { VIDEOID_CONFIG: second.at.state.configFile };
  const moved = await videoid(['resume', reference, '--after-loss'], { environment });
  expect(moved).toMatchObject({ code: 0 });
  expect(moved.output).toMatch(/What this risks:\n.*If the old Temporal still runs/);
  // The old Temporal is back, and a callback comes.
  await temporal.workflow(old.workflowId).signal(HINT_SIGNAL);
  await eventually(async () => (await attentionOf(old)) === 'REQUEST_ELSEWHERE');
  await expect(at.client.why(reference)).rejects.toMatchObject({
    code: 'REQUEST_ELSEWHERE',
    facts: { livesInNamespace: second.namespace, namespace: 'default' },
  });
  expect((await at.client.list()).requests).toContainEqual(expect.objectContaining({ reference, archive: 'moved' }));
  const doctor = (await answered(at, ['doctor'])) as { checks: object[] };
  expect(doctor.checks).toContainEqual(
    expect.objectContaining({
      name: 'requests moved',
      state: 'fail',
      remedy: expect.stringContaining(`--workflow-id ${old.workflowId}`) as string,
    }),
  );
  await second.startWorker();
  const who = new People(second.at, reference);
  await who.until('acceptance');
  expect(await who.provider()).toMatchObject({ done: before.done, documents: before.documents });
  await who.askForAnotherCode();
  await who.sign();
  expect(await who.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  const { done, calls } = await who.provider();
  expect(done).toMatchObject({ create: 1, approve: 1, sign: 1 });
  expect(calls['sign']?.received).toBe(1);
  const { events } = await second.at.client.status(reference);
  expect(events).toContainEqual(
    expect.objectContaining({ what: 'moved-after-loss', facts: expect.objectContaining({ to: second.namespace }) }),
  );
});

/** Types the one command that `why` prints, and carries the request to its end. Nothing is done twice. */
async function goesOnByResume(who: People, why: Why): Promise<void> {
  expect(why.remedies.map(({ command }) => command)).toEqual([`videoid resume ${who.reference}`]);
  await typeCommand(at, why.remedies[0]?.command ?? '');
  await who.throughTo('signed');
  expect(await who.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  const { done, calls } = await who.provider();
  expect(done).toMatchObject({ create: 1, approve: 1, sign: 1 });
  expect(calls['sign']?.received).toBe(1);
}

test('terminated by hand: `why` offers `resume`, and a code is sent and typed as usual', async () => {
  const who = await People.start(at);
  await who.throughTo('code');
  const code = await who.code();
  await temporal.workflow(who.workflowId).terminate();
  const why = await at.client.why(who.reference);
  expect(why).toMatchObject({
    state: 'ended',
    code: 'REQUEST_ENDED',
    words: expect.stringMatching(/terminated the request in Temporal/) as string,
  });
  await expect(at.client.status(who.reference)).rejects.toMatchObject({
    remedy: expect.stringContaining(`videoid resume ${who.reference}`) as string,
  });
  expect(await at.client.recorded()).toMatchObject({
    requests: [{ reference: who.reference, state: 'ended-from-outside' }],
  });
  await typeCommand(at, why.remedies[0]?.command ?? '');
  await who.until('acceptance');
  await who.askForAnotherCode();
  expect(await who.code()).not.toBe(code);
  await who.sign();
  expect(await who.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  const { done, calls } = await who.provider();
  expect(done).toMatchObject({ create: 1, approve: 1, sign: 1 });
  expect(calls['sign']?.received).toBe(1);
});

test('terminated after the signature, while the files are fetched: they are fetched, and nothing is signed again', async () => {
  const who = await People.start(at);
  await who.throughTo('code');
  const fault = await who.fault({ name: 'answer-503', endpoint: 'get-document' });
  await who.sign();
  await who.until('archiving');
  await temporal.workflow(who.workflowId).terminate();
  await at.client.resume(who.reference);
  await who.until('archiving');
  await at.provider.removeFault(fault);
  expect(await who.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done', contract: { signed: true } });
  const { done, calls } = await who.provider();
  expect(done).toMatchObject({ create: 1, approve: 1, sign: 1 });
  expect(calls['sign']?.received).toBe(1);
});

test('deleted by hand: `why` says so and offers `resume`', async () => {
  const who = await People.start(at);
  await who.until('video');
  const { namespace } = at.config.temporal;
  const workflowExecution = { workflowId: who.workflowId };
  await temporal.client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution });
  const why = await eventually(async () => {
    const found = await at.client.why(who.reference);
    return found.state === 'not-started' && found;
  });
  expect(why).toMatchObject({ words: expect.stringMatching(/deleted there, or Temporal was restored/) as string });
  await goesOnByResume(who, why);
});

test('a request from before is given its place at its next step, or when a worker starts', async () => {
  const who = await People.start(at);
  await who.until('video');
  const records = recordsOf(at.config.archive.directory);
  const forgetPlace = () => records.changeRows('update requests set place = null where request = ?', who.workflowId);
  const place = () => records.rows('requests', who.workflowId)[0]?.['place'];
  forgetPlace();
  await who.throughTo('review');
  expect(JSON.parse(String(place()))).toMatchObject({ namespace: 'default' });
  await expect(second.at.client.resume(who.reference)).rejects.toMatchObject({ code: 'REQUEST_ELSEWHERE' });
  forgetPlace();
  await at.stop('worker');
  await at.startWorker();
  await eventually(async () => Promise.resolve(place() !== null));
  await who.refuse('other');
  expect(await who.outcome()).toMatchObject({ outcome: 'refused' });
});

test('a create in doubt stays in doubt, and what an operator took over is not created again', async () => {
  const signer = aSigner();
  const made = async () => (await at.provider.requests()).filter(({ phone }) => phone === signer.phone);
  await at.provider.addFault({ name: 'answer-lost', endpoint: 'create', phone: signer.phone, times: 1 });
  const who = await People.start(at, { signer });
  const again = async (): Promise<void> => {
    await temporal.workflow(who.workflowId).terminate();
    await at.client.resume(who.reference);
  };
  await who.attention('CREATE_IN_DOUBT');
  await again();
  await who.attention('CREATE_IN_DOUBT');
  const [{ pk, videoidPk, link } = { pk: 0, videoidPk: 0, link: '' }] = await made();
  const ids = { requestPk: String(pk), videoidPk: String(videoidPk) };
  await at.client.resolve(who.reference, { remedy: 'adopt', actor: operator, ids, link });
  await who.until('video');
  await again();
  await who.until('video');
  expect(await made()).toHaveLength(1);
  await who.throughTo('signed');
  expect(await who.outcome()).toMatchObject({ outcome: 'signed' });
});

test('terminated, and the archive lost what the provider made: an operator says what it is, and it is not created again', async () => {
  const who = await People.start(at);
  await who.until('video');
  const { pk, videoidPk, link } = await who.provider();
  await temporal.workflow(who.workflowId).terminate();
  const records = recordsOf(at.config.archive.directory);
  for (const table of ['provider', 'marks']) {
    records.changeRows(`delete from ${table} where request = ?`, who.workflowId);
  }
  await typeCommand(at, `videoid resume ${who.reference}`);
  await who.attention('CREATE_IN_DOUBT');
  const ids = { requestPk: String(pk), videoidPk: String(videoidPk) };
  await at.client.resolve(who.reference, { remedy: 'adopt', actor: operator, ids, link });
  await who.throughTo('signed');
  expect((await who.provider()).done).toMatchObject({ create: 1, sign: 1 });
});

test('another video before a loss: the next one is another still, and the one in use is not cancelled', async () => {
  const who = await People.start(at);
  await who.until('video');
  const first = await who.requestPk();
  await at.client.newVideo(who.reference, { actor: operator, reason: 'lost link' });
  const secondPk = await who.requestPk();
  await temporal.workflow(who.workflowId).terminate();
  await at.client.resume(who.reference);
  await who.until('video');
  expect(await who.requestPk()).toBe(secondPk);
  const { requestPk: third } = await at.client.newVideo(who.reference, { actor: operator, reason: 'lost again' });
  expect(new Set([first, secondPk, third]).size).toBe(3);
  await who.throughTo('signed');
  expect(await who.outcome()).toMatchObject({ outcome: 'signed' });
});

test('started for another task queue than the workers serve: list, why and doctor say it, and the printed command continues it', async () => {
  const { taskQueue } = at.config.temporal;
  const mistyped = `${taskQueue}-mistyped`;
  const wrong = { ...at.config, temporal: { ...at.config.temporal, taskQueue: mistyped } };
  const client = await VideoIdClient.connect(wrong);
  const [one, other] = await Promise.all([client.start(aStart()), client.start(aStart())]);
  const who = new People(at, one.reference);

  for (const asking of [client, at.client]) {
    expect(await asking.status(one.reference)).toMatchObject({ stage: 'creating', event: 0, worker: 'away' });
  }
  await eventually(async () => {
    const { requests } = (await answered(at, ['list'])) as { requests: { reference: string; archive?: string }[] };
    return requests.some(({ reference, archive }) => reference === one.reference && archive === 'other-queue');
  });
  const { checks } = (await answered(at, ['doctor'])) as { checks: { name: string; words: string; remedy: string }[] };
  const said = checks.find(({ name }) => name === 'requests in another task queue');
  expect(said?.words).toContain(`2 wait in the task queue ${mistyped}, which no worker serves: `);
  expect(said?.words).toContain(`Started by process ${process.pid} on ${hostname()}.`);
  expect(said?.remedy).toMatch(/^Set temporal\.taskQueue to .* there, .* videoid resume --all$/);

  const why = (await answered(at, ['why', one.reference])) as Why;
  expect(why).toMatchObject({ state: 'silent', code: 'WORKER_AWAY' });
  expect(why.words).toContain(
    `for the task queue ${mistyped}, which no worker serves. The running workers serve ${taskQueue}`,
  );
  expect(why.remedies[0]?.command).toBe(`videoid resume ${one.reference}`);
  await typeCommand(at, why.remedies[0]?.command ?? '');

  // Whoever has the wrong settings types what is printed there.
  const there = (await client.why(other.reference)).remedies.find(({ command }) => command.includes(' resume '));
  expect(there?.command).toBe(`VIDEOID_TEMPORAL_TASK_QUEUE=${taskQueue} videoid resume ${other.reference}`);
  await typeCommand(at, there?.command ?? '');
  await client.close();
  await Promise.all([who, new People(at, other.reference)].map((each) => each.throughTo('signed')));
  expect((await who.provider()).done).toMatchObject({ create: 1, sign: 1 });
});

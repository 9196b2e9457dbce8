import { setTimeout as pause } from 'node:timers/promises';
import { videoid } from '../cli/run.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';
import { acceptAndSign } from './stuck.js';
import { describeStuck } from './stuck-one-by-one.js';
import { Temporal } from '../installation/temporal.js';
import { typeCommand, whyByCommand } from '../installation/typed-command.js';

/** Each fourth situation. `stuck-all.thorough.test.ts` has them all. */
const at = describeStuck(4);
let temporal: Temporal;
beforeAll(async () => {
  temporal = await Temporal.connect(at());
});
afterAll(() => temporal.close());

test('each question reads the provider, also where nothing has changed there', async () => {
  const who = await People.start(at(), { policy: { watch: { slow: 3_600_000 } } });
  await who.throughTo('review');
  const reads: string[] = [];
  for (let times = 0; times < 2; times += 1) {
    await pause(100);
    const { provider } = await eventually(async () => {
      const why = await whyByCommand(at(), who.reference);
      return why.provider?.newerAwaited === undefined && why;
    });
    reads.push(provider?.readAt ?? '');
  }
  expect(reads[1]).not.toBe(reads[0]);
});

test('somebody terminated the workflow with tools of Temporal', async () => {
  const who = await People.start(at());
  await who.until('video');
  await temporal.workflow(`signature-${who.reference}`).terminate();
  const why = await whyByCommand(at(), who.reference);
  expect(why).toMatchObject({
    state: 'ended',
    code: 'REQUEST_ENDED',
    leavesByItself: false,
    words: expect.stringMatching(/terminated the request in Temporal/) as string,
  });
  expect(why.remedies.map(({ command }) => command)).toEqual([`videoid resume ${who.reference}`]);
  await typeCommand(at(), why.remedies[0]?.command ?? '');
  await who.throughTo('signed');
  expect(await who.outcome()).toMatchObject({ outcome: 'signed' });
  expect((await who.provider()).done).toMatchObject({ create: 1, sign: 1 });
});

test('somebody paused a step with tools of Temporal', async () => {
  const who = await People.start(at());
  await who.throughTo('review');
  const fault = await who.fault({ name: 'answer-503', endpoint: 'approve' });
  void who.approve().catch(() => undefined);
  await eventually(async () => (await at().client.why(who.reference)).state === 'retrying');
  const { client } = temporal;
  const step = { namespace: client.options.namespace, execution: { workflowId: `signature-${who.reference}` } };
  await client.workflowService.pauseActivity({ ...step, type: 'approve', identity: 'test' });
  expect(await whyByCommand(at(), who.reference)).toMatchObject({
    state: 'attention',
    leavesByItself: false,
    words: expect.stringMatching(/paused a step .*Unpause it in the Temporal UI/) as string,
  });
  await at().provider.removeFault(fault); // not before: a try that still runs would succeed
  await client.workflowService.unpauseActivity({ ...step, type: 'approve', identity: 'test' });
  await acceptAndSign(who);
  expect(await who.outcome()).toMatchObject({ outcome: 'signed' });
});

test('Temporal cannot be reached from where somebody asks', async () => {
  const who = await People.start(at());
  await who.until('video');
  const environment = { VIDEOID_CONFIG: at().state.configFile, VIDEOID_TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const ran = await videoid(['why', who.reference, '--json'], { environment });
  expect(ran.code).toBe(6);
  expect(JSON.parse(ran.output)).toMatchObject({
    error: { code: 'TEMPORAL_UNREACHABLE', remedy: expect.stringContaining('videoid doctor') as string },
  });
  expect(await whyByCommand(at(), who.reference)).toMatchObject({ state: 'waiting' });
});

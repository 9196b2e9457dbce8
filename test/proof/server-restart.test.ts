import { untilMissing } from '../installation/health.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { OwnServer } from '../installation/own-server.js';
import { People } from '../installation/people.js';

let server: OwnServer;
let at: Installation;
beforeAll(async () => {
  server = await OwnServer.start();
  at = await Installation.start({
    temporalAddress: server.address,
    settings: (settings) => {
      const policy = settings['policy'] as { steps: Record<string, object> };
      policy.steps['sign'] = { ...policy.steps['sign'], startToClose: 5000, budget: 60_000 };
    },
  });
}, 120_000);
afterAll(async () => {
  await at.close();
  await server.close();
});

test('a Temporal server killed while a request waits and while another is being signed finds both again', async () => {
  const [waiting, signing] = await Promise.all([People.start(at), People.start(at)]);
  await Promise.all([waiting.until('video'), signing.throughTo('code')]);
  const pk = await waiting.requestPk();
  const fault = await at.provider.addFault({ name: 'hold-after', endpoint: 'sign', times: 1 });
  const asked = signing.sign().then(
    () => 'answered',
    () => 'not answered',
  );
  await eventually(async () => (await at.provider.held(fault)) === 1);
  await server.kill();
  await at.provider.release(fault); // the worker sees that it is signed, but cannot report it
  await at.provider.video(pk, 'finished'); // the gateway cannot deliver the hint
  await untilMissing(at, { temporal: 'TEMPORAL_UNREACHABLE' });
  await server.again();
  await untilMissing(at, {});
  expect(await signing.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  const signed = await signing.provider();
  expect(signed).toMatchObject({ status: 'ISSUED', documents: [], done: { create: 1, sign: 1 } });
  expect(signed.calls['sign']?.received).toBe(1);
  await waiting.approve();
  await waiting.askForCode();
  await waiting.sign();
  expect(await waiting.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  expect((await waiting.provider()).done).toMatchObject({ create: 1, sign: 1 });
  await asked;
}, 180_000);

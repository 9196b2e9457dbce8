import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Runtime, Worker } from '@temporalio/worker';
import { WORKFLOW_BUNDLE } from '../../local/project.js';
import { VideoIdClient } from '../../src/client.js';
import { type Config, loadConfig } from '../../src/config.js';
import { loadKeyRing } from '../../src/security/keys.js';
import { generateOrderKeys, loadOrderPublicKeys } from '../../src/security/order-keys.js';
import { workerDataConverter } from '../../src/temporal/data-converter.js';
import { Attacker } from '../installation/attacker.js';
import { Installation } from '../installation/installation.js';
import { aStart, People } from '../installation/people.js';
import { Temporal } from '../installation/temporal.js';
import { QUIET } from '../quiet.js';

const MORE_TIME = { actor: { kind: 'operator' }, reason: 'holidays', by: '1d' } as const;

type OrderKeys = Config['keys']['orders'];

/** Puts these orders keys into the settings that processes read. Returns the settings. */
function settingsWith(at: Installation, orders: OrderKeys): Config {
  const settings = JSON.parse(readFileSync(at.state.configFile, 'utf8')) as { keys: { orders: OrderKeys } };
  settings.keys.orders = orders;
  writeFileSync(at.state.configFile, JSON.stringify(settings));
  return loadConfig({ VIDEOID_CONFIG: at.state.configFile });
}

async function restartWorker(at: Installation): Promise<void> {
  await at.stop('worker');
  await at.startWorker();
}

test('orders keys are changed without a gap, and requests that a retired key started and steered go on', async () => {
  const at = await Installation.start({ gateway: false });
  const temporal = await Temporal.connect(at);
  let newClient: VideoIdClient | undefined;
  try {
    const [old] = at.config.keys.orders;
    if (!old) throw new Error('there is no orders key');
    const file = (name: string, content: string): string => {
      const path = join(at.state.directory, 'secrets', name);
      writeFileSync(path, content, { mode: 0o600 });
      return `file:${path}`;
    };
    const made = generateOrderKeys();
    const next = {
      id: 'next',
      publicKey: file('next-public.pem', made.publicKey),
      privateKey: file('next-private.pem', made.privateKey),
    };
    const people = await People.start(at);
    await people.until('video');
    await at.client.extend(people.reference, MORE_TIME);

    // Workers know both keys. Clients change one after the other.
    const both = settingsWith(at, [next, { id: old.id, publicKey: old.publicKey }]);
    await restartWorker(at);
    newClient = await VideoIdClient.connect(both);
    await at.client.extend(people.reference, MORE_TIME);
    await newClient.extend(people.reference, MORE_TIME);

    // Nobody signs with the old key any more.
    settingsWith(at, [{ id: next.id, publicKey: next.publicKey }]);
    await restartWorker(at);
    await newClient.extend(people.reference, MORE_TIME);
    const { events } = await people.until('video');
    expect(events.filter(({ what }) => what === 'deadline-extended')).toHaveLength(4);
    await expect(at.client.extend(people.reference, MORE_TIME)).rejects.toMatchObject({ code: 'ORDER_REFUSED' });

    // A start with the old key does nothing. The same start with the new key succeeds.
    const start = aStart();
    await at.client.start(start);
    const other = new People(at, start.reference);
    await expect(other.outcome()).rejects.toBeDefined();
    await expect(at.client.outcome(start.reference)).rejects.toMatchObject({ code: 'START_REFUSED' });
    await expect(newClient.start(start)).resolves.toMatchObject({ state: 'started' });
    await other.until('video');

    await newClient.cancel(people.reference, { actor: { kind: 'requester' }, reason: 'end of the test' });
    await expect(people.outcome()).resolves.toMatchObject({ outcome: 'cancelled' });
    Runtime.install({ logger: QUIET, telemetryOptions: { logging: { filter: 'off' } } });
    const replay = {
      workflowBundle: { codePath: WORKFLOW_BUNDLE },
      dataConverter: workerDataConverter({
        keyRing: await loadKeyRing(at.config.keys.codec),
        orders: await loadOrderPublicKeys([next]),
      }),
    };
    const replayed = Worker.runReplayHistory(replay, await temporal.history(people.workflowId), people.workflowId);
    await expect(replayed).resolves.toBeUndefined();
  } finally {
    await newClient?.close();
    await temporal.close();
    await at.close();
  }
});

test.each([
  ['with orders keys nobody steers unsigned', true, 'ORDER_REFUSED'],
  ['without any key the shape and the address still count', false, 'BAD_INPUT'],
])('where nothing is encrypted, %s', async (_what, keys, refusal) => {
  const at = await Installation.start({
    gateway: false,
    settings: (settings) => {
      const given = settings['keys'] as Record<string, unknown>;
      given['encryptPayloads'] = false;
      if (!keys) given['orders'] = [];
    },
  });
  const attacker = await Attacker.connect(at);
  try {
    const people = await People.start(at);
    await people.until('video');
    await at.client.extend(people.reference, MORE_TIME);
    const { workflowId } = people;
    const send = async (order: object): Promise<unknown> => {
      const id = randomUUID();
      const argument = await attacker.orderFor(workflowId, 'extend', order, undefined, id);
      return await attacker.update(attacker.outsider, workflowId, 'extend', [argument], id);
    };
    expect(await send({ ...MORE_TIME, by: 'abc' })).toBe(refusal);
    const unaddressed = [{ ...MORE_TIME, by: 1000 }];
    expect(await attacker.update(attacker.outsider, workflowId, 'extend', unaddressed)).toBe('ORDER_REFUSED');
    expect(await attacker.hasStumbled(workflowId)).toBe(false);
    await people.throughTo('signed');
    await expect(people.outcome()).resolves.toMatchObject({ outcome: 'signed' });
  } finally {
    await attacker.close();
    await at.close();
  }
});

import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { VideoIdClient, type Why } from '../../src/client.js';
import { type Config, loadConfig } from '../../src/config.js';
import { sentence } from '../../src/security/key-failures.js';
import { generateCodecKey, generateSealKeys } from '../../src/security/keys.js';
import { generateOrderKeys } from '../../src/security/order-keys.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { aStart, People } from '../installation/people.js';
import { Temporal } from '../installation/temporal.js';
import { answered, typeCommand, whyByCommand } from '../installation/typed-command.js';

/** Processes with different keys. Each gets settings of its own; those of commands are the installation's file. */
let at: Installation;
let keys: Config['keys'];

beforeAll(async () => {
  at = await Installation.start({ gateway: false });
  keys = at.config.keys;
}, 60_000);
afterAll(async () => at.close());

const lay = (name: string, content: string): string => {
  const path = join(at.state.directory, 'secrets', name);
  writeFileSync(path, content, { mode: 0o600 });
  return `file:${path}`;
};
const codecKey = (id: string): Config['keys']['codec'][number] => ({ id, key: lay(`codec-${id}`, generateCodecKey()) });

const ownSealKey = async (): Promise<string> => lay('other-seal.pem', (await generateSealKeys()).publicKey);

/** Writes settings with other keys. Without a name, they are those of all commands. */
function withKeys(changed: Partial<Config['keys']>, name?: string): Config {
  const settings = JSON.parse(readFileSync(at.state.configFile, 'utf8')) as { keys: object };
  const file = name === undefined ? at.state.configFile : join(at.state.directory, `${name}.json`);
  writeFileSync(file, JSON.stringify({ ...settings, keys: { ...keys, ...changed } }));
  return loadConfig({ VIDEOID_CONFIG: file });
}

async function workerWith(changed: Partial<Config['keys']>): Promise<void> {
  await at.kill('worker');
  withKeys(changed, 'of-worker');
  await at.startWorker('worker', { VIDEOID_CONFIG: join(at.state.directory, 'of-worker.json') });
}

/** A client with other keys, which the commands then have too. */
async function clientWith<T>(changed: Partial<Config['keys']>, use: (client: VideoIdClient) => Promise<T>): Promise<T> {
  const client = await VideoIdClient.connect(withKeys(changed));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

async function whyIs(reference: string, code: string): Promise<Why> {
  let seen: Why | undefined;
  return await eventually(
    async () => {
      seen = await whyByCommand(at, reference);
      return seen.code === code && seen;
    },
    () => seen,
  );
}

/** The people around a request, with a client that has other keys. */
function peopleWith(client: VideoIdClient, reference: string): People {
  return new People(Object.create(at, { client: { value: client } }) as Installation, reference);
}

const THE_WORKER = `the worker on ${hostname()}`;
const OURS = `this process on ${hostname()}`;

interface Checked {
  state: string;
  words: string;
  remedy?: string;
}

/** What `videoid doctor` says about the worker. */
async function doctorOnWorker(): Promise<Checked> {
  return await eventually(async () => {
    const { checks } = (await answered(at, ['doctor'])) as { checks: (Checked & { name: string })[] };
    return checks.find(({ name }) => name === `worker on ${hostname()}`);
  });
}

test('doctor names a process with other keys, where it runs, and what to do', async () => {
  expect(await doctorOnWorker()).toMatchObject({ state: 'ok' });
  withKeys({ codec: [codecKey('next'), ...keys.codec], seal: [{ id: 'local', publicKey: await ownSealKey() }] });
  const { state, words, remedy } = await doctorOnWorker();
  expect(state).toBe('fail');
  expect(words).toContain(`127.0.0.1:${at.config.worker.healthPort}`);
  expect(words).toContain('it lacks the codec key "next", which encrypts here');
  expect(words).toContain('the seal key "local" there');
  expect(remedy).toContain(`Add it to keys.codec of the worker on ${hostname()}, and restart it.`);
  const health = await fetch(`http://127.0.0.1:${at.config.worker.healthPort}/health`);
  const about = (await health.json()) as { version: string; keys: { codec: { print: string }[] } };
  expect(about).toMatchObject({ state: 'RUNNING', version: expect.stringMatching(/\+[0-9a-f]{8}$/) as string });
  expect(about.keys.codec).toEqual([{ id: 'local', print: expect.stringMatching(/^[0-9a-f]{12}$/) as string }]);
  withKeys({});
});

test('a start with a key that the worker lacks is refused by name, and goes on with the printed command', async () => {
  const codec = [codecKey('next'), ...keys.codec];
  const { reference } = await clientWith({ codec }, (client) => client.start(aStart()));
  const why = await whyIs(reference, 'START_REFUSED');
  expect(why).toMatchObject({ state: 'not-started', leavesByItself: false });
  expect(why.words).toContain(`${THE_WORKER} has no codec key "next"`);
  await workerWith({ codec });
  const [remedy] = why.remedies;
  expect(remedy?.command).toMatch(/^videoid resume /);
  await typeCommand(at, remedy?.command ?? '');
  await clientWith({ codec }, (client) => peopleWith(client, reference).until('video'));
});

test('a worker with another key under the same id refuses a start, which goes on when it has the right one', async () => {
  await workerWith({ codec: [codecKey('local')] });
  const { reference } = await clientWith({}, (client) => client.start(aStart()));
  const why = await whyIs(reference, 'START_REFUSED');
  expect(why.words).toContain(`the codec key "local" of ${THE_WORKER} does not open`);
  await workerWith({});
  await typeCommand(at, why.remedies[0]?.command ?? '');
  await new People(at, reference).until('video');
});

test('a worker without encryption refuses an encrypted start, and a client without encryption an answer', async () => {
  await workerWith({ encryptPayloads: false });
  const { reference } = await clientWith({}, (client) => client.start(aStart()));
  const why = await whyIs(reference, 'START_REFUSED');
  expect(why.words).toContain(`encrypted with the codec key "local", and ${THE_WORKER} has encryption turned off`);
  await workerWith({});
  await typeCommand(at, why.remedies[0]?.command ?? '');
  await new People(at, reference).until('video');
  withKeys({ encryptPayloads: false });
  const here = await whyIs(reference, 'KEY_NOT_SHARED');
  expect(here.words).toContain(`encrypted with the codec key "local", and ${OURS} has encryption turned off`);
  withKeys({});
});

test('a request stands still at a worker without the key of its history, and goes on with it', async () => {
  const who = await People.start(at);
  await who.throughTo('review');
  await workerWith({ codec: [codecKey('next')] });
  const quiet = await whyIs(who.reference, 'KEY_NOT_SHARED');
  expect(quiet).toMatchObject({ state: 'attention', leavesByItself: false });
  expect(quiet.words.toLowerCase()).toContain(`${THE_WORKER} has no codec key "local"`);
  expect(quiet.words).toContain('Nothing is lost');
  const temporal = await Temporal.connect(at);
  await temporal.workflow(who.workflowId).signal('hint');
  const told = await eventually(async () => {
    const { events } = await temporal.workflow(who.workflowId).fetchHistory();
    return events?.findLast((event) => event.workflowTaskFailedEventAttributes)?.workflowTaskFailedEventAttributes
      ?.failure?.message;
  });
  expect(told).toContain(`KEY_NOT_SHARED: What was accepted earlier cannot be read: ${THE_WORKER} has no codec key`);
  await temporal.close();
  await who.console('approve');
  await workerWith({});
  await who.until('acceptance');
});

test('a command that lacks the key with which the worker writes says so, and the worker is named', async () => {
  const next = codecKey('next');
  await workerWith({ codec: [next, ...keys.codec] });
  const { reference } = await clientWith({}, (client) => client.start(aStart()));
  const why = await whyIs(reference, 'KEY_NOT_SHARED');
  expect(why.words).toContain(`This process on ${hostname()} has no codec key "next"`);
  await clientWith({ codec: [...keys.codec, next] }, (client) => peopleWith(client, reference).until('video'));
  await workerWith({});
  withKeys({});
});

test('an order by another key is refused by name, whether its id is unknown or taken', async () => {
  const who = await People.start(at);
  await who.until('video');
  for (const [id, words] of [
    ['mine', `${THE_WORKER} does not have the orders key "mine"`],
    ['local', `the orders key "local" of ${THE_WORKER} did not sign it`],
  ] as const) {
    const made = generateOrderKeys();
    const pair = { publicKey: lay(`${id}-pub.pem`, made.publicKey), privateKey: lay(`${id}-key.pem`, made.privateKey) };
    await clientWith({ orders: [{ id, ...pair }] }, async (client) => {
      const order = client.cancel(who.reference, { actor: { kind: 'requester' }, reason: 'a test' });
      await expect(order).rejects.toMatchObject({
        code: 'ORDER_REFUSED',
        message: expect.stringContaining(words) as string,
      });
    });
  }
  withKeys({});
});

test('a code that is sealed to a key that the worker lacks is typed again, and the worker is named', async () => {
  const seal = [{ id: 'other', publicKey: await ownSealKey() }];
  const who = await People.start(at);
  await who.throughTo('code');
  await clientWith({ seal }, async (client) => {
    const signing = client.sign(who.reference, { secret: await who.code() });
    await expect(signing).rejects.toMatchObject({
      code: 'SEAL_NOT_OPENED',
      message: expect.stringContaining(`${sentence(THE_WORKER)} has no private seal key "other"`) as string,
    });
  });
  withKeys({});
  await who.sign();
  expect(await who.outcome()).toMatchObject({ outcome: 'signed' });
});

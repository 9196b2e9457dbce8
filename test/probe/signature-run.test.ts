import { readFile, stat } from 'node:fs/promises';
import { SimulatedPeople } from '../../src/probe/simulated-people.js';
import { Stopped } from '../../src/probe/people.js';
import { readProbeFile } from '../../src/probe/storage.js';
import { changingProxy, type Passing, replaced } from './changing-proxy.js';
import { ProbePlace, SIGNER } from './probe-place.js';

/** What a probe keeps to itself, how it goes on, and what it does when answers are lost or strange. */

const PERSON = {
  given_name: 'Quetzalina',
  surname_1: 'Canariera',
  surname_2: 'Ñandú',
  serial_number: 'X7654321Q',
  birth_date: '29/02/1976',
};

/** A signer with distinctive data. */
class Canary extends SimulatedPeople {
  constructor(private readonly at: ProbePlace) {
    super(at.sandbox.url, () => undefined, 200);
  }

  override async video({ pk }: { pk: string }): Promise<void> {
    await this.at.provider.video(pk, 'finished', PERSON);
  }
}

/** Somebody who stops at the code. */
class Leaving extends Canary {
  override async code(): Promise<string> {
    throw new Stopped();
  }
}

/** Somebody at the terminal, who answers questions. */
class Answering extends Canary {
  override readonly attended: boolean = true;
  readonly asked: string[] = [];

  constructor(
    at: ProbePlace,
    private readonly answers: string[],
  ) {
    super(at);
  }

  override async line(question?: string): Promise<string> {
    this.asked.push(question ?? '');
    return this.answers.shift() ?? '';
  }
}

let place: ProbePlace;
beforeAll(async () => {
  place = await ProbePlace.open();
});
afterAll(() => place.close());
afterEach(async () => {
  await place.provider.resetSettings();
  await place.provider.clearFaults();
});

/** How many calls of each endpoint came in. */
async function received(): Promise<Record<string, number>> {
  const counts = Object.entries(await place.provider.callCounts());
  return Object.fromEntries(counts.map(([endpoint, count]) => [endpoint, count.received]));
}

/** Everything that must stay on this machine. */
async function secretsOf(privatePath: string): Promise<string[]> {
  const { ids, key } = JSON.parse(await readFile(privatePath, 'utf8')) as { ids: Record<string, string>; key: string };
  const requests = await place.provider.requests();
  return [
    ...Object.values(PERSON),
    ...Object.values(SIGNER),
    SIGNER.phone.slice(1),
    ...Object.values(ids).filter((id) => id.length > 4),
    ...requests.map(({ code }) => code).filter((code): code is string => typeof code === 'string'),
    key,
    'sandbox-billing-password',
    '1125824',
    'rao-password-1400',
    'rao-pin-1400',
  ];
}

test('neither the file nor the report holds a value of a person, a credential, a link, a code or an id', async () => {
  const probed = await place.probe({ people: new Canary(place) });
  const texts = await probed.texts();
  const secrets = await secretsOf(probed.storage.privatePath);
  expect(secrets.length).toBeGreaterThan(15);
  for (const secret of secrets) {
    expect(texts).not.toContain(secret);
    expect(texts).not.toContain(Buffer.from(secret).toString('base64'));
  }
  for (const path of [probed.storage.path, probed.storage.privatePath, probed.storage.reportPath]) {
    expect((await stat(path)).mode & 0o077).toBe(0);
  }
});

test('a stopped probe goes on where it was, and creates and signs once', async () => {
  const before = await received();
  const storage = await place.begin();
  await expect(place.probe({ people: new Leaving(place), others: false }, storage)).rejects.toThrow(Stopped);
  const stopped = await readProbeFile(storage.path);
  expect(stopped.steps.map(({ name }) => name)).not.toContain('code');
  expect(stopped.findings.length).toBeGreaterThan(0);
  const { file } = await place.probe({ people: new Canary(place), others: false }, storage);
  expect(file.ended).toBeDefined();
  expect(file.exchanges.map(({ number }) => number)).toEqual([...file.exchanges.keys()].map((index) => index + 1));
  const after = await received();
  expect(after['create']).toBe((before['create'] ?? 0) + 1);
  // A finished probe does nothing more.
  await place.probe({ others: false }, storage);
  expect(await received()).toEqual(after);
});

test('two processes do not work with one file', async () => {
  const storage = await place.begin();
  const unlock = await storage.lock();
  await expect(place.probe({}, storage)).rejects.toMatchObject({ code: 'NOT_NOW' });
  await unlock();
});

test('a create whose answer is lost is not repeated: a person says what happened', async () => {
  await place.provider.addFault({ name: 'answer-lost', endpoint: 'create', times: 1 });
  const storage = await place.begin();
  await expect(place.probe({}, storage)).rejects.toMatchObject({ code: 'CREATE_IN_DOUBT' });
  const before = await received();
  await expect(place.probe({}, storage)).rejects.toMatchObject({ code: 'CREATE_IN_DOUBT' });
  expect(await received()).toEqual(before);
  const [made] = await place.provider.requests();
  const people = new Answering(place, [String(made?.pk), 'no number', String(made?.videoidPk)]);
  const { file } = await place.probe({ people, others: false }, storage);
  expect(file.steps.filter(({ end }) => end === 'failed')).toEqual([]);
  expect((await received())['create']).toBe(before['create']);
});

test('a signature whose answer is lost is found by reading', async () => {
  await place.provider.addFault({ name: 'answer-lost', endpoint: 'sign', nth: 4 });
  const { file } = await place.probe({ people: new Canary(place), others: false });
  expect(file.steps.filter(({ end }) => end === 'failed')).toEqual([]);
});

const asJson = (answer: Passing) => answer.headers['content-type']?.includes('json') ?? false;

test.each<[string, (answer: Passing) => Partial<Passing> | undefined, RegExp]>([
  [
    'other names of the ids',
    (answer) => ({ body: replaced(answer, ['"request_pk"', '"request_number"'], ['"videoid_pk"', '"video_id"']) }),
    /fields with other names/,
  ],
  [
    'another name of the status',
    (answer) =>
      answer.path.startsWith('/request/') && answer.method === 'GET'
        ? {
            body: replaced(
              answer,
              ['"status":"VIDEO', '"state":"VIDEO'],
              ['"status":"ENROLL', '"state":"ENROLL'],
              ['"status":"ISSUED', '"state":"ISSUED'],
            ),
          }
        : undefined,
    /the status in another field/,
  ],
  [
    'a status that no document names',
    (answer) => (answer.method === 'GET' ? { body: replaced(answer, ['VIDEOPENDING', 'VIDEOPREPARED']) } : undefined),
    /VIDEOPREPARED/,
  ],
])('the probe gets through an interface with %s, and says so', async (_what, change, said) => {
  const proxy = await changingProxy(place.sandbox.url, (answer) => (asJson(answer) ? change(answer) : undefined));
  try {
    const { file, report } = await place.probe({ people: new Canary(place), optimizer: proxy.url, others: false });
    expect(file.steps.filter(({ end }) => end === 'failed')).toEqual([]);
    expect(report.deviations.join('\n')).toMatch(said);
  } finally {
    await proxy.close();
  }
});

test('a provider that refuses with pages contradicts that its answers are JSON', async () => {
  const page = Buffer.from('<html><head><title>Forbidden</title></head></html>');
  const proxy = await changingProxy(place.sandbox.url, ({ status }) =>
    status >= 400 && status < 500 ? { headers: { 'content-type': 'text/html' }, body: page } : undefined,
  );
  try {
    const probed = await place.probe({ people: new Canary(place), optimizer: proxy.url, others: false });
    expect(probed.finding('answersAreJson')).toMatchObject({ verdict: 'contradicted', setting: false });
    expect(probed.finding('codeNotAcceptedTexts').verdict).toBe('contradicted');
  } finally {
    await proxy.close();
  }
});

test('a provider that refuses in a lone field of gateways contradicts that others may have written it', async () => {
  const proxy = await changingProxy(place.sandbox.url, (answer) => {
    if (answer.status < 400 || answer.status >= 500 || !asJson(answer)) return undefined;
    return { body: Buffer.from(JSON.stringify({ message: 'This is not possible in this way' })) };
  });
  try {
    const probed = await place.probe({ people: new Canary(place), optimizer: proxy.url, others: false });
    expect(probed.finding('unknownRefusals')).toMatchObject({ verdict: 'contradicted', setting: 'provider' });
  } finally {
    await proxy.close();
  }
});

test('values that stand where names and words stand do not reach the file', async () => {
  const proxy = await changingProxy(place.sandbox.url, (answer) => {
    if (!asJson(answer)) return undefined;
    const body = JSON.parse(answer.body.toString()) as Record<string, unknown>;
    const hostile = {
      [PERSON.given_name.toLowerCase()]: 1,
      [PERSON.serial_number]: { [SIGNER.email]: true },
      status_of_request: 'QUETZALINA',
      event_type: 'QUETZALINA',
      note: `${PERSON.given_name} ${PERSON.surname_1} has signed`,
      // A name of a field that goes to the prototype of objects.
      __proto__x: null,
    };
    const words = answer.status >= 400 ? { detail: `${PERSON.surname_1}, ${SIGNER.phone}: not now` } : {};
    return {
      headers: { ...answer.headers, [`x-${PERSON.surname_1.toLowerCase()}`]: '1' },
      body: Buffer.from(JSON.stringify({ ...body, ...hostile, ...words })),
    };
  });
  try {
    const probed = await place.probe({ people: new Canary(place), optimizer: proxy.url, others: false });
    const texts = await probed.texts();
    for (const secret of await secretsOf(probed.storage.privatePath)) {
      expect(texts.toLowerCase()).not.toContain(secret.toLowerCase());
    }
  } finally {
    await proxy.close();
  }
});

test('answers without end, or nested without end, are bounded', async () => {
  const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
  const proxy = await changingProxy(place.sandbox.url, ({ method, path }) => {
    if (path === '/no-such-call') return { body: Buffer.from(deep) };
    return method === 'GET' && path === '/request/0' ? { body: Buffer.alloc(8_000_000, 'x') } : undefined;
  });
  try {
    const { storage } = await place.probe({ people: new Canary(place), optimizer: proxy.url, others: false });
    expect((await stat(storage.path)).size).toBeLessThan(1_000_000);
  } finally {
    await proxy.close();
  }
});

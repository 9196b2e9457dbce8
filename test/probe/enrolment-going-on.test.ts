import { PassThrough } from 'node:stream';
import { AttendedPeople } from '../../src/probe/attended-people.js';
import { type People, Stopped } from '../../src/probe/people.js';
import { type ChangingProxy, changingProxy } from './changing-authority.js';
import { EnrolmentPlace } from './enrolment-place.js';

let place: EnrolmentPlace;
let proxy: ChangingProxy;

beforeAll(async () => {
  place = await EnrolmentPlace.start();
  proxy = await changingProxy(place.served, place.folder);
});
beforeEach(async () => {
  await place.behaves({ updateLeavesOut: 'emptied' });
  place.patience = 5_000;
});
afterAll(async () => {
  await proxy.close();
  await place.close();
});

/** How many requests of the probe's signer there are. */
async function made(): Promise<number> {
  return (await place.provider.enrolments()).length;
}

test('a probe that is stopped at every question goes on, and makes nothing twice', async () => {
  const storage = await place.begin();
  const before = await made();
  const stopped = new Set<string>();
  const stopsOnce = (people: People): People => {
    const once = <Name extends 'video' | 'operate' | 'received'>(name: Name): People[Name] => {
      const act = people[name].bind(people) as (...given: unknown[]) => Promise<unknown>;
      const stopping = async (...given: unknown[]): Promise<unknown> => {
        const key = JSON.stringify([name, given.at(-1)]);
        if (stopped.has(key)) return act(...given);
        stopped.add(key);
        throw new Stopped();
      };
      return stopping as People[Name];
    };
    return Object.assign(people, { video: once('video'), operate: once('operate'), received: once('received') });
  };
  const run = (): Promise<unknown> => place.carryOut(storage, { people: stopsOnce(place.people()) });
  for (const _ of ['video', 'validate', 'mail: video', 'mail: certificate'])
    await expect(run()).rejects.toBeInstanceOf(Stopped);
  await run();
  expect((await made()) - before).toBe(2);
  const { file } = await storage.load();
  expect(file.steps.filter(({ end }) => end !== 'done')).toEqual([]);
  expect(file.findings.filter(({ verdict }) => verdict === 'contradicted')).toEqual([]);
  expect(file.exchanges.filter(({ occasion }) => occasion === 'create-again')).toHaveLength(1);
  const numbers = file.exchanges.map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('a create whose answer is lost: its request is found by its scratchcard, and nothing is created again', async () => {
  const before = await made();
  await place.provider.addFault({ name: 'answer-lost', endpoint: 'ra-create', times: 1 });
  const { file, finding } = await place.probe({}, { others: false });
  expect((await made()) - before).toBe(1);
  expect(file.exchanges.filter(({ occasion }) => occasion === 'create').map(({ lost }) => lost)).toHaveLength(1);
  expect(file.exchanges.filter(({ occasion }) => occasion === 'find-in-doubt')).toHaveLength(1);
  expect(file.steps.filter(({ end }) => end === 'failed')).toEqual([]);
  expect(finding('requestHasOneScratchcard').verdict).toBe('confirmed');
});

test('a create in doubt that no list shows ends the run, and the next run looks again before it creates', async () => {
  const before = await made();
  await place.behaves({ listLag: 3_600_000 });
  await place.provider.addFault({ name: 'answer-lost', endpoint: 'ra-create', times: 1 });
  place.patience = 50;
  const storage = await place.begin();
  await expect(place.carryOut(storage)).rejects.toMatchObject({ code: 'CREATE_IN_DOUBT' });
  await expect(place.carryOut(storage)).rejects.toMatchObject({ code: 'CREATE_IN_DOUBT' });
  expect((await made()) - before).toBe(1);
  await place.behaves({});
  place.patience = 5_000;
  await place.carryOut(storage, { others: false });
  expect((await made()) - before).toBe(1);
});

test('a create that never arrived is made again with the same scratchcard, in the next run', async () => {
  const before = await made();
  await place.provider.addFault({ name: 'connection-cut-before', endpoint: 'ra-create', times: 1 });
  place.patience = 50;
  const storage = await place.begin();
  await expect(place.carryOut(storage)).rejects.toMatchObject({ code: 'CREATE_IN_DOUBT' });
  place.patience = 500;
  await place.carryOut(storage, { others: false });
  expect((await made()) - before).toBe(1);
});

test('a card that somebody else has used in between is no request of ours: the next one is taken', async () => {
  await place.behaves({}, { wording: 'other' });
  await place.probe({ profile: 'PFnubeQAFCiudadano' }, { others: false });
  const before = await made();
  await place.provider.addFault({ name: 'used-card', endpoint: 'ra-first-scratchcard', times: 2 });
  const signer = { phone: '+34600000001', email: 'another@example.com' };
  const { file } = await place.probe({ profile: 'PFnubeQAFCiudadano', signer }, { others: false });
  const creates = file.exchanges.filter(({ occasion }) => occasion === 'create');
  expect(creates.map(({ answer }) => answer?.status)).toEqual([500, 201]);
  expect((await made()) - before).toBe(1);
  expect((await place.provider.enrolments())[0]?.email).toBe(signer.email);
});

test('a lost answer of an approval: the request is read, and approved only once', async () => {
  await place.provider.addFault({ name: 'answer-lost', endpoint: 'ra-approve', times: 1 });
  const { file, finding } = await place.probe({}, { others: false });
  expect(file.exchanges.filter(({ occasion }) => occasion.startsWith('approve'))).toHaveLength(1);
  expect(file.steps.filter(({ end }) => end === 'failed')).toEqual([]);
  expect(finding('scratchcardKeepsItsSecrets').verdict).toBe('not-seen');
});

test('a person who answers the questions gets through, and corrects what is refused', async () => {
  let isRefused = false;
  proxy.change = (call, answer) => {
    if (call !== 'PUT /requests/N/' || isRefused) return answer;
    isRefused = true;
    const error = 'Invalid request fields: country_name';
    return {
      status: 412,
      type: 'application/json',
      body: JSON.stringify({ code: '415', id: '80a9e5709417bdc9', error }),
    };
  };
  const [input, output] = [new PassThrough(), new PassThrough()];
  const asked: string[] = [];
  output.on('data', (bytes: Buffer) => {
    const question = bytes.toString();
    asked.push(question);
    const mine = Object.entries(ANSWERS).find(([words]) => question.includes(words));
    input.write(`${mine?.[1] ?? ''}\n`);
  });
  const said: string[] = [];
  const attended = new AttendedPeople({ input, output, say: (...lines) => said.push(...lines) });
  const people: People = attended;
  const [video, operate] = [people.video.bind(people), people.operate.bind(people)];
  people.video = async (request) => {
    await video(request);
    await place.provider.video(request.pk, 'finished');
  };
  people.operate = async (request, act) => {
    await operate(request, act);
    await place.provider.operator(request.pk, 'validate');
  };
  const storage = await place.begin({ fields: { title: 'Doctora' } });
  await place.carryOut(storage, { people, config: place.config({ served: proxy.served }) });
  attended.close();
  const { file, secrets } = await storage.load();
  expect(file.steps.filter(({ end }) => end !== 'done')).toEqual([]);
  expect(secrets.fields).toMatchObject({ title: 'Doctora', organization_name: 'Una SL', organization_country: 'ES' });
  expect(asked.some((question) => question.includes('title'))).toBe(false);
  expect(file.findings.find(({ assumption }) => assumption === 'countryName')).toMatchObject({
    verdict: 'contradicted',
    setting: 'PT',
  });
  expect(said.join('\n')).toContain('http'); // the link, for the signer
  expect(file.findings.find(({ assumption }) => assumption === 'linkGoesByMail')?.verdict).toBe('contradicted');
});

const ANSWERS = {
  country_name: 'PT',
  organization_name: 'Una SL',
  'link to the video': 'y',
  'link to the certificate': 'n',
};

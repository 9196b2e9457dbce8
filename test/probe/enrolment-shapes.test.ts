import { type ChangingProxy, type Passed, changingProxy } from './changing-authority.js';
import { EnrolmentPlace } from './enrolment-place.js';

let place: EnrolmentPlace;
let proxy: ChangingProxy;

beforeAll(async () => {
  place = await EnrolmentPlace.start();
  proxy = await changingProxy(place.served, place.folder);
});
beforeEach(() => place.behaves({ updateLeavesOut: 'emptied' }));
afterAll(async () => {
  await proxy.close();
  await place.close();
});

function renamed(answer: Passed, from: string, to: string): Passed {
  return { ...answer, body: answer.body.replaceAll(`"${from}":`, `"${to}":`) };
}

test('the number of a request and of a card in fields with other names', async () => {
  proxy.change = (call, answer) => {
    if (call === 'GET /scratchcards/get_first_unused/') return renamed(answer, 'sn', 'serial');
    return call === 'POST /requests/' ? renamed(answer, 'pk', 'request_id') : answer;
  };
  const { file } = await place.probe({}, { config: place.config({ served: proxy.served }) });
  expect(file.steps.filter(({ end }) => end !== 'done')).toEqual([]);
  expect(file.notes.filter(({ name }) => name.startsWith('deviation')).map(({ step }) => step)).toEqual(
    expect.arrayContaining(['scratchcard', 'create']) as string[],
  );
});

test('a status that stands where the product does not look for it', async () => {
  proxy.change = (call, answer) => (call === 'GET /requests/N/' ? renamed(answer, 'status', 'state') : answer);
  const { file, finding } = await place.probe({}, { config: place.config({ served: proxy.served }) });
  expect(file.steps.filter(({ end }) => end !== 'done')).toEqual([]);
  expect(finding('statusIsLive').verdict).toBe('confirmed');
  expect(finding('evidenceMethod').verdict).toBe('confirmed');
  expect(file.notes.some(({ name }) => name === 'deviation: status')).toBe(true);
});

test('a status that no document names is told', async () => {
  let reads = 0;
  proxy.change = (call, answer) => {
    if (call !== 'GET /requests/N/' || !answer.body.includes('"VIDEOREVIEW"')) return answer;
    reads += 1;
    return reads > 2 ? answer : { ...answer, body: answer.body.replace('"VIDEOREVIEW"', '"VIDEOCHECK"') };
  };
  const { file, settings } = await place.probe(
    { profile: 'PFnubeQAFCiudadano' },
    { config: place.config({ served: proxy.served }), others: false },
  );
  expect(file.steps.filter(({ end }) => end === 'failed')).toEqual([]);
  expect(file.notes.find(({ step, name }) => step === 'video' && name === 'statuses')?.value).toContain('VIDEOCHECK');
  expect(settings).toBeDefined();
});

test('a provider that refuses with pages: the answers are not JSON', async () => {
  proxy.change = (_, answer) =>
    answer.status < 400 ? answer : { ...answer, type: 'text/html', body: '<h1>No es posible</h1>' };
  const { finding } = await place.probe(
    { profile: 'PFnubeQAFCiudadano' },
    { config: place.config({ served: proxy.served }) },
  );
  expect(finding('answersAreJson')).toMatchObject({ verdict: 'contradicted', setting: false });
});

test('an evidence document whose answer has no number counts as uploaded', async () => {
  proxy.change = (call, answer) =>
    call.endsWith('upload_videoid_evidence/') && answer.status === 201 ? { ...answer, body: '{"ok":true}' } : answer;
  const { file, finding } = await place.probe({}, { config: place.config({ served: proxy.served }), others: false });
  expect(file.steps.filter(({ end }) => end === 'failed')).toEqual([]);
  expect(finding('evidenceMethod').verdict).toBe('confirmed');
});

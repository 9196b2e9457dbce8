import { RaStand } from './ra-support.js';

const log: string[] = [];
let ra: RaStand;
beforeAll(async () => {
  ra = await RaStand.start({ log: (event, facts) => log.push(`${event} ${JSON.stringify(facts)}`) });
});
afterAll(async () => ra.close());
afterEach(async () => ra.stand.faults());

async function countOf(email: unknown): Promise<unknown> {
  return (await ra.call('GET', `/requests/?email=${String(email)}`)).body['count'];
}

test('a create whose answer was lost is there, once, and is found by its card', async () => {
  await ra.stand.faults({ name: 'answer-lost', endpoint: 'ra-create', times: 1 });
  const order = await ra.order();
  await expect(ra.call('POST', '/requests/', order)).rejects.toThrow(/socket|other side closed|ECONNRESET/);
  const { body } = await ra.call('GET', `/requests/?scratchcard=${String(order['scratchcard'])}`);
  const [found] = body['results'] as { pk: number }[];
  expect(body['count']).toBe(1);
  expect(await ra.inside(found?.pk ?? 0)).toMatchObject({
    done: { 'ra-create': 1 },
    calls: { 'ra-create': { received: 1, ended: { cut: 1 } } },
  });
  expect((await ra.call('POST', '/requests/', order)).status).toBe(500);
});

test('a create that was cut before left nothing: the card is unused', async () => {
  await ra.stand.faults({ name: 'connection-cut-before', endpoint: 'ra-create', times: 1 });
  const order = await ra.order();
  await expect(ra.call('POST', '/requests/', order)).rejects.toThrow(/socket|other side closed|ECONNRESET/);
  expect((await ra.call('POST', '/scratchcards/isused/', { sn: order['scratchcard'] })).text).toBe('false');
  expect((await ra.call('POST', '/requests/', order)).status).toBe(201);
});

test.each([
  ['answer-503', 503, 'Service Unavailable'],
  ['answer-429', 429, 'Too many requests'],
  ['answer-500', 500, 'Unexpected condition 0x7f in module tsp'],
])('%s comes in the shape of this API, before anything is done', async (name, status, error) => {
  await ra.stand.faults({ name, endpoint: 'ra-create' });
  const email = `${name}@made-up.example`;
  const answer = await ra.call('POST', '/requests/', await ra.order({ email }));
  expect(answer.status).toBe(status);
  expect(answer.body).toEqual({
    code: String(status),
    id: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
    error,
  });
  expect(await countOf(email)).toBe(0);
});

test('the work done and a 500 after it', async () => {
  await ra.stand.faults({ name: 'answer-500-after', endpoint: 'ra-create', registrationAuthority: '139' });
  const email = 'after@made-up.example';
  expect((await ra.call('POST', '/requests/', await ra.order({ email }))).status).toBe(500);
  expect(await countOf(email)).toBe(1);
});

test('an answer cut in the middle', async () => {
  const pk = await ra.create();
  await ra.stand.faults({ name: 'answer-cut', endpoint: 'ra-get-request', times: 1 });
  await expect(ra.call('GET', `/requests/${pk}/`)).rejects.toThrow(
    /other side closed|socket|aborted|terminated|mismatch/i,
  );
  expect(await ra.read(pk)).toMatchObject({ pk });
});

test('reads can be behind, one request or one authority at a time', async () => {
  const pk = await ra.create();
  const other = await ra.create();
  await ra.stand.faults({ name: 'reads-behind-hooks', request: pk, ms: 3_600_000 });
  await ra.video(pk);
  await ra.video(other);
  expect([(await ra.read(pk))['status'], (await ra.read(other))['status']]).toEqual(['VIDEOPENDING', 'VIDEOREVIEW']);
  await ra.stand.faults({ name: 'status-unknown', endpoint: 'ra-get-request', shows: 'RENEWED' });
  expect((await ra.read(pk))['status']).toBe('RENEWED');
});

test('the first unused card can be a used one', async () => {
  const pk = await ra.create();
  const { scratchcard } = await ra.inside(pk);
  const next = await ra.card();
  await ra.stand.faults({ name: 'used-card', times: 1 });
  expect((await ra.card()).sn).toBe(scratchcard);
  expect(await ra.card()).toEqual(next);
});

test('the contract can be damaged, the signed one unsigned', async () => {
  const pk = await ra.complete();
  const contract = async (type: string): Promise<string> =>
    (await ra.call('POST', `/requests/${pk}/pl_get_document/`, { type, rao_id: '1400' })).text;
  const whole = await contract('contract');
  await ra.stand.faults({ name: 'file-damaged', endpoint: 'ra-get-document' });
  expect(await contract('contract')).not.toBe(whole);
  await ra.operator(pk, 'approve');
  await ra.stand.control.pickUp(pk);
  await ra.stand.faults({ name: 'file-unsigned', endpoint: 'ra-get-document' });
  expect(await contract('signed_contract')).toBe(whole.replace('"contract"', '"signed_contract"'));
});

test('faults of the signer and counters know enrolments too', async () => {
  await ra.stand.faults({ name: 'video-error', phone: '+34699999999' });
  const pk = await ra.create({ mobile_phone_number: '+34699999999' });
  await ra.video(pk);
  expect(await ra.read(pk)).toMatchObject({ status: 'VIDEOERROR' });
  expect((await ra.inside(pk)).calls).toEqual({
    'ra-create': { received: 1, ended: { '201': 1 } },
    'ra-get-request': { received: 1, ended: { '200': 1 } },
  });
  expect(await ra.stand.control.callCounts()).toMatchObject({
    'ra-first-scratchcard': { ended: { '200': expect.any(Number) as unknown } },
  });
});

test('an endpoint that is not there is refused as a fault’s scope', async () => {
  await expect(ra.stand.faults({ name: 'slow', endpoint: 'ra-crate' })).rejects.toThrow('no endpoint ra-crate');
});

test('the log names requests by number and holds nobody’s data and no secret', async () => {
  const pk = await ra.complete();
  await ra.operator(pk, 'approve');
  const { email, phone, secrets, enrolToken, linkToken, scratchcard } = await ra.inside(pk);
  const all = log.join('\n');
  expect(all).toContain(`"request":${pk}`);
  for (const secret of [email, phone, enrolToken, linkToken, scratchcard, 'NORA', ...Object.values(secrets)]) {
    expect(all).not.toContain(secret);
  }
});

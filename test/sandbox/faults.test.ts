import { ORDER, pdf, RAO, Stand } from './support.js';

let stand: Stand;
beforeAll(async () => {
  stand = await Stand.start();
});
afterAll(async () => stand.close());
afterEach(async () => stand.faults());

const calls = async (pk: number): Promise<unknown> => (await stand.inside(pk)).calls;

test('answer-lost: the work is done, the caller gets no answer', async () => {
  const { pk, videoidPk } = await stand.create();
  await stand.video(pk);
  await stand.faults({ name: 'answer-lost', endpoint: 'approve', times: 1 });
  await expect(stand.api('POST', `/videoid/${videoidPk}/approve`, RAO)).rejects.toThrow('fetch failed');
  expect(await stand.status(pk)).toBe('ENROLLREADY');
  expect(await calls(pk)).toMatchObject({ approve: { received: 1, ended: { cut: 1 } } });
  expect(await stand.done(pk)).toMatchObject({ approve: 1 });
});

test('answer-lost of create leaves a request that only the console shows', async () => {
  const phone = '+34600999888';
  await stand.faults({ name: 'answer-lost', endpoint: 'create', phone });
  await expect(stand.api('POST', '/videoid', { ...ORDER, mobile_phone_number: phone })).rejects.toThrow('fetch failed');
  expect((await stand.control.phone(phone)).links).toHaveLength(1);
});

test('connection-cut-before: nothing is done', async () => {
  const { pk, videoidPk } = await stand.create();
  await stand.video(pk);
  await stand.faults({ name: 'connection-cut-before', endpoint: 'approve' });
  await expect(stand.api('POST', `/videoid/${videoidPk}/approve`, RAO)).rejects.toThrow('fetch failed');
  expect(await stand.status(pk)).toBe('VIDEOREVIEW');
});

test.each([
  ['answer-503', { retryAfter: 7 }, 503, '7'],
  ['answer-503', {}, 503, null],
  ['answer-429', {}, 429, '1'],
  ['answer-500', {}, 500, null],
  ['answer-other', { code: 504 }, 504, null],
])('%s %j: nothing is done', async (name, parameters, status, retryAfter) => {
  await stand.faults({ name, endpoint: 'create', ...parameters });
  const before = await stand.control.requests();
  const answer = await fetch(`${stand.sandbox.api}/videoid`, { method: 'POST', body: JSON.stringify(ORDER) });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
  expect(await stand.control.requests()).toEqual(before);
});

test('answer-500-after: the work is done all the same', async () => {
  const { pk } = await stand.createReady();
  await stand.faults({ name: 'answer-500-after', endpoint: 'otp' });
  expect((await stand.api('POST', `/otp/${pk}`)).status).toBe(500);
  expect(await stand.done(pk)).toMatchObject({ otp: 1 });
});

test('answer-cut: the file ends half-way', async () => {
  const { pk } = await stand.createReady();
  await stand.faults({ name: 'answer-cut', endpoint: 'get-contract' });
  await expect(stand.file(`/contract/${pk}`)).rejects.toThrow('terminated');
});

test('files-late: ISSUED before the files are there, until a control call', async () => {
  const { pk } = await stand.createReady();
  const uid = await stand.uploadOne(pk, await pdf('late'));
  await stand.faults({ name: 'files-late' });
  expect((await stand.sign(pk)).status).toBe(200);
  expect(await stand.status(pk)).toBe('ISSUED');
  const read = async (): Promise<number> =>
    (await fetch(`${stand.sandbox.api}/document/${pk}/${uid}?document_type=signed`)).status;
  expect(await read()).toBe(404);
  expect((await stand.file(`/contract/${pk}`)).includes('/ByteRange')).toBe(false);
  await stand.control.putFilesTogether(pk);
  expect(await read()).toBe(200);
  expect((await stand.file(`/contract/${pk}`)).includes('/ByteRange')).toBe(true);
});

test('code-not-accepted: a right code is refused once, then accepted', async () => {
  const { pk } = await stand.createReady();
  await stand.uploadOne(pk, await pdf('one'));
  await stand.faults({ name: 'code-not-accepted', times: 1 });
  const secret = await stand.code(pk);
  expect((await stand.api('POST', `/sign/${pk}`, { secret })).status).toBe(403);
  expect((await stand.api('POST', `/sign/${pk}`, { secret })).status).toBe(200);
});

test('reads-behind-hooks: the status shown is older than the one announced', async () => {
  await stand.faults({ name: 'reads-behind-hooks', ms: 60_000 });
  const { pk } = await stand.createReady();
  expect(await stand.status(pk)).toBe('VIDEOPENDING');
  await stand.faults();
  expect(await stand.status(pk)).toBe('ENROLLREADY');
});

test.each([
  ['absent', undefined],
  ['as-created', 'VIDEOPENDING'],
])('get request can be set to show the status %s', async (statusShown, shown) => {
  const { pk } = await stand.createReady();
  await stand.setting({ statusShown });
  expect(await stand.status(pk)).toBe(shown);
  await stand.control.resetSettings();
});

test('video-incomplete-first and video-error change how a finished video ends', async () => {
  await stand.faults({ name: 'video-incomplete-first', ms: 0 });
  const first = await stand.create();
  await stand.video(first.pk);
  expect((await stand.inside(first.pk)).history).toContainEqual(expect.objectContaining({ status: 'VIDEOINCOMPLETE' }));
  while ((await stand.status(first.pk)) !== 'VIDEOREVIEW') await new Promise((resolve) => setImmediate(resolve));

  await stand.faults({ name: 'video-error' });
  const second = await stand.create();
  await stand.video(second.pk);
  expect(await stand.status(second.pk)).toBe('VIDEOERROR');
});

describe('hold', () => {
  test.each([
    ['hold-before', 'VIDEOREVIEW'],
    ['hold-after', 'ENROLLREADY'],
  ])('%s keeps the caller waiting while the status is %s', async (name, meanwhile) => {
    const { pk, videoidPk } = await stand.create();
    await stand.video(pk);
    await stand.faults({ name, endpoint: 'approve' });
    const call = stand.api('POST', `/videoid/${videoidPk}/approve`, RAO);
    await untilHeld();
    expect(await stand.status(pk)).toBe(meanwhile);
    expect(await calls(pk)).toMatchObject({ approve: { received: 1, ended: {} } });
    await stand.control.clearFaults();
    expect((await call).status).toBe(200);
    expect(await stand.status(pk)).toBe('ENROLLREADY');
  });

  test('the work goes on when the caller went away meanwhile', async () => {
    const { pk, videoidPk } = await stand.create();
    await stand.video(pk);
    await stand.faults({ name: 'hold-before', endpoint: 'approve' });
    const abort = new AbortController();
    const url = `${stand.sandbox.api}/videoid/${videoidPk}/approve`;
    const call = fetch(url, { method: 'POST', body: JSON.stringify(RAO), signal: abort.signal });
    await untilHeld();
    abort.abort();
    await expect(call).rejects.toThrow('aborted');
    await stand.control.clearFaults();
    while ((await stand.status(pk)) !== 'ENROLLREADY') await new Promise((resolve) => setImmediate(resolve));
    expect(await stand.done(pk)).toMatchObject({ approve: 1 });
  });
});

describe('scope', () => {
  test('the n-th call', async () => {
    const { pk } = await stand.create();
    await stand.faults({ name: 'answer-503', endpoint: 'get-request', nth: [2, 3] });
    expect(await failing(4, pk)).toEqual([false, true, true, false]);
  });

  test('so many times', async () => {
    const { pk } = await stand.create();
    await stand.faults({ name: 'answer-503', times: 2 });
    expect(await failing(3, pk)).toEqual([true, true, false]);
  });

  test('one request, or each request by itself', async () => {
    const [one, other] = [await stand.create(), await stand.create()];
    await stand.faults({ name: 'answer-503', request: one.pk });
    expect([await failing(1, one.pk), await failing(1, other.pk)]).toEqual([[true], [false]]);
    await stand.faults({ name: 'answer-503', times: 1, perRequest: true });
    expect([await failing(2, one.pk), await failing(2, other.pk)]).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  test('one registration authority', async () => {
    await stand.faults({ name: 'answer-503', registrationAuthority: '140', endpoint: 'create' });
    expect((await stand.api('POST', '/videoid', ORDER)).status).toBe(200);
    expect((await stand.api('POST', '/videoid', { ...ORDER, registration_authority: '140' })).status).toBe(503);
  });

  test.each([
    [{ name: 'no-such-fault' }, 'name'],
    [{ name: 'slow', endpoint: 'no-such-endpoint' }, 'endpoint'],
    [{ name: 'slow', seconds: 3 }, 'seconds'],
  ])('an order that cannot be meant is refused: %j', async (order, word) => {
    await expect(stand.faults(order)).rejects.toThrow(word);
  });
});

test('an unknown setting is refused by name and changes nothing', async () => {
  await expect(stand.setting({ codeLenght: 24 })).rejects.toThrow('codeLenght');
});

async function heldCalls(): Promise<number> {
  return (await stand.control.faults())[0]?.held ?? 0;
}

async function untilHeld(): Promise<void> {
  while ((await heldCalls()) === 0) await new Promise((resolve) => setImmediate(resolve));
}

async function failing(count: number, pk: number): Promise<boolean[]> {
  const statuses = [];
  for (let index = 0; index < count; index += 1)
    statuses.push((await stand.api('GET', `/request/${pk}`)).status !== 200);
  return statuses;
}

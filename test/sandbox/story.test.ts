import { ORDER, pdf, RAO, Stand } from './support.js';

let stand: Stand;
beforeAll(async () => {
  stand = await Stand.start();
});
afterAll(async () => stand.close());

test('a request goes through the eight steps of the eIDAS VideoID workflow', async () => {
  const created = await stand.api('POST', '/videoid', ORDER);
  expect(created).toMatchObject({ status: 200, body: { status: 'success' } });
  const detail = created.body['detail'] as { videoid_pk: number; request_pk: number; videoid_link: string };
  const { videoid_pk: videoidPk, request_pk: pk, videoid_link: link } = detail;
  expect(await stand.status(pk)).toBe('VIDEOPENDING');

  const session = await fetch(link, { method: 'POST', body: new URLSearchParams({ result: 'finished' }) });
  expect(session.status).toBe(200);
  expect(await stand.status(pk)).toBe('VIDEOREVIEW');

  expect(await stand.api('POST', `/videoid/${videoidPk}/approve`, RAO)).toMatchObject({
    status: 200,
    body: { status: 'success', message: 'Request approved successfully' },
  });
  expect(await stand.status(pk)).toBe('ENROLLREADY');

  const original = await pdf('one');
  const uid = await stand.uploadOne(pk, original);
  const contracts = await Promise.all([1, 2, 3].map(() => stand.file(`/contract/${pk}`)));
  expect(contracts.every((contract) => contract.equals(contracts[0] ?? Buffer.alloc(0)))).toBe(true);
  expect(contracts[0]?.subarray(0, 5).toString()).toBe('%PDF-');
  const code = await stand.code(pk);
  expect(code).toMatch(/^\d{6}$/);
  expect(await stand.api('POST', `/sign/${pk}`, { secret: code })).toMatchObject({
    status: 200,
    body: { message: 'Documents correctly signed' },
  });
  expect(await stand.status(pk)).toBe('ISSUED');

  const signed = await stand.file(`/document/${pk}/${uid}?document_type=signed`);
  expect(signed.length).toBeGreaterThan(original.length);
  expect((await stand.file(`/document/${pk}/${uid}?document_type=original`)).equals(original)).toBe(true);

  expect((await stand.api('DELETE', `/document/${pk}/${uid}`)).status).toBe(200);
  expect(await stand.api('GET', `/document/${pk}/${uid}?document_type=signed`)).toMatchObject({
    status: 404,
    body: { detail: 'Document not found' },
  });
  expect(await stand.done(pk)).toEqual({ create: 1, approve: 1, upload: 1, otp: 1, sign: 1, 'delete-document': 1 });
});

describe('the video', () => {
  test.each([
    ['incomplete', 'VIDEOINCOMPLETE'],
    ['error', 'VIDEOERROR'],
  ] as const)('ends %s and can still be finished with the same link', async (result, status) => {
    const { pk } = await stand.create();
    await stand.video(pk, result);
    expect(await stand.status(pk)).toBe(status);
    await stand.video(pk, 'retry');
    expect(await stand.status(pk)).toBe('VIDEOPENDING');
    await stand.video(pk);
    expect(await stand.status(pk)).toBe('VIDEOREVIEW');
  });

  test('cannot be done again once it is under review', async () => {
    const { pk, link } = await stand.create();
    await stand.video(pk);
    const again = await fetch(link, { method: 'POST', body: new URLSearchParams({ result: 'error' }) });
    expect(again.status).toBe(409);
    expect(await stand.status(pk)).toBe('VIDEOREVIEW');
  });
});

describe('the decision', () => {
  test('a refusal needs a reason and cancels the request', async () => {
    const { pk, videoidPk } = await stand.create();
    await stand.video(pk);
    expect(await stand.api('POST', `/videoid/${videoidPk}/refuse`, { ...RAO, reason: ' ' })).toMatchObject({
      status: 400,
      body: { detail: 'No reason specified' },
    });
    expect(
      await stand.api('POST', `/videoid/${videoidPk}/refuse`, { ...RAO, reason: 'Expired document' }),
    ).toMatchObject({
      status: 200,
      body: { status: 'success', message: 'Videoid refuse completed' },
    });
    expect(await stand.status(pk)).toBe('CANCELLED');
  });

  test('is taken on the video, not on the request: the two numbers cannot be swapped', async () => {
    const { pk } = await stand.create();
    await stand.video(pk);
    expect((await stand.api('POST', `/videoid/${pk}/approve`, RAO)).status).toBe(404);
  });

  test('comes too early before the video is under review, and too late after it', async () => {
    const { pk, videoidPk } = await stand.create();
    const early = await stand.api('POST', `/videoid/${videoidPk}/approve`, RAO);
    expect(early).toMatchObject({ status: 412, body: { detail: 'Invalid request status' } });
    await stand.video(pk);
    await stand.control.console(pk, 'refuse', 'seen by us');
    expect((await stand.api('POST', `/videoid/${videoidPk}/approve`, RAO)).status).toBe(412);
  });

  test('in two steps, the first lands in CREATED', async () => {
    await stand.control.settings({
      registrationAuthorities: { '141': { behaviour: { approval: 'two-step' } } },
    });
    const { pk, videoidPk } = await stand.create({ registration_authority: '141' });
    await stand.video(pk);
    await stand.api('POST', `/videoid/${videoidPk}/approve`, RAO);
    expect(await stand.status(pk)).toBe('CREATED');
    await stand.api('POST', `/videoid/${videoidPk}/approve`, RAO);
    expect(await stand.status(pk)).toBe('ENROLLREADY');
  });
});

describe('cancelling', () => {
  test('in the console ends a request in any status before ISSUED', async () => {
    const { pk } = await stand.createReady();
    await stand.control.console(pk, 'cancel');
    expect(await stand.status(pk)).toBe('CANCELLED');
  });

  test('over the API removes the documents too', async () => {
    const { pk } = await stand.createReady();
    const uid = await stand.uploadOne(pk, await pdf('gone'));
    expect((await stand.api('DELETE', `/request/${pk}`)).status).toBe(200);
    expect(await stand.status(pk)).toBe('CANCELLED');
    expect((await stand.api('GET', `/document/${pk}/${uid}?document_type=original`)).status).toBe(404);
  });

  test.each([
    ['removes-folder', 200, 'ENROLLREADY'],
    ['absent', 405, 'ENROLLREADY'],
  ])('over the API can be set to %s', async (cancel, status, after) => {
    await stand.setting({ cancel });
    const { pk } = await stand.createReady();
    expect((await stand.api('DELETE', `/request/${pk}`)).status).toBe(status);
    expect(await stand.status(pk)).toBe(after);
    await stand.setting({ cancel: 'cancels' });
  });

  test('an issued request cannot be cancelled', async () => {
    const { pk } = await stand.createReady();
    await stand.uploadOne(pk, await pdf('signed'));
    expect((await stand.sign(pk)).status).toBe(200);
    expect((await stand.api('DELETE', `/request/${pk}`)).status).toBe(412);
  });
});

test('update request wants its five fields and the request’s own scratchcard', async () => {
  const { pk } = await stand.create();
  const { scratchcard } = await stand.inside(pk);
  const fields = {
    scratchcard,
    email: 'b@made-up.example',
    registration_authority: '139',
    profile: 'PFnubeNC',
    country_name: 'ES',
  };
  expect((await stand.api('PUT', `/request/${pk}`, { ...fields, country_name: '' })).status).toBe(400);
  expect((await stand.api('PUT', `/request/${pk}`, { ...fields, scratchcard: '1' })).status).toBe(500);
  expect(await stand.api('PUT', `/request/${pk}`, { ...fields, given_name: 'Ada' })).toMatchObject({
    body: { message: 'Request updated' },
  });
  expect((await stand.api('GET', `/request/${pk}`)).body['detail']).toMatchObject({ given_name: 'Ada' });
});

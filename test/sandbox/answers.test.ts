import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FULL_TOKEN, ORDER, pdf, RAO, Stand, TOKEN_WITHOUT_PIN } from './support.js';

let stand: Stand;
beforeAll(async () => {
  stand = await Stand.start();
});
afterAll(async () => stand.close());
afterEach(async () => {
  await stand.control.resetSettings();
});

describe('a create that cannot be used is refused in the provider’s words', () => {
  test.each<[string, Record<string, unknown>, number, string]>([
    ['without e-mail', { email: '' }, 400, 'Missing required parameters'],
    [
      'without env',
      { env: undefined },
      400,
      'Missing env parameter. Please set it in settings or specify it as parameter',
    ],
    ['with an unknown env', { env: 'moon' }, 400, 'Environment moon does not exist'],
    ['for an unknown registration authority', { registration_authority: '7' }, 404, 'Registration Authority not found'],
    ['with an unknown profile', { profile: 'PFother' }, 400, 'Profile PFother not found'],
    [
      'with a phone without prefix',
      { mobile_phone_number: '0600' },
      400,
      'Please use the mobile phone number with an international prefix',
    ],
    ['with a bad e-mail', { email: 'nobody' }, 400, 'Enter a valid email address'],
    [
      'with wrong billing credentials',
      { billing_password: 'd3Jvbmc=' },
      500,
      'Cannot check the remaining credit for the billing user. Please check the credentials.',
    ],
  ])('%s', async (_what, change, status, words) => {
    expect(await stand.api('POST', '/videoid', { ...ORDER, ...change })).toEqual({
      status,
      body: { status: 'error', detail: words },
    });
    expect(await stand.control.requests()).toEqual([]);
  });

  test('where the body is not JSON, which is not quoted back', async () => {
    const { status, body } = await stand.api('POST', '/videoid', '{"email": canary');
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('Could not parse JSON body');
    expect(JSON.stringify(body)).not.toContain('canary');
  });

  test('where VideoID is not enabled', async () => {
    await stand.setting({ videoidEnabled: false });
    expect((await stand.api('POST', '/videoid', ORDER)).body['detail']).toBe(
      'Videoid not enabled for Registration Authority 139',
    );
  });
});

test('billing and env can be held by the Optimizer', async () => {
  await stand.setting({ optimizerHolds: { billing: true, env: true } });
  const { billing_username: _name, billing_password: _password, env: _env, ...rest } = ORDER;
  expect((await stand.api('POST', '/videoid', rest)).status).toBe(200);
});

describe('the envelope', () => {
  test('of create has the vendor’s own spelling', async () => {
    const { body } = await stand.api('POST', '/videoid', ORDER);
    expect(Object.keys(body)).toEqual(['status', 'messsage', 'detail']);
  });

  test('can be spelled the other ways', async () => {
    await stand.setting({ messageSpelling: 'message', detailSpelling: 'details', pkType: 'string' });
    const { body } = await stand.api('POST', '/videoid', ORDER);
    expect(Object.keys(body)).toEqual(['status', 'message', 'details']);
    expect(body['details']).toMatchObject({ request_pk: expect.any(String) as unknown });
  });

  test.each([
    ['details', { status: 'error', details: 'Registration Authority not found' }],
    ['message', { status: 'error', message: 'Registration Authority not found' }],
    ['v1', { status: '404 Not Found', details: 'Registration Authority not found' }],
    ['fastapi', { detail: 'Registration Authority not found' }],
  ])('of an error can be %s', async (errorShape, body) => {
    await stand.setting({ errorShape });
    expect((await stand.api('POST', '/videoid', { ...ORDER, registration_authority: '7' })).body).toEqual(body);
  });

  test('of missing fields can be FastAPI’s list', async () => {
    await stand.setting({ missingFields: '422' });
    expect(await stand.api('POST', '/videoid', { ...ORDER, email: null })).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'email'] }] },
    });
  });
});

test('an unknown path is FastAPI’s 404', async () => {
  expect(await stand.api('GET', '/requests')).toEqual({ status: 404, body: { detail: 'Not Found' } });
});

describe('RAO credentials', () => {
  test.each<[string, Record<string, unknown>]>([
    ['username, password, pin and rao', RAO],
    ['rao as a number', { ...RAO, rao: 1400 }],
    ['token and rao', { token: FULL_TOKEN, rao: '1400' }],
    ['token, rao and the PIN it lacks', { token: TOKEN_WITHOUT_PIN, rao: '1400', pin: RAO.pin }],
  ])('are accepted as %s', async (_what, body) => expect(await approve(body)).toBe(200));

  test.each<[string, Record<string, unknown>, number]>([
    ['without a pin', { ...RAO, pin: undefined }, 400],
    ['with a token that lacks the PIN', { token: TOKEN_WITHOUT_PIN, rao: '1400' }, 400],
    ['with a token alone', { token: FULL_TOKEN }, 400],
    ['with a wrong password', { ...RAO, password: 'other' }, 403],
    ['with another RAO’s id', { ...RAO, rao: '972' }, 403],
    ['with an unknown token', { token: 'nobody', rao: '1400' }, 403],
  ])('are refused %s', async (_what, body, status) => expect(await approve(body)).toBe(status));

  test('a token may contain the rao, where that is set', async () => {
    await stand.setting({ raoWithToken: 'optional' });
    expect(await approve({ token: FULL_TOKEN })).toBe(200);
  });

  test('of an operator of another registration authority are refused', async () => {
    await stand.control.settings({ raos: { '1400': { registrationAuthorities: ['140'] } } });
    expect(await approve(RAO)).toBe(403);
  });

  test('can be held under a new token, which shows what it holds, but no value', async () => {
    const created = await stand.api('POST', '/token', {
      username: '1125825',
      password: 'rao-password-972',
      env: 'sandbox',
    });
    expect(created.body).toMatchObject({ status: 'success', message: 'Token created' });
    const uid = (created.body['details'] as { token_uid: string }).token_uid;
    expect((await stand.api('GET', `/token/${uid}`)).body['details']).toEqual({
      username: '1125825',
      password: true,
      pin: false,
    });
    expect(JSON.stringify((await stand.api('GET', '/tokens')).body)).not.toContain('rao-password');
    expect(await approve({ token: uid, rao: 972, pin: 'rao-pin-972' })).toBe(200);
    const again = await stand.api('POST', '/token', {
      username: '1125825',
      password: 'rao-password-972',
      env: 'sandbox',
    });
    expect(again).toMatchObject({ status: 400, body: { detail: 'A token with these credentials already exist!' } });
  });
});

describe('documents', () => {
  test('several in one call get a uid each, in their order', async () => {
    const { pk } = await stand.createReady();
    const { body } = await stand.upload(pk, await pdf('one'), await pdf('two'));
    expect(body['detail']).toMatchObject([
      { key: 'file' },
      { key: 'file2', digest: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown },
    ]);
  });

  test('at most ten', async () => {
    const { pk } = await stand.createReady();
    const file = await pdf('same');
    expect((await stand.upload(pk, ...Array.from({ length: 10 }, () => file))).status).toBe(200);
    expect(await stand.upload(pk, file)).toMatchObject({
      status: 400,
      body: { detail: `Maximum number of document reached for Request ${pk}` },
    });
  });

  test('only PDF, and only up to the limit; nothing is kept of a refused upload', async () => {
    const { pk } = await stand.createReady();
    expect((await stand.upload(pk, await pdf('good'), 'plain text')).status).toBe(415);
    await stand.setting({ uploadLimit: 100 });
    expect((await stand.upload(pk, await pdf('too large'))).status).toBe(413);
    expect((await stand.inside(pk)).documents).toEqual([]);
  });

  test('an upload that breaks off leaves nothing behind, and the next one works', async () => {
    const { pk } = await stand.createReady();
    const abort = new AbortController();
    const head = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 half of it';
    const body = new ReadableStream<Uint8Array>({ start: (stream) => stream.enqueue(Buffer.from(head)) });
    const init = { method: 'POST', body, signal: abort.signal, duplex: 'half' as const };
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const broken = fetch(`${stand.sandbox.api}/document/${pk}`, { ...init, headers });
    const incoming = join(stand.sandbox.state, 'documents', 'incoming');
    const half = async (): Promise<number> => (existsSync(incoming) ? readdirSync(incoming).length : 0);
    while ((await half()) === 0) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await expect(broken).rejects.toThrow('aborted');
    while ((await half()) > 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await stand.inside(pk)).documents).toEqual([]);
    expect((await stand.upload(pk, await pdf('whole'))).status).toBe(200);
  });

  test('not before the request is approved', async () => {
    const { pk } = await stand.create();
    expect((await stand.upload(pk, await pdf('early'))).status).toBe(412);
    expect((await stand.api('GET', `/contract/${pk}`)).status).toBe(412);
  });

  test.each([
    ['query', 200, 404],
    ['path', 405, 200],
    ['both', 200, 200],
  ])('are served by the %s form', async (documentPath, query, path) => {
    await stand.setting({ documentPath });
    const { pk } = await stand.createReady();
    const uid = await stand.uploadOne(pk, await pdf('one'));
    await stand.sign(pk);
    const get = async (rest: string): Promise<number> =>
      (await fetch(`${stand.sandbox.api}/document/${pk}/${rest}`)).status;
    expect([await get(`${uid}?document_type=signed`), await get(`signed/${uid}`)]).toEqual([query, path]);
  });

  test('are not there as signed before they are', async () => {
    const { pk } = await stand.createReady();
    const uid = await stand.uploadOne(pk, await pdf('one'));
    expect((await stand.api('GET', `/document/${pk}/${uid}?document_type=signed`)).status).toBe(404);
  });

  test('all go at once, and uids can be 32 hexadecimal digits', async () => {
    await stand.setting({ uidShape: 'hex' });
    const { pk } = await stand.createReady();
    expect(await stand.uploadOne(pk, await pdf('one'))).toMatch(/^[0-9a-f]{32}$/);
    expect((await stand.api('DELETE', `/document/${pk}`)).body).toEqual({
      status: 'success',
      message: `Documents deleted for Request ${pk}`,
    });
    expect((await stand.inside(pk)).documents).toEqual([]);
  });
});

describe('the code', () => {
  test('cannot be had again within the cool-down, and the newest one counts', async () => {
    const pk = await ready();
    const first = await stand.code(pk);
    expect(await stand.api('POST', `/otp/${pk}`)).toMatchObject({
      status: 412,
      body: { detail: 'Error occured during OTP generation: Otp generated less than a minute ago' },
    });
    await stand.setting({ codeCoolDown: 0, codeLength: 24, codeAlphabet: 'letters-and-digits' });
    const second = await stand.code(pk);
    expect(second).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(await signWith(pk, { secret: first })).toBe(403);
    expect(await signWith(pk, { secret: second })).toBe(200);
  });

  test('wrong, expired and worn out are one answer', async () => {
    const pk = await ready();
    const code = await stand.code(pk);
    const words = { status: 403, body: { detail: 'Confirmation Code invalid' } };
    expect(await stand.api('POST', `/sign/${pk}`, { secret: 'wrong' })).toMatchObject(words);
    await stand.setting({ codeTries: 1 });
    expect(await stand.api('POST', `/sign/${pk}`, { secret: code })).toMatchObject(words);
    await stand.setting({ codeTries: 0, codeLifetime: 0 });
    expect(await stand.api('POST', `/sign/${pk}`, { secret: code })).toMatchObject(words);
  });

  test('is not sent before approval', async () => {
    const { pk } = await stand.create();
    expect(await stand.api('POST', `/otp/${pk}`)).toMatchObject({
      status: 412,
      body: { detail: 'Error occured during OTP generation: Invalid request status' },
    });
  });

  test('can be replaced by another way of unlocking, with or without a secret', async () => {
    const unlock = { ext_unlock_type: 'biometric', ext_unlock_value: '12345678-12345678' };
    expect(await signWith(await ready(), unlock)).toBe(200);
    expect(await signWith(await ready(), { ...unlock, secret: 'customer-code' })).toBe(200);
    expect(await signWith(await ready(), { ...unlock, ext_unlock_value: 'no' })).toBe(403);
    expect(await signWith(await ready(), { ...unlock, ext_unlock_type: 'palm' })).toBe(403);
    await stand.setting({ unknownUnlockType: 'named' });
    expect(await signWith(await ready(), { ...unlock, ext_unlock_type: 'palm' })).toBe(400);
    await stand.setting({ secretWithUnlock: 'required' });
    expect(await signWith(await ready(), unlock)).toBe(400);
  });
});

test('a second signature is refused, also when both were sent at once', async () => {
  const { pk } = await stand.createReady();
  await stand.uploadOne(pk, await pdf('one'));
  const secret = await stand.code(pk);
  const both = await Promise.all([1, 2].map(async () => stand.api('POST', `/sign/${pk}`, { secret })));
  expect(both.map((answer) => answer.status)).toEqual(expect.arrayContaining([200, 412]));
  expect(both.find((answer) => answer.status === 412)?.body['detail']).toBe('Request already in ISSUED status');
  expect(await stand.done(pk)).toMatchObject({ sign: 1 });
});

async function approve(body: Record<string, unknown>): Promise<number> {
  const { pk, videoidPk } = await stand.create();
  await stand.video(pk);
  return (await stand.api('POST', `/videoid/${videoidPk}/approve`, body)).status;
}

async function ready(): Promise<number> {
  const { pk } = await stand.createReady();
  await stand.uploadOne(pk, await pdf('one'));
  return pk;
}

async function signWith(pk: number, body: unknown): Promise<number> {
  return (await stand.api('POST', `/sign/${pk}`, body)).status;
}

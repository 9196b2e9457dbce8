import { Secret } from '../../src/security/secret.js';
import type { Assumptions } from '../../src/uanataca/one-shot/assumptions.js';
import {
  type Answered,
  type AnsweringServer,
  type Arrived,
  answeringServer,
  clientOf,
  json,
} from './answering-server.js';
import { OFFICER, ORDER, REQUEST, VIDEOID, errorOf } from './people.js';

let server: AnsweringServer;
let answer: Answered;

beforeAll(async () => {
  server = await answeringServer(() => answer);
});
afterAll(() => server.close());
beforeEach(() => {
  server.arrived.length = 0;
});

async function calling<Result>(
  given: Answered,
  verb: (client: ReturnType<typeof clientOf>) => Promise<Result>,
  more: Parameters<typeof clientOf>[1] = {},
): Promise<{ result: Result; arrived: Arrived; body: unknown }> {
  answer = given;
  const client = clientOf(server.address, more);
  try {
    const result = await verb(client);
    const [arrived] = server.arrived;
    if (arrived === undefined) throw new Error('nothing arrived');
    const text = arrived.body.toString();
    return { result, arrived, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  } finally {
    await client.close();
  }
}

const assuming = (assumptions: Partial<Assumptions>) => ({ assumptions });
const LINK = 'https://cms.sandbox.uanataca.com/lcmpl/videoid/144409c0-8e80-4558-afe7-d6e169201505';

async function pinging(given: Answered): Promise<void> {
  await calling(given, (client) => client.ping());
}

describe('createVideoid', () => {
  const V2 = {
    status: 'success',
    messsage: 'VideoID created with pk 16673',
    detail: { videoid_pk: 137, videoid_link: LINK, request_pk: 45836 },
  };
  const billing = { username: new Secret('billing-user'), password: new Secret('billing password') };

  test('sends what V2 wants, to where V2 has it', async () => {
    const { arrived, body } = await calling(json(200, V2), (client) => client.createVideoid({ ...ORDER, billing }));
    expect(`${arrived.method} ${arrived.url}`).toBe('POST /oneshot/api/v1/videoid');
    expect(arrived.headers['content-type']).toBe('application/json');
    expect(body).toEqual({
      mobile_phone_number: ORDER.phone,
      email: ORDER.email,
      registration_authority: '1234',
      profile: ORDER.profile,
      env: 'sandbox',
      billing_username: 'billing-user',
      billing_password: 'billing password',
    });
  });

  test('leaves billing out where the Optimizer holds it', async () => {
    const { body } = await calling(json(200, V2), (client) => client.createVideoid(ORDER));
    expect(body).not.toHaveProperty('billing_username');
    expect(body).not.toHaveProperty('billing_password');
  });

  test('takes the Optimizer’s billing where the order has none', async () => {
    const { body } = await calling(json(200, V2), (client) => client.createVideoid(ORDER), { billing });
    expect(body).toMatchObject({ billing_username: 'billing-user' });
  });

  test.each<[Partial<Assumptions>, object]>([
    [{ billingPasswordEncoding: 'base64' }, { billing_password: 'YmlsbGluZyBwYXNzd29yZA==' }],
    [{ videoidModeInCreate: true }, { videoid_mode: 1 }],
    [{ envInCreate: false }, { env: undefined }],
  ])('with %j the body has %j', async (assumptions, expected) => {
    const order = { ...ORDER, billing };
    const { body } = await calling(json(200, V2), (client) => client.createVideoid(order), assuming(assumptions));
    expect({ ...(body as object), env: (body as { env?: string }).env }).toMatchObject(expected);
  });

  test.each([
    ['V2', V2],
    [
      'V2 spelled right, ids as strings',
      { status: 'success', message: 'x', details: { ...V2.detail, videoid_pk: '137', request_pk: '45836' } },
    ],
    ['V1', { status: '200 OK', details: V2.detail }],
    ['a list of one', { status: 'success', detail: [V2.detail] }],
    ['no envelope', V2.detail],
  ])('reads ids and link from %s', async (_name, body) => {
    const { result } = await calling(json(200, body), (client) => client.createVideoid(ORDER));
    expect(result).toEqual({ videoidPk: '137', requestPk: '45836', videoidLink: LINK });
  });

  test.each([
    ['an id that is no id', { ...V2.detail, request_pk: '../1' }],
    ['an id past what numbers can hold', { ...V2.detail, request_pk: 2 ** 53 }],
    ['an empty link', { ...V2.detail, videoid_link: '' }],
    ['a link that is no address', { ...V2.detail, videoid_link: 'javascript:alert(1)' }],
    ['an id missing', { videoid_link: LINK, videoid_pk: 137 }],
  ])('%s leaves the create in doubt', async (_name, detail) => {
    answer = json(200, { status: 'success', detail });
    const client = clientOf(server.address);
    expect(await errorOf(client.createVideoid(ORDER))).toMatchObject({ kind: 'unknown', code: 'CREATE_IN_DOUBT' });
    await client.close();
  });
});

describe('getRequest', () => {
  /** §4.10, shortened; the vendor's types. */
  const DETAILS = {
    paperless_mode: true,
    mobile_phone_number: 34600123123,
    approving_user: { pk: 232, request: 4721 },
    email: 'name@domain.com',
    validity_time: '1',
    scratchcard: '5039078',
    registration_authority: 139,
    pk: 45836,
    profile: 'PFnubeQAFCiudadano',
    status: 'ENROLLREADY',
    given_name: ' Name ',
    surname_1: 'Surname1',
    surname_2: '',
    serial_number: 12345678,
    birth_date: null,
    certificate_set: [],
  };

  test.each([
    ['V1', { status: '200 OK', details: DETAILS }],
    ['V2', { status: 'success', detail: DETAILS }],
    ['a list of one', { status: 'success', detail: [DETAILS] }],
    ['no envelope', DETAILS],
    ['a status in small letters', { ...DETAILS, status: 'enrollready' }],
    ['a status in capital and small letters, with blanks', { ...DETAILS, status: ' EnrollReady ' }],
  ])('reads %s', async (_name, body) => {
    const { result, arrived } = await calling(json(200, body), (client) => client.getRequest(REQUEST));
    expect(`${arrived.method} ${arrived.url}`).toBe('GET /oneshot/api/v1/request/45836');
    expect(result).toEqual({
      status: 'ENROLLREADY',
      requestPk: '45836',
      videoidPk: undefined,
      scratchcard: '5039078',
      registrationAuthority: '139',
      profile: 'PFnubeQAFCiudadano',
      email: 'name@domain.com',
      phone: '34600123123',
      fields: { given_name: 'Name', surname_1: 'Surname1', serial_number: '12345678' },
    });
  });

  test('finds who the signer is in the data of the video too (§8.4); what the request itself says comes first', async () => {
    const ocr = { given_name: 'NORA', serial_number: '12345678Z', title: 'Dr.', id_document_type: 'IDC' };
    const body = { detail: { ...DETAILS, serial_number: '', videoid_data: { data: { ocr_data: ocr } } } };
    const { result } = await calling(json(200, body), (client) => client.getRequest(REQUEST));
    expect(result).toMatchObject({
      fields: { given_name: 'Name', surname_1: 'Surname1', serial_number: '12345678Z', id_document_type: 'IDC' },
    });
  });

  test('a status nobody knows is given as it is; other fields may be anything', async () => {
    const body = { detail: { status: 'ON_HOLD', scratchcard: { sn: 1 }, pk: null, email: [] } };
    const { result } = await calling(json(200, body), (client) => client.getRequest(REQUEST));
    expect(result).toMatchObject({ status: 'ON_HOLD', scratchcard: undefined, requestPk: undefined, email: undefined });
  });

  test.each([
    [{ status: 'success' }, 'PROVIDER_ANSWER_UNKNOWN'],
    [{ status: 'success', detail: {} }, 'PROVIDER_ANSWER_UNKNOWN'],
    [[], 'PROVIDER_ANSWER_UNKNOWN'],
    [null, 'ANSWER_NOT_FROM_PROVIDER'],
    ['ENROLLREADY', 'ANSWER_NOT_FROM_PROVIDER'],
    [{ status: 'UP' }, 'ANSWER_NOT_FROM_PROVIDER'],
  ])('%j has no status: read it again', async (body, code) => {
    answer = json(200, body);
    const client = clientOf(server.address);
    expect(await errorOf(client.getRequest(REQUEST))).toMatchObject({
      kind: 'temporary',
      code,
    });
    await client.close();
  });
});

describe('approve and refuse', () => {
  const DONE = json(200, { status: 'success', message: 'Request approved successfully' });

  test('an officer with everything', async () => {
    const { arrived, body } = await calling(DONE, (client) => client.approve(VIDEOID, OFFICER));
    expect(`${arrived.method} ${arrived.url}`).toBe('POST /oneshot/api/v1/videoid/137/approve');
    expect(body).toEqual({
      username: 'officer-1125824',
      password: 'pässword-of-the-officer',
      pin: '90817263',
      rao: '1400',
    });
  });

  test('an officer with a token, and one whose token lacks the PIN', async () => {
    const token = new Secret('14185cd9-c6ec-30f4-9f59-a844a77bc234');
    const whole = await calling(DONE, (client) => client.approve(VIDEOID, { rao: '1400', token }));
    expect(whole.body).toEqual({ token: token.reveal(), rao: '1400' });
    server.arrived.length = 0;
    const lacking = await calling(DONE, (client) =>
      client.approve(VIDEOID, { rao: '1400', token, pin: new Secret('90817263') }),
    );
    expect(lacking.body).toEqual({ token: token.reveal(), pin: '90817263', rao: '1400' });
  });

  test.each<[Partial<Assumptions>, object]>([
    [{}, { rao: '1400' }],
    [{ refuseRaoField: 'rao_id' }, { rao_id: '1400' }],
    [{ raoAsString: false }, { rao: 1400 }],
  ])('with %j a refusal names the officer as %j', async (assumptions, expected) => {
    const { arrived, body } = await calling(
      DONE,
      (client) => client.refuse(VIDEOID, OFFICER, 'document-expired'),
      assuming(assumptions),
    );
    expect(arrived.url).toBe('/oneshot/api/v1/videoid/137/refuse');
    expect(body).toMatchObject({ ...expected, reason: 'document-expired' });
  });

  test('a blank reason is not sent', async () => {
    const client = clientOf(server.address);
    await expect(client.refuse(VIDEOID, OFFICER, ' ')).rejects.toMatchObject({ code: 'BAD_INPUT', field: 'reason' });
    expect(server.arrived).toHaveLength(0);
    await client.close();
  });
});

describe('cancel', () => {
  test('is not offered as long as nobody knows how V2 cancels', async () => {
    const client = clientOf(server.address);
    expect(await client.cancel(REQUEST)).toBe('not-offered');
    expect(server.arrived).toHaveLength(0);
    await client.close();
  });

  test('deletes the request where the setting says so', async () => {
    const done = json(200, { status: '200 OK', details: 'Request directory removed successfully' });
    const on = assuming({ cancelByDelete: true });
    const { result, arrived } = await calling(done, (client) => client.cancel(REQUEST), on);
    expect([result, arrived.method, arrived.url]).toEqual(['cancelled', 'DELETE', '/oneshot/api/v1/request/45836']);
    const gone = json(404, { status: '404 Not Found', details: 'Request 45836 not found' });
    expect((await calling(gone, (client) => client.cancel(REQUEST), on)).result).toBe('gone');
  });
});

describe('generateOtp', () => {
  test.each<[Partial<Assumptions>, unknown]>([
    [{}, undefined],
    [{ otpDeliveryMethod: 'whatsapp' }, { delivery_method: 'whatsapp' }],
  ])('with %j the body is %j', async (assumptions, expected) => {
    const done = json(200, { status: '200 OK', details: 'OTP generated' });
    const { result, arrived, body } = await calling(
      done,
      (client) => client.generateOtp(REQUEST),
      assuming(assumptions),
    );
    expect([result, arrived.method, arrived.url]).toEqual(['sent', 'POST', '/oneshot/api/v1/otp/45836']);
    expect(body).toEqual(expected);
  });
});

describe('sign', () => {
  const DONE = json(200, { status: '200 OK', details: 'Documents correctly signed' });
  const secret = new Secret('052174');
  const unlock = { type: 'biometric', value: new Secret('12345678-12345678') };
  const PAIR = { ext_unlock_type: 'biometric', ext_unlock_value: '12345678-12345678' };

  test.each<[string, object, Partial<Assumptions>, object]>([
    ['the code', { secret }, {}, { secret: '052174' }],
    ['another way', { unlock }, {}, PAIR],
    ['both', { secret, unlock }, {}, { secret: '052174', ...PAIR }],
    [
      'both, where the secret is wanted',
      { secret, unlock },
      { extUnlockWithSecret: 'required' },
      { secret: '052174', ...PAIR },
    ],
    ['both, where the secret may not be there', { secret, unlock }, { extUnlockWithSecret: 'never' }, PAIR],
    ['the code, where it may not be with a pair', { secret }, { extUnlockWithSecret: 'never' }, { secret: '052174' }],
  ])('with %s', async (_name, order, assumptions, expected) => {
    const { result, arrived, body } = await calling(
      DONE,
      (client) => client.sign(REQUEST, order),
      assuming(assumptions),
    );
    expect([result, arrived.method, arrived.url]).toEqual(['signed', 'POST', '/oneshot/api/v1/sign/45836']);
    expect(body).toEqual(expected);
  });

  test.each<[string, object, Partial<Assumptions>]>([
    ['nothing', {}, {}],
    ['another way alone, where the secret is wanted', { unlock }, { extUnlockWithSecret: 'required' }],
  ])('with %s nothing is sent', async (_name, order, assumptions) => {
    const client = clientOf(server.address, assuming(assumptions));
    await expect(client.sign(REQUEST, order)).rejects.toMatchObject({ code: 'BAD_INPUT', field: 'secret' });
    expect(server.arrived).toHaveLength(0);
    await client.close();
  });

  test('a slash at the end where the setting says so', async () => {
    const on = assuming({ slashAfterSignAndContract: true });
    const { arrived } = await calling(DONE, (client) => client.sign(REQUEST, { secret }), on);
    expect(arrived.url).toBe('/oneshot/api/v1/sign/45836/');
  });
});

describe('readToken', () => {
  const held = { username: '1125824', password: true, pin: false };
  test.each([
    ['bare', { status: 'success', details: held }],
    ['below its uid', { status: '200 OK', details: { fd6a21e6fb7d43b9893a520d67d6ff60: held } }],
  ])('%s', async (_name, body) => {
    const { result, arrived } = await calling(json(200, body), (client) => client.readToken(new Secret('fd6a21e6')));
    expect(result).toEqual({ password: true, pin: false });
    expect(arrived.url).toBe('/oneshot/api/v1/token/fd6a21e6');
  });
});

describe('ping', () => {
  test('an Optimizer that does not know request 0 is there', async () => {
    await pinging(json(404, { status: '404 Not Found', details: 'Request not found' }));
    await pinging(
      json(400, { status: '404 Not Found', details: 'Request not found. Make sure the upload directory is correct.' }),
    );
    expect(server.arrived.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /oneshot/api/v1/request/0',
      'GET /oneshot/api/v1/request/0',
    ]);
  });

  test('another server at that address is not an Optimizer', async () => {
    await expect(pinging({ status: 404, body: '<html>nginx</html>' })).rejects.toMatchObject({
      code: 'ANSWER_NOT_FROM_PROVIDER',
      words: expect.stringContaining('nothing is served at this address') as string,
    });
    for (const foreign of [
      { body: '<html>Welcome</html>' },
      json(200, { status: 'UP' }),
      json(200, { status: 'ok' }),
    ]) {
      await expect(pinging(foreign)).rejects.toMatchObject({ kind: 'temporary', code: 'ANSWER_NOT_FROM_PROVIDER' });
    }
  });
});

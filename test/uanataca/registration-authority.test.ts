import type { Secret } from '../../src/security/secret.js';
import type { RequestPk } from '../../src/messages/request.js';
import type { RegistrationAuthority } from '../../src/uanataca/registration-authority/registration-authority.js';
import type { RegistrationAuthorityAssumptions } from '../../src/uanataca/registration-authority/assumptions.js';
import { type Answered, type Arrived, json } from './answering-server.js';
import { type AuthorityServer, authorityOf, authorityServer } from './authority-server.js';
import { ENROLMENT, LOGIN, PK, READ, SECRETS } from './enrolments.js';
import { errorOf } from './people.js';

let server: AuthorityServer;
let answers: Answered[];

beforeAll(async () => {
  server = await authorityServer(() => (answers.length > 1 ? answers.shift() : answers[0]));
});
afterAll(() => server.close());

interface Called<Result> {
  result: Result;
  arrived: Arrived;
  /** Method and path. */
  call: string;
  body: unknown;
}

async function calling<Result>(
  given: Answered | Answered[],
  verb: (authority: RegistrationAuthority) => Promise<Result>,
  assumptions: Partial<RegistrationAuthorityAssumptions> = {},
): Promise<Called<Result>> {
  answers = [given].flat();
  server.arrived.length = 0;
  const authority = authorityOf(server, { assumptions });
  try {
    const result = await verb(authority);
    const arrived = server.arrived.at(-1);
    if (arrived === undefined) throw new Error('nothing arrived');
    const text = arrived.body.toString();
    const isJson = arrived.headers['content-type'] === 'application/json';
    return {
      result,
      arrived,
      call: `${arrived.method} ${arrived.url}`,
      body: isJson ? (JSON.parse(text) as unknown) : text,
    };
  } finally {
    await authority.close();
  }
}

async function failing(given: Answered | Answered[], verb: (authority: RegistrationAuthority) => Promise<unknown>) {
  answers = [given].flat();
  const authority = authorityOf(server);
  try {
    return await errorOf(verb(authority));
  } finally {
    await authority.close();
  }
}

const revealed = (secrets: object) =>
  Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, (secret as Secret).reveal()]));
const ALL_SECRETS = { erc: '6292998123', enrollmentCode: '_,463vt:', pin: '08695572', puk: '52351291' };

/** A page of scratchcards with these serial numbers. */
function listed(...sns: unknown[]): object {
  const results = sns.map((sn) => ({ pk: 1, sn, secrets: JSON.stringify(SECRETS), registration_authority: 121 }));
  return { count: 550, next: null, previous: null, results };
}

/** A page of requests that were created with these scratchcards. */
function list(...scratchcards: unknown[]): Answered {
  const results = scratchcards.map((scratchcard) => ({ ...READ, scratchcard }));
  return json(200, { count: results.length, next: null, previous: null, results });
}

describe('firstUnusedScratchcard', () => {
  const CARD = { pk: 1193, sn: '1256948', secrets: JSON.stringify(SECRETS), registration_authority: 121 };

  test('is a GET with a JSON body', async () => {
    const { call, body, arrived } = await calling(json(200, CARD), (one) => one.firstUnusedScratchcard('121'));
    expect(call).toBe('GET /api/v1/scratchcards/get_first_unused/');
    expect(arrived.headers['content-length']).toBe(String(arrived.body.length));
    expect(body).toEqual({ ra: '121' });
  });

  test.each([
    ['secrets as a JSON string', CARD],
    ['secrets as an object, a number as serial number', { ...CARD, sn: 1256948, secrets: SECRETS }],
  ])('%s', async (_name, card) => {
    const { result } = await calling(json(200, card), (one) => one.firstUnusedScratchcard('121'));
    expect(result.sn).toBe('1256948');
    expect(revealed(result.secrets)).toEqual(ALL_SECRETS);
    expect(JSON.stringify(result)).not.toContain('08695572');
  });

  test.each([[undefined], ['{"pin": '], [[]], [{ erc: null }]])('secrets %j: there are none', async (secrets) => {
    const { result } = await calling(json(200, { ...CARD, secrets }), (one) => one.firstUnusedScratchcard('121'));
    expect(result.secrets).toEqual({});
  });

  test.each<[string, Answered]>([
    ['null', json(200, null)],
    ['an empty object', json(200, {})],
    ['an empty list', json(200, [])],
    ['no content', { status: 204 }],
    ['404', json(404, { detail: 'Not found.' })],
    [
      '404 with a code',
      json(404, { code: '400', id: 'c6972c3efdc6db8e', error: 'No ScratchCard matches the given query.' }),
    ],
    ['500', json(500, { code: '500', id: '168cfa712331f994', error: 'ScratchCard matching query does not exist.' })],
  ])('%s means that none is left', async (_name, answer) => {
    const error = await failing(answer, (one) => one.firstUnusedScratchcard('121'));
    expect(error).toMatchObject({ kind: 'refused', code: 'NO_SCRATCHCARD_LEFT' });
  });

  test('a page that says "Not Found" does not: the address is wrong', async () => {
    const page = { status: 404, body: '<html><title>Not Found</title></html>' };
    const error = await failing(page, (one) => one.firstUnusedScratchcard('121'));
    expect(error).toMatchObject({ code: 'ANSWER_NOT_FROM_PROVIDER' });
    expect(error.words).toContain('nothing is served at this address');
  });

  test('a scratchcard of another registration authority is not used', async () => {
    const error = await failing(json(200, { ...CARD, registration_authority: 122 }), (one) =>
      one.firstUnusedScratchcard('121'),
    );
    expect(error.words).toContain('does a proxy drop the body of GET?');
  });
});

describe('other questions about scratchcards', () => {
  test.each([
    ['true', true],
    ['"true"', true],
    ['True', true],
    ['false', false],
    ['"False"', false],
  ])('isScratchcardUsed: %s', async (body, expected) => {
    const { result, call, body: sent } = await calling({ body }, (one) => one.isScratchcardUsed('1200948'));
    expect([call, sent, result]).toEqual(['POST /api/v1/scratchcards/isused/', { sn: '1200948' }, expected]);
  });

  test.each(['', '1', '{"used":1}', 'perhaps'])('isScratchcardUsed: %j is no answer', async (body) => {
    expect(await failing({ body }, (one) => one.isScratchcardUsed('1'))).toMatchObject({ kind: 'temporary' });
  });

  test('an unknown one is refused', async () => {
    const answer = json(500, {
      code: '500',
      id: '168cfa712331f994',
      error: 'ScratchCard matching query does not exist.',
    });
    const error = await failing(answer, (one) => one.isScratchcardUsed('1'));
    expect(error).toMatchObject({ kind: 'refused', code: 'PROVIDER_NOT_FOUND' });
  });

  test('one can be read again with its secrets', async () => {
    const { result, call } = await calling(json(200, listed('1256947', 1256948)), (one) => one.scratchcard('1256948'));
    expect(call).toBe('GET /api/v1/scratchcards/?sn=1256948');
    expect(revealed(result?.secrets ?? {})).toEqual(ALL_SECRETS);
    expect((await calling(json(200, listed('1')), (one) => one.scratchcard('2'))).result).toBeUndefined();
  });

  test('how many are left is what the list counts without those that requests took', async () => {
    const { result } = await calling([json(200, listed('1')), json(200, { count: '543', results: [] })], (one) =>
      one.countScratchcards('121'),
    );
    expect(result).toEqual({ unused: 7, listed: 550 });
    expect(server.arrived.map(({ url }) => url)).toEqual([
      '/api/v1/scratchcards/?registration_authority=121',
      '/api/v1/requests/?registration_authority=121',
    ]);
  });

  test('or the list alone, where it holds the unused ones', async () => {
    const { result } = await calling(json(200, listed('1')), (one) => one.countScratchcards('121'), {
      scratchcardList: 'unused',
    });
    expect(result).toEqual({ unused: 550, listed: 550 });
    expect(server.arrived).toHaveLength(1);
  });
});

describe('createRequest', () => {
  test('sends what the guide sends, and what is known beside it', async () => {
    const { call, body } = await calling(json(201, READ), (one) =>
      one.createRequest({ ...ENROLMENT, fields: { organization_name: 'Ejemplo SL' } }),
    );
    expect(call).toBe('POST /api/v1/requests/');
    expect(body).toEqual({
      profile: 'PFnubeAFCiudadano',
      scratchcard: '5053311',
      secure_element: '2',
      registration_authority: '116',
      email: 'mail@domain.com',
      mobile_phone_number: '+34611223344',
      validity_time: 730,
      videoid_mode: 1,
      organization_name: 'Ejemplo SL',
    });
  });

  test('leaves out what is not said', async () => {
    const { secureElement: _one, validityTime: _two, ...least } = ENROLMENT;
    const { body } = await calling(json(201, READ), (one) => one.createRequest(least));
    expect(body).not.toHaveProperty('secure_element');
    expect(body).not.toHaveProperty('validity_time');
  });

  test('no field can stand in for what the request is', async () => {
    const fields = { scratchcard: '1', videoid_mode: '0', email: 'other@example.com' };
    const { body } = await calling(json(201, READ), (one) => one.createRequest({ ...ENROLMENT, fields }));
    expect(body).toMatchObject({ scratchcard: '5053311', videoid_mode: 1, email: 'mail@domain.com' });
  });

  test('gives pk and status', async () => {
    const { result } = await calling(json(201, { ...READ, status: 'VIDEOPENDING' }), (one) =>
      one.createRequest(ENROLMENT),
    );
    expect(result).toMatchObject({ requestPk: '25139', status: 'VIDEOPENDING' });
  });

  test.each([
    ['no pk', { ...READ, pk: null }],
    ['no status', { ...READ, status: undefined }],
    ['an error with HTTP 200', { code: '500', id: '80a9e5709417bdc9', error: 'Words nobody wrote down' }],
  ])('%s leaves the create in doubt', async (_name, body) => {
    const error = await failing(json(200, body), (one) => one.createRequest(ENROLMENT));
    expect(error).toMatchObject({ kind: 'unknown', code: 'CREATE_IN_DOUBT' });
  });

  test.each(['Invalid ScratchCard', 'ScratchCard matching query does not exist.'])(
    '%s: take the next one',
    async (words) => {
      const answer = json(500, { code: '500', id: '80a9e5709417bdc9', error: words });
      const error = await failing(answer, (one) => one.createRequest(ENROLMENT));
      expect(error).toMatchObject({ kind: 'refused', code: 'SCRATCHCARD_USED' });
    },
  );
});

describe('findRequests', () => {
  test('finds the request of a scratchcard', async () => {
    const { result, call } = await calling(list(5053349), (one) => one.findRequests({ scratchcard: '5053349' }));
    expect(call).toBe('GET /api/v1/requests/?scratchcard=5053349');
    expect(result.map(({ requestPk }) => requestPk)).toEqual(['25139']);
    expect((await calling(list(), (one) => one.findRequests({ scratchcard: '1' }))).result).toEqual([]);
  });

  test('a list that was not filtered is no answer: what we look for may be on another page', async () => {
    const error = await failing(list('5053349', '5053350'), (one) => one.findRequests({ scratchcard: '5053349' }));
    expect(error).toMatchObject({ kind: 'temporary', code: 'PROVIDER_ANSWER_UNKNOWN' });
  });
});

describe('getRequest', () => {
  test('reads what people filled in, and leaves out what is empty', async () => {
    const { result, call } = await calling(json(200, { ...READ, title: '', organization_name: null }), (one) =>
      one.getRequest(PK),
    );
    expect(call).toBe('GET /api/v1/requests/25139/');
    expect(result).toMatchObject({
      status: 'CREATED',
      requestPk: '25139',
      scratchcard: '5053349',
      registrationAuthority: '68',
      secureElement: '2',
      validityTime: '730',
      videoidLink: undefined,
      certificates: [],
    });
    expect(result.fields).toEqual({
      email: 'mail@domain',
      mobile_phone_number: '+34600112233',
      given_name: 'Name',
      surname_1: 'Surname1',
      surname_2: 'Surname2',
      serial_number: 'A1111111E',
      id_document_type: 'TIN',
      id_document_country: 'IT',
      country_name: 'ES',
    });
  });

  test('the link to the video, where the read holds it, is a secret', async () => {
    const videoid_link = 'https://api.uanataca.com/lcmpl/videoid/ZWxlY3';
    const videoid_data = { pk: 36, status: 'VALIDATED', videoid_link, refusal_reason: '', data: { ocr_data: {} } };
    const { result } = await calling(json(200, { ...READ, videoid_data }), (one) => one.getRequest(PK));
    expect(result).toMatchObject({ videoidPk: '36', videoStatus: 'VALIDATED', refusalReason: undefined });
    expect(result.videoidLink?.reveal()).toBe(videoid_link);
    expect(JSON.stringify(result)).not.toContain('ZWxlY3');
  });

  test('certificates, with or without a time zone', async () => {
    const certificate = { serial_number: '48dc42f3763a49c4', profile: 'PFnubeAF', valid: 'VALID', data: 'MII' };
    const certificate_set = [
      { ...certificate, valid_from: '2021-03-19T09:23:00', valid_to: '2022-03-19T09:23:00Z' },
      {},
    ];
    const { result } = await calling(json(200, { ...READ, certificate_set }), (one) => one.getRequest(PK));
    expect(result.certificates).toEqual([
      {
        serialNumber: '48dc42f3763a49c4',
        profile: 'PFnubeAF',
        state: 'VALID',
        validFrom: '2021-03-19T09:23:00',
        validTo: '2022-03-19T09:23:00Z',
      },
    ]);
  });

  test('the images of the identity document pass by: an answer with 12 MB of them is read', async () => {
    const images = { document_front: 'A'.repeat(6_000_000), document_rear: 'B'.repeat(6_000_000) };
    const { result } = await calling(json(200, { ...READ, videoid_data: { pk: 36, data: { images } } }), (one) =>
      one.getRequest(PK),
    );
    expect(result).toMatchObject({ status: 'CREATED', videoidPk: '36' });
  });
});

describe('completing a request', () => {
  test('missingFields gives the names', async () => {
    const body = [
      ['serial_number', 'missing'],
      ['mobile_phone_number', 'missing'],
    ];
    const { result, call } = await calling(json(200, body), (one) => one.missingFields(PK));
    expect(call).toBe('GET /api/v1/requests/25139/validate/');
    expect(result).toEqual(['serial_number', 'mobile_phone_number']);
  });

  test.each([[[]], [{}], [null]])('%j: nothing is missing', async (body) => {
    expect((await calling(json(200, body), (one) => one.missingFields(PK))).result).toEqual([]);
  });

  test('anything else is no answer', async () => {
    expect(await failing(json(200, [['Ana María', 'missing']]), (one) => one.missingFields(PK))).toMatchObject({
      kind: 'temporary',
      words: 'HTTP 200: the answer names no fields',
    });
  });

  test('updateRequest puts the whole request', async () => {
    const { result: read } = await calling(json(200, READ), (one) => one.getRequest(PK));
    const { call, body } = await calling(json(200, READ), (one) => one.updateRequest(PK, read, { title: 'Dr.' }));
    expect(call).toBe('PUT /api/v1/requests/25139/');
    expect(body).toMatchObject({
      scratchcard: '5053349',
      registration_authority: '68',
      profile: 'PFnubeAFCiudadano',
      country_name: 'ES',
      email: 'mail@domain',
      title: 'Dr.',
    });
  });
});

describe('declaration, approval, refusal', () => {
  test('the declaration names the officer as `rao`', async () => {
    const answer = json(200, { serial_number: '3ef3696d2939241d', receipt: 'El operador RAO_Name\r\ncon número' });
    const { result, call, body } = await calling(answer, (one) => one.declaration(PK, '1400'));
    expect(call).toBe('POST /api/v1/requests/25139/generates_tbs_receipt/');
    expect(body).toEqual({ rao: '1400', type: 'APPROVE' });
    expect(result).toEqual({ serialNumber: '3ef3696d2939241d', receipt: 'El operador RAO_Name\r\ncon número' });
  });

  const APPROVED = { secrets: SECRETS, request: { ...READ, status: 'ENROLLREADY' } };

  test('the approval names the officer as `rao_id` and gives the secrets', async () => {
    const { result, call, body } = await calling(json(200, APPROVED), (one) => one.approve(PK, LOGIN, { lang: 'ES' }));
    expect(call).toBe('POST /api/v1/requests/25139/pl_approve/');
    expect(body).toEqual({ username: '1000279', password: '3DPTm:N4', pin: '23bYQq9a', rao_id: '1400', lang: 'ES' });
    expect(result.status).toBe('ENROLLREADY');
    expect(revealed(result.secrets)).toEqual(ALL_SECRETS);
  });

  test('an officer’s id may be wanted as a number, and the receipt along', async () => {
    const receipt = 'El operador';
    const more = { raoAsString: false, receiptInApprove: true };
    const { body } = await calling(json(200, APPROVED), (one) => one.approve(PK, LOGIN, { receipt }), more);
    expect(body).toMatchObject({ rao_id: 1400, receipt });
    const { body: without } = await calling(json(200, APPROVED), (one) => one.approve(PK, LOGIN, { receipt }));
    expect(without).not.toHaveProperty('receipt');
  });

  test.each([
    ['secrets as a JSON string', { ...APPROVED, secrets: JSON.stringify(SECRETS) }, 'ENROLLREADY', 4],
    ['no secrets', { request: APPROVED.request }, 'ENROLLREADY', 0],
    ['no status', { secrets: SECRETS, request: {} }, undefined, 4],
  ])('%s: what is there is kept', async (_name, body, status, secrets) => {
    const { result } = await calling(json(200, body), (one) => one.approve(PK, LOGIN));
    expect([result.status, Object.keys(result.secrets).length]).toEqual([status, secrets]);
  });

  test('an approval answered with something else is in doubt', async () => {
    const error = await failing(json(200, { status: 'ok' }), (one) => one.approve(PK, LOGIN));
    expect(error).toMatchObject({ kind: 'unknown', code: 'PROVIDER_ANSWER_UNKNOWN' });
  });

  test('refusing the video wants a reason', async () => {
    const answer = json(200, { videoid_status: 'REFUSED', reason: 'testing the API' });
    const { call, body } = await calling(answer, (one) => one.refuseVideoid(PK, LOGIN, 'Expired document'));
    expect(call).toBe('POST /api/v1/requests/25139/refuse_videoid/');
    expect(body).toMatchObject({ rao_id: '1400', reason: 'Expired document' });
    const authority = authorityOf(server);
    await expect(authority.refuseVideoid(PK, LOGIN, ' ')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await authority.close();
  });

  test('cancel', async () => {
    const done = json(200, { status: 'Request cancelled' });
    const { result, call } = await calling(done, (one) => one.cancel(PK));
    expect([call, result]).toEqual(['DELETE /api/v1/requests/25139/cancel/', 'cancelled']);
    const gone = json(404, { code: '400', id: 'cbdd2e84c0e7f107', error: 'No Request matches the given query.' });
    expect((await calling(gone, (one) => one.cancel(PK))).result).toBe('gone');
    const late = json(412, { code: '412', id: '478492eec17596d3', error: 'Invalid request status' });
    expect(await failing(late, (one) => one.cancel(PK))).toMatchObject({
      kind: 'refused',
      code: 'REQUEST_STATUS_REFUSED',
    });
  });

  test('the pre-authorised link is a secret', async () => {
    const link = 'https://api.uanataca.com/lcmpl/enrollment/auth/8edddd76680a4ecc978bb95b4fb39029';
    const { result, call } = await calling(json(200, { preauthenticatedlink: link }), (one) => one.preauthLink(PK));
    expect(call).toBe('POST /api/v1/requests/25139/preauthlink/');
    expect([String(result), result.reveal()]).toEqual(['[redacted]', link]);
    expect(
      await failing(json(200, { preauthenticatedlink: 'javascript:1' }), (one) => one.preauthLink(PK)),
    ).toMatchObject({
      kind: 'temporary',
    });
  });
});

describe('ping', () => {
  test('an API that does not know request 0 is there', async () => {
    const unknown = json(404, { code: '400', id: '3172438498af74e8', error: 'No Request matches the given query.' });
    const { call } = await calling(unknown, (one) => one.ping());
    expect(call).toBe('GET /api/v1/requests/0/');
    await calling(json(404, { detail: 'Not found.' }), (one) => one.ping());
  });

  test.each<[string, Answered, string, string]>([
    ['another server', { status: 404, body: '<html>nginx</html>' }, 'temporary', 'ANSWER_NOT_FROM_PROVIDER'],
    ['a request of somebody else', json(200, { status: 'ok' }), 'temporary', 'ANSWER_NOT_FROM_PROVIDER'],
    [
      'an API user without rights',
      json(403, { detail: 'You do not have permission to perform this action.' }),
      'refused',
      'CREDENTIALS_REFUSED',
    ],
    [
      'a proxy that got no certificate',
      { status: 400, body: '<title>400 No required SSL certificate was sent</title>' },
      'not-sent',
      'CLIENT_CERTIFICATE_FAILED',
    ],
  ])('%s is reported', async (_name, answer, kind, code) => {
    expect(await failing(answer, (one) => one.ping())).toMatchObject({ kind, code });
  });
});

test('an id can not climb out of its path', async () => {
  const authority = authorityOf(server);
  await expect(authority.getRequest('..' as RequestPk)).rejects.toThrow(TypeError);
  answers = [json(200, READ)];
  server.arrived.length = 0;
  await authority.getRequest('1/../2' as RequestPk);
  expect(server.arrived[0]?.url).toBe('/api/v1/requests/1%2F..%2F2/');
  await authority.close();
});

test.each([
  ['', '/api/v1/requests/25139/'],
  ['/', '/api/v1/requests/25139/'],
  ['/api/v1', '/api/v1/requests/25139/'],
  ['/api/v1/', '/api/v1/requests/25139/'],
  ['/proxy/api/v1/', '/proxy/api/v1/requests/25139/'],
])('an address with %j at its end leads to %j', async (end, path) => {
  answers = [json(200, READ)];
  server.arrived.length = 0;
  const authority = authorityOf({ ...server, address: `${server.address}${end}` });
  await authority.getRequest(PK);
  expect([server.arrived[0]?.url, authority.origin]).toEqual([path, server.address]);
  await authority.close();
});

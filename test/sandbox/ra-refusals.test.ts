import { ORGANISATION, RA_RAO, RaStand } from './ra-support.js';

const CODED = (code: string, error: string): Record<string, unknown> => ({
  code,
  id: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
  error,
});

let ra: RaStand;
beforeAll(async () => {
  ra = await RaStand.start();
});
afterAll(async () => ra.close());
afterEach(async () => {
  await ra.stand.control.resetSettings();
});

describe('a create that cannot be used is refused, mistakes of the caller often with 500', () => {
  test.each<[string, Record<string, unknown>, number, Record<string, unknown>]>([
    ['an unknown card', { scratchcard: '1' }, 500, CODED('500', 'Invalid ScratchCard')],
    [
      'an unknown registration authority',
      { registration_authority: '7' },
      500,
      CODED('500', 'RegistrationAuthority matching query does not exist.'),
    ],
    [
      'an unknown identifying RAO',
      { identification_rao: '1' },
      500,
      CODED('500', 'Rao matching query does not exist.'),
    ],
    ['a bad e-mail', { email: 'nobody' }, 412, CODED('415', 'Invalid request fields: email')],
    ['a bad phone', { mobile_phone_number: 'x' }, 412, CODED('415', 'Invalid request fields: mobile_phone_number')],
    ['an unknown profile', { profile: 'PFother' }, 412, CODED('415', 'Invalid request fields: profile')],
    ['a wrong element', { secure_element: '1' }, 412, CODED('415', 'Invalid request fields: secure_element')],
    ['a wrong validity', { validity_time: '2' }, 412, CODED('415', 'Invalid request fields: validity_time')],
    ['no e-mail', { email: undefined }, 412, CODED('415', 'Invalid request fields: email')],
  ])('%s', async (_what, change, status, body) => {
    const order = await ra.order();
    expect(await ra.call('POST', '/requests/', { ...order, ...change })).toMatchObject({ status, body });
    const { body: found } = await ra.call('GET', `/requests/?scratchcard=${String(order['scratchcard'])}`);
    expect(found['count']).toBe(0);
  });

  test('a body that is not JSON, which is not quoted back', async () => {
    const { status, body, text } = await ra.call('POST', '/requests/', '{"email": canary');
    expect(status).toBe(400);
    expect(body['detail']).toMatch(/^JSON parse error - .*: line 1 column 1 \(char 0\)$/);
    expect(text).not.toContain('canary');
  });

  test('another form than JSON', async () => {
    const form = await ra.upload(await ra.create(), 'pl_upload_document', { type: 'document_front' });
    expect(form.status).toBe(412); // the form is accepted, but the status is wrong
    const pk = await ra.create();
    const { status } = await ra.call('POST', `/requests/${pk}/pl_upload_document/`, { type: 'document_front' });
    expect(status).toBe(415);
  });
});

describe('what is not there', () => {
  test.each<['GET' | 'POST' | 'PUT' | 'DELETE', string, Record<string, unknown>]>([
    ['GET', '/requests/1/', CODED('400', 'No Request matches the given query.')],
    ['DELETE', '/requests/1/cancel/', CODED('400', 'No Request matches the given query.')],
    ['POST', '/requests/1/pl_approve/', CODED('400', '')],
    ['GET', '/scratchcards/1/', CODED('400', 'No ScratchCard matches the given query.')],
    ['GET', '/registrationauthorities/1/', CODED('400', 'No RegistrationAuthority matches the given query.')],
  ])('%s %s is HTTP 404 with code 400', async (method, path, body) => {
    expect(await ra.call(method, path)).toMatchObject({ status: 404, body });
  });

  test('an address without its slash, or redirected where that is set', async () => {
    const bare = await ra.call('GET', '/requests');
    expect(bare).toMatchObject({ status: 404, headers: { 'content-type': 'text/html' } });
    await ra.setting({ missingSlash: '301' });
    expect(await ra.call('GET', '/requests?page=1')).toMatchObject({
      status: 301,
      headers: { location: '/api/v1/requests/?page=1' },
    });
  });

  test('another method', async () => {
    expect(await ra.call('DELETE', '/requests/')).toMatchObject({
      status: 405,
      body: { detail: 'Method "DELETE" not allowed.' },
    });
  });

  test('a request of the other API, and the other way round', async () => {
    const { pk } = await ra.stand.create();
    expect((await ra.call('GET', `/requests/${pk}/`)).status).toBe(404);
    expect((await ra.stand.api('GET', `/request/${await ra.create()}`)).status).toBe(404);
  });
});

async function approve(pk: number, change: Record<string, unknown> = {}): Promise<unknown> {
  return ra.call('POST', `/requests/${pk}/pl_approve/`, { ...RA_RAO, ...change });
}

describe('an approval that cannot be given', () => {
  test('without its fields, then without its documents', async () => {
    const pk = await ra.createdOrganisation();
    expect(await approve(pk)).toMatchObject({
      status: 412,
      body: CODED(
        '415',
        'Invalid request fields: organization_country, organization_email, organization_name, organization_tax_number, responsible_first_surname, responsible_name, responsible_serial, title',
      ),
    });
    await ra.update(pk, {
      organization_country: 'ES',
      organization_email: 'a@b.example',
      organization_name: 'A',
      organization_tax_number: 'B',
      responsible_first_surname: 'C',
      responsible_name: 'D',
      responsible_serial: 'E',
      title: 'F',
    });
    expect(await approve(pk)).toMatchObject({ status: 400, body: { error: 'Missing required docs' } });
  });

  test('in the classic flow, without both sides of the document', async () => {
    const pk = await ra.create({
      videoid_mode: undefined,
      paperless_mode: 1,
      given_name: 'A',
      surname_1: 'B',
      serial_number: '1A',
      id_document_type: 'IDC',
      id_document_country: 'ES',
    });
    await ra.upload(pk, 'pl_upload_document', { type: 'document_front' });
    expect(await approve(pk)).toMatchObject({ status: 400, body: { error: 'Missing required docs' } });
    await ra.upload(pk, 'pl_upload_document', { type: 'document_rear' });
    expect(await approve(pk)).toMatchObject({ status: 200 });
  });

  test('before the video was validated', async () => {
    const pk = await ra.create({ profile: ORGANISATION });
    expect(await approve(pk)).toMatchObject({ status: 412, body: CODED('412', 'Invalid request status') });
  });

  test('with an unknown RAO, a wrong password, an RAO of another authority, or rao in place of rao_id', async () => {
    const pk = await ra.complete();
    const { rao_id: id, ...rest } = RA_RAO;
    const forbidden = { status: 403, body: { detail: 'You do not have permission to perform this action.' } };
    expect(await approve(pk, { rao_id: '1' })).toMatchObject({
      status: 500,
      body: CODED('500', 'Rao matching query does not exist.'),
    });
    expect(await approve(pk, { password: 'wrong' })).toMatchObject(forbidden);
    await ra.stand.control.settings({ raos: { '1400': { registrationAuthorities: ['140'] } } });
    expect(await approve(pk)).toMatchObject(forbidden);
    await ra.stand.control.resetSettings();
    const other = await ra.call('POST', `/requests/${pk}/pl_approve/`, { ...rest, rao: id });
    expect(other).toMatchObject({ status: 412, body: CODED('415', 'Invalid request fields: rao_id') });
    await ra.setting({ wrongCredentials: '401' });
    expect(await approve(pk, { pin: 'wrong' })).toMatchObject({ status: 401 });
    await ra.setting({ wrongCredentials: '500' });
    expect(await approve(pk, { pin: 'wrong' })).toMatchObject({ status: 500 });
    expect(await ra.read(pk)).toMatchObject({ status: 'CREATED' });
  });
});

describe('an update', () => {
  test('cannot change what the video gave, unless that is set otherwise', async () => {
    const pk = await ra.createdOrganisation();
    expect(await ra.update(pk, { given_name: 'OTHER', title: 'Director' })).toMatchObject({
      status: 412,
      body: CODED('415', 'Invalid request fields: given_name'),
    });
    expect(await ra.read(pk)).toMatchObject({ given_name: 'NORA', title: '' });
    expect((await ra.update(pk, { given_name: 'NORA' })).status).toBe(200);
    await ra.setting({ videoFieldChange: 'ignored' });
    expect((await ra.update(pk, { given_name: 'OTHER', title: 'CEO' })).body).toMatchObject({
      given_name: 'NORA',
      title: 'CEO',
    });
    await ra.setting({ videoFieldChange: 'allowed' });
    expect((await ra.update(pk, { given_name: 'OTHER' })).body).toMatchObject({ given_name: 'OTHER' });
  });

  test('needs its five fields and the request’s own card', async () => {
    const pk = await ra.createdOrganisation();
    expect(await ra.update(pk, { profile: undefined, country_name: undefined })).toMatchObject({
      status: 412,
      body: CODED('415', 'Invalid request fields: profile, country_name'),
    });
    expect(await ra.update(pk, { scratchcard: (await ra.card()).sn })).toMatchObject({
      status: 500,
      body: CODED('500', 'Invalid ScratchCard'),
    });
    await ra.setting({ missingFields: '400' });
    expect(await ra.update(pk, { profile: undefined })).toMatchObject({
      status: 400,
      body: { profile: ['This field is required.'] },
    });
  });

  test('is refused once the request is approved', async () => {
    const pk = await ra.complete();
    await ra.call('POST', `/requests/${pk}/pl_approve/`, RA_RAO);
    expect(await ra.update(pk, { title: 'X' })).toMatchObject({
      status: 412,
      body: CODED('412', 'Invalid request status'),
    });
  });
});

describe('a document', () => {
  test('of an unknown type, without its file, or of a content type that is not taken', async () => {
    const pk = await ra.createdOrganisation();
    expect(await ra.upload(pk, 'pl_upload_document', { type: 'passport' })).toMatchObject({
      status: 412,
      body: CODED('418', 'Invalid paramiters'),
    });
    expect(await ra.upload(pk, 'upload_videoid_evidence', {})).toMatchObject({ status: 412 });
    expect(await ra.upload(pk, 'upload_videoid_evidence', { label: 'deed' }, { type: 'text/html' })).toMatchObject({
      status: 500,
      body: CODED('500', 'Invalid content_type'),
    });
    await ra.setting({ parametersSpelling: 'Invalid parameters', errorCode: 'malformed' });
    expect(await ra.upload(pk, 'pl_upload_document', { type: 'passport' })).toMatchObject({
      body: CODED('418,', 'Invalid parameters'),
    });
  });

  test('that is asked for in CREATED needs an RAO', async () => {
    const pk = await ra.complete();
    const get = async (body: Record<string, unknown>): Promise<unknown> =>
      ra.call('POST', `/requests/${pk}/pl_get_document/`, body);
    expect(await get({ type: 'contract' })).toMatchObject({ status: 412, body: CODED('418', 'Invalid paramiters') });
    expect(await get({ type: 'contract', rao_id: 1 })).toMatchObject({
      status: 500,
      body: CODED('500', 'Rao matching query does not exist.'),
    });
    await ra.call('POST', `/requests/${pk}/pl_approve/`, RA_RAO);
    expect(await get({ type: 'contract' })).toMatchObject({ status: 200 });
  });

  test('that is too large', async () => {
    await ra.setting({}, { uploadLimit: 10 });
    const pk = await ra.createdOrganisation();
    expect((await ra.upload(pk, 'upload_videoid_evidence', { label: 'x' }, { bytes: '12345678901' })).status).toBe(413);
    expect((await ra.upload(pk, 'upload_videoid_evidence', { label: 'x' }, { bytes: '123456789' })).status).toBe(201);
  });
});

test.each([
  ['coded', CODED('400', 'No Request matches the given query.')],
  ['detail', { detail: 'No Request matches the given query.' }],
  ['error', { error: 'No Request matches the given query.' }],
  ['details', { moved: 0, details: 'No Request matches the given query.' }],
  ['title', { title: 'Error', description: 'No Request matches the given query.' }],
  ['status', { status: 'No Request matches the given query.' }],
])('any refusal can come in the shape %s', async (errorShape, body) => {
  await ra.setting({ errorShape });
  const answer = await ra.call('GET', '/requests/1/');
  expect(answer.status).toBe(404);
  expect(answer.body).toEqual(body);
});

test('an error code can be a number', async () => {
  await ra.setting({ errorCode: 'number' });
  expect((await ra.call('GET', '/requests/1/')).body).toMatchObject({ code: 400 });
});

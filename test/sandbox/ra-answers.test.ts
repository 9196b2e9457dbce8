import { CERTIFICATE_KEYS, CREATE_RESPONSE, READ_ADDITIONS, VIDEO_DATA_KEYS, VIDEO_EVIDENCE } from './ra-documented.js';
import { ORGANISATION_FIELDS, RA_RAO, RaStand } from './ra-support.js';

let ra: RaStand;
beforeAll(async () => {
  ra = await RaStand.start();
});
afterAll(async () => ra.close());
afterEach(async () => {
  await ra.stand.control.resetSettings();
});

describe('the answer to create', () => {
  test('has the documented fields in their order, and null wherever the example has it', async () => {
    const order = await ra.order({ given_name: 'Name', surname_1: 'Surname1', surname_2: 'Surname2' });
    const { status, body } = await ra.call('POST', '/requests/', {
      ...order,
      id_document_type: 'TIN',
      id_document_country: 'IT',
      serial_number: 'A1111111E',
      country_name: 'ES',
    });
    expect(status).toBe(201);
    expect(Object.keys(body)).toEqual(Object.keys(CREATE_RESPONSE));
    for (const [field, documented] of Object.entries(CREATE_RESPONSE)) {
      expect([field, body[field] === null, typeof body[field]]).toEqual([
        field,
        documented === null,
        typeof documented,
      ]);
    }
    expect(body).toMatchObject({
      given_name: 'Name',
      certificate_set: [],
      profile: 'PFnubeAFCiudadano',
      scratchcard: order['scratchcard'],
      status: 'VIDEOPENDING',
      registering_user: { pk: 53, permission_profile: 13, registration_authority: 139, request: 144 },
      registration_authority: 139,
      secure_element: 2,
      validity_time: '730',
      mobile_phone_number: '+34600112233',
    });
  });

  test.each([
    ['numbers', 139, 2, 365],
    ['text', '139', '2', '365'],
  ])('is the same whether ids came as %s', async (_as, authority, element, days) => {
    const order = await ra.order();
    const { body } = await ra.call('POST', '/requests/', {
      ...order,
      registration_authority: authority,
      scratchcard: typeof authority === 'number' ? Number(order['scratchcard']) : order['scratchcard'],
      secure_element: element,
      validity_time: days,
    });
    expect(body).toMatchObject({
      registration_authority: 139,
      secure_element: 2,
      validity_time: '365',
      scratchcard: order['scratchcard'],
    });
  });

  test('is CREATED at once without a video', async () => {
    const pk = await ra.create({ videoid_mode: undefined, paperless_mode: 1 });
    const body = await ra.read(pk);
    expect(body).toMatchObject({ status: 'CREATED', paperless_mode: true });
    expect(body).not.toHaveProperty('videoid_data');
  });
});

describe('a read', () => {
  test('adds the documented fields, and the two of VideoID', async () => {
    const body = await ra.read(await ra.create());
    expect(Object.keys(body)).toEqual([
      ...Object.keys(CREATE_RESPONSE),
      ...READ_ADDITIONS,
      'videoid_mode',
      'videoid_data',
    ]);
    expect(body).toMatchObject({ organization_name: '', sex: '', birth_date: null, approving_rao: null });
    await ra.setting({ untouchedLater: 'null' });
    expect(await ra.read(Number(body['pk']))).toMatchObject({ organization_name: null, sex: null });
  });

  test('has the video’s data once the video is finished', async () => {
    const pk = await ra.create();
    expect((await ra.read(pk))['videoid_data']).toMatchObject({ data: {}, status: 'PENDING', requests: [pk] });
    await ra.video(pk);
    const body = await ra.read(pk);
    const video = body['videoid_data'] as Record<string, unknown>;
    const data = video['data'] as Record<string, Record<string, unknown>>;
    expect(Object.keys(video)).toEqual(VIDEO_DATA_KEYS);
    expect(Object.keys(data)).toEqual(['images', 'security_checks', 'similarity_level', 'ocr_data']);
    expect(Object.keys(data['images'] ?? {})).toEqual(VIDEO_EVIDENCE.images);
    expect(data['security_checks']).toEqual(VIDEO_EVIDENCE.checks);
    expect(Object.keys(data['ocr_data'] ?? {}).sort()).toEqual([...VIDEO_EVIDENCE.ocr].sort());
    expect(Object.keys(video['acceptance'] ?? {})).toEqual(VIDEO_EVIDENCE.acceptance);
    expect(video).toMatchObject({ provider: 2, refusal_reason: '' });
    expect(video['video_identifier']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(data['ocr_data']).toMatchObject({ birth_date: '01/01/1980', id_document_validity: '31/12/2035' });
    expect(body).toMatchObject({ given_name: 'NORA', birth_date: '1980-01-01', id_document_type: 'IDC' });
  });

  test('shows the person of the video in place of what the caller gave', async () => {
    const pk = await ra.create({ given_name: 'WRONG', surname_1: 'NAME' });
    await ra.video(pk, 'finished', { given_name: 'EVA', surname_1: 'OTRA', serial_number: '11111111H' });
    expect(await ra.read(pk)).toMatchObject({ given_name: 'EVA', surname_1: 'OTRA', serial_number: '11111111H' });
  });

  test('shows an issued certificate as documented, its times with or without zone', async () => {
    const pk = await ra.create();
    await ra.video(pk);
    await ra.operator(pk, 'validate');
    await ra.stand.control.pickUp(pk);
    const [certificate] = (await ra.read(pk))['certificate_set'] as Record<string, unknown>[];
    expect(Object.keys(certificate ?? {})).toEqual(CERTIFICATE_KEYS);
    expect(certificate).toMatchObject({ status: 0, valid: 'VALID', revokation_reason: null });
    expect(certificate?.['valid_to']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(certificate?.['serial_number']).toMatch(/^[0-9a-f]{16}$/);
    await ra.setting({ certificateTimes: 'without-zone' });
    const [later] = (await ra.read(pk))['certificate_set'] as Record<string, unknown>[];
    expect(`${String(later?.['valid_to'])}Z`).toBe(certificate?.['valid_to']);
  });
});

describe('a list of requests', () => {
  test('has ten to a page, with addresses that lead through all', async () => {
    const email = 'many@made-up.example';
    const made: number[] = [];
    for (let count = 0; count < 23; count += 1) made.push(await ra.create({ email }));
    const found: unknown[] = [];
    let next: string | null = `${ra.api}/requests/?email=${email}`;
    const sizes: number[] = [];
    while (next !== null) {
      const { body } = await ra.call('GET', next.slice(ra.api.length));
      expect(Object.keys(body)).toEqual(['count', 'next', 'previous', 'results']);
      expect(body['count']).toBe(23);
      const results = body['results'] as { pk: number }[];
      sizes.push(results.length);
      found.push(...results.map((each) => each.pk));
      next = body['next'] as string | null;
    }
    expect(sizes).toEqual([10, 10, 3]);
    expect(new Set(found)).toEqual(new Set(made));
    expect((await ra.call('GET', `/requests/?email=${email}&page=4`)).body).toEqual({ detail: 'Invalid page.' });
  });

  test('is filtered as documented; a filter that is not documented does nothing', async () => {
    const order = await ra.order({ email: 'one@made-up.example', mobile_phone_number: '+34611222333' });
    const pk = Number((await ra.call('POST', '/requests/', order)).body['pk']);
    await ra.video(pk, 'finished', { given_name: 'SOLA', surname_1: 'UNICA', surname_2: 'X', serial_number: '7S' });
    const filters = {
      scratchcard: String(order['scratchcard']),
      email: 'one@made-up.example',
      mobile_phone_number: '%2B34611222333',
      given_name: 'SOLA',
      surname_1: 'UNICA',
      surname_2: 'X',
      serial_number: '7S',
    };
    for (const [name, value] of Object.entries(filters)) {
      const { body } = await ra.call('GET', `/requests/?${name}=${value}`);
      expect([name, (body['results'] as { pk: number }[]).map((each) => each.pk)]).toEqual([name, [pk]]);
    }
    expect((await ra.call('GET', '/requests/?registration_authority=141')).body['count']).toBe(0);
    const everything = (await ra.call('GET', '/requests/')).body['count'];
    expect((await ra.call('GET', '/requests/?status=ISSUED')).body['count']).toBe(everything);
  });

  test('can be behind: a new request is not in it yet', async () => {
    await ra.setting({ listLag: 3_600_000 });
    const pk = await ra.create({ email: 'late@made-up.example' });
    expect((await ra.call('GET', '/requests/?email=late@made-up.example')).body['count']).toBe(0);
    expect(await ra.read(pk)).toMatchObject({ pk });
  });
});

describe('the paperwork', () => {
  test('the declaration is Spanish text with a serial number; its key is rao', async () => {
    const pk = await ra.complete();
    const path = `/requests/${pk}/generates_tbs_receipt/`;
    const { status, body } = await ra.call('POST', path, { rao: 1400, type: 'APPROVE' });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['serial_number', 'receipt']);
    expect(body['serial_number']).toMatch(/^[0-9a-f]{16}$/);
    expect(body['receipt']).toMatch(/^El operador .*\r\n/);
    expect((await ra.call('POST', path, { rao_id: '1400', type: 'APPROVE' })).status).toBe(412);
    await ra.setting({ raoKey: 'either' });
    expect((await ra.call('POST', path, { rao_id: '1400', type: 'APPROVE' })).status).toBe(200);
  });

  test('the contract comes as raw PDF in JSON, or in base64 with line breaks: the same bytes', async () => {
    const pk = await ra.complete();
    const raw = await ra.call('POST', `/requests/${pk}/generate_document/`, { doctype: 'contract' });
    expect(Object.keys(raw.body)).toEqual(['document']);
    const get = await ra.call('POST', `/requests/${pk}/pl_get_document/`, { type: 'contract', rao_id: '1400' });
    const [contract] = JSON.parse(get.text) as [{ document: string; type: string }];
    expect(Object.keys(contract)).toEqual(['document', 'type']);
    expect(contract.document).toContain('\n');
    expect(Buffer.from(contract.document, 'base64').toString('latin1')).toBe(raw.body['document']);
    expect(raw.body['document']).toMatch(/^%PDF-/);
    await ra.setting({ base64Lines: false, rawPdf: 'lossy' });
    const again = await ra.call('POST', `/requests/${pk}/pl_get_document/`, { type: 'contract', rao_id: '1400' });
    expect(again.text).not.toContain('\\n');
    expect((await ra.call('POST', `/requests/${pk}/generate_document/`, { doctype: 'contract' })).text).toContain(
      '\uFFFD',
    );
  });

  test('the contract is another one after the data changed, and the same again until then', async () => {
    const pk = await ra.complete();
    const contract = async (): Promise<string> =>
      (await ra.call('POST', `/requests/${pk}/pl_get_document/`, { type: 'contract', rao_id: '1400' })).text;
    const first = await contract();
    expect(await contract()).toBe(first);
    await ra.update(pk, { title: 'Another' });
    expect(await contract()).not.toBe(first);
  });

  test('documents are kept, listed, read and deleted', async () => {
    const pk = await ra.createdOrganisation();
    const evidence = await ra.upload(pk, 'upload_videoid_evidence', { label: 'deed' }, { bytes: '%PDF-1 evidence' });
    expect(evidence).toMatchObject({
      status: 201,
      body: { pk: expect.any(Number) as unknown, type: 'videoid_evidence' },
    });
    const front = await ra.upload(
      pk,
      'pl_upload_document',
      { type: 'document_front' },
      { type: 'image/png', bytes: 'png' },
    );
    expect(front).toMatchObject({ status: 201, body: { type: 'document_front' } });
    expect(JSON.parse((await ra.call('GET', `/requests/${pk}/pl_get_documents/`)).text)).toEqual([
      {
        pk: evidence.body['pk'],
        document: Buffer.from('%PDF-1 evidence').toString('base64'),
        type: 'videoid_evidence',
      },
      { pk: front.body['pk'], document: Buffer.from('png').toString('base64'), type: 'document_front' },
    ]);
    const deletion = { docpk: front.body['pk'] };
    expect((await ra.call('POST', `/requests/${pk}/pl_delete_document/`, deletion)).body).toEqual({
      status: 'Document deleted successfully',
    });
    expect(await ra.call('POST', `/requests/${pk}/pl_delete_document/`, { docpk: 616026 })).toMatchObject({
      status: 404,
      body: { error: 'No documents found with id 616026' },
    });
  });
});

describe('decisions', () => {
  test('approve answers with the card’s secrets as an object and the request', async () => {
    const pk = await ra.complete();
    const { secrets } = await ra.inside(pk);
    const { status, body } = await ra.call('POST', `/requests/${pk}/pl_approve/`, { ...RA_RAO, lang: 'ES' });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['secrets', 'request']);
    expect(Object.keys(body['secrets'] as object)).toEqual(['puk', 'enrollment_code', 'pin', 'erc']);
    expect(body['secrets']).toEqual(secrets);
    expect(body['request']).toMatchObject({ pk, status: 'ENROLLREADY', ...ORGANISATION_FIELDS });
    expect(await ra.call('POST', `/requests/${pk}/pl_approve/`, RA_RAO)).toMatchObject({
      status: 412,
      body: { error: 'Invalid request status' },
    });
  });

  test('the pre-authorised link is there in ENROLLREADY only', async () => {
    const pk = await ra.create();
    expect(await ra.call('POST', `/requests/${pk}/preauthlink/`)).toMatchObject({
      status: 403,
      body: { detail: 'You do not have permission to perform this action.' },
    });
    await ra.video(pk);
    await ra.operator(pk, 'validate');
    const { body } = await ra.call('POST', `/requests/${pk}/preauthlink/`);
    expect(Object.keys(body)).toEqual(['preauthenticatedlink']);
    expect(body['preauthenticatedlink']).toMatch(/\/lcmpl\/enrollment\/auth\/[0-9a-f]{32}$/);
  });

  test('refusing the video cancels the request and answers with the video’s own status', async () => {
    const pk = await ra.create();
    await ra.video(pk);
    const refusal = { ...RA_RAO, reason: 'testing the API' };
    expect(await ra.call('POST', `/requests/${pk}/refuse_videoid/`, refusal)).toMatchObject({
      status: 200,
      body: { videoid_status: 'REFUSED', reason: 'testing the API' },
    });
    expect(await ra.read(pk)).toMatchObject({
      status: 'CANCELLED',
      videoid_data: { status: 'REFUSED', refusal_reason: 'testing the API' },
    });
    expect((await ra.call('POST', `/requests/${pk}/refuse_videoid/`, refusal)).status).toBe(412);
  });

  test('cancel says so, and a second time that the status is wrong', async () => {
    const pk = await ra.create();
    expect((await ra.call('DELETE', `/requests/${pk}/cancel/`)).body).toEqual({ status: 'Request cancelled' });
    expect(await ra.call('DELETE', `/requests/${pk}/cancel/`)).toMatchObject({
      status: 412,
      body: { code: '412', error: 'Invalid request status' },
    });
  });

  test('validate names what is missing in pairs, nothing when complete, 412 when approved', async () => {
    const pk = await ra.create({ mobile_phone_number: undefined });
    const validate = async (): Promise<string> => (await ra.call('GET', `/requests/${pk}/validate/`)).text;
    expect(JSON.parse(await validate())).toEqual(
      [
        'id_document_type',
        'id_document_country',
        'given_name',
        'surname_1',
        'mobile_phone_number',
        'serial_number',
      ].map((field) => [field, 'missing']),
    );
    await ra.video(pk);
    await ra.operator(pk, 'validate');
    expect(await ra.read(pk)).toMatchObject({ status: 'CREATED' }); // a natural person, but without a phone
    await ra.update(pk, { mobile_phone_number: '+34600112233' });
    expect(JSON.parse(await validate())).toEqual([]);
    expect((await ra.call('POST', `/requests/${pk}/pl_approve/`, RA_RAO)).status).toBe(200);
    expect((await ra.call('GET', `/requests/${pk}/validate/`)).status).toBe(412);
  });
});

test('a registration authority says whether it has VideoID', async () => {
  expect((await ra.call('GET', '/registrationauthorities/139/')).body).toMatchObject({
    pk: 139,
    enable_external_auth: false,
    videoid_enabled: true,
    videoid_provider: 2,
  });
  expect((await ra.call('GET', '/registrationauthorities/')).body['count']).toBe(3);
});

import { ORGANISATION, RA_RAO, RaStand, type RaAnswer } from './ra-support.js';
import { Receiver } from './support.js';

/** Both sides of what the sources contradict or do not say (§6 to §8, §12). */

let ra: RaStand;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await Receiver.start();
  ra = await RaStand.start({ webhook: receiver.url });
});
afterAll(async () => {
  await ra.close();
  await receiver.close();
});
afterEach(async () => {
  await ra.stand.control.resetSettings();
});

const inReview = async (profile = 'PFnubeAFCiudadano'): Promise<number> => {
  const pk = await ra.create({ profile });
  await ra.video(pk);
  return pk;
};
const status = async (pk: number): Promise<unknown> => (await ra.read(pk))['status'];
const claimed = (pk: number): unknown[] =>
  receiver.received
    .filter((body) => body['request'] === pk || (body['request'] as { pk?: number }).pk === pk)
    .map((body) => body['status'] ?? (body['request'] as { status: string }).status);

describe('where validation leads', () => {
  test.each([
    ['by-profile', 'PFnubeAFCiudadano', 'ENROLLREADY'],
    ['by-profile', 'PFnubeNC', 'ENROLLREADY'],
    ['by-profile', ORGANISATION, 'CREATED'],
    ['ENROLLREADY', ORGANISATION, 'ENROLLREADY'],
    ['CREATED', 'PFnubeAFCiudadano', 'CREATED'],
  ])('%s: %s to %s', async (afterValidation, profile, expected) => {
    await ra.setting({ afterValidation });
    const pk = await inReview(profile);
    await ra.operator(pk, 'validate');
    expect(await status(pk)).toBe(expected);
  });

  test('the normalized profiles can belong to the other branch', async () => {
    await ra.setting({ normalizedProfiles: 'other' });
    const pk = await inReview('PFnubeNC');
    await ra.operator(pk, 'validate');
    expect(await status(pk)).toBe('CREATED');
  });
});

const validate = async (pk: number): Promise<RaAnswer> => ra.call('POST', `/requests/${pk}/validate_videoid/`, RA_RAO);

describe('who decides about the video', () => {
  test.each([
    ['ENROLLREADY', ORGANISATION, 'ENROLLREADY'],
    ['CREATED', 'PFnubeAFCiudadano', 'CREATED'],
    ['as-operator', ORGANISATION, 'CREATED'],
  ])('validate_videoid leads to %s: %s', async (validateVideoid, profile, expected) => {
    await ra.setting({ validateVideoid });
    const pk = await inReview(profile);
    expect(await validate(pk)).toMatchObject({
      status: 200,
      body: {
        secrets: { erc: expect.any(String) as unknown },
        request: { status: expected, videoid_data: { status: 'VALIDATED' } },
      },
    });
  });

  test('the operator alone, where that is set', async () => {
    await ra.setting({ videoDecidedBy: 'operator' });
    const pk = await inReview();
    expect(await validate(pk)).toMatchObject({ status: 412, body: { error: 'Invalid request status' } });
    expect((await ra.call('POST', `/requests/${pk}/refuse_videoid/`, RA_RAO)).status).toBe(412);
    await ra.operator(pk, 'refuse', 'blurred');
    expect(await ra.read(pk)).toMatchObject({
      status: 'CANCELLED',
      videoid_data: { status: 'REFUSED', refusal_reason: 'blurred' },
    });
  });
});

describe('callbacks', () => {
  test('of CREATED: none, since no source names an event; or one that is set', async () => {
    const silent = await inReview(ORGANISATION);
    await ra.operator(silent, 'validate');
    await ra.setting({ createdEvent: 'REQUEST_UPDATED' });
    const announced = await inReview(ORGANISATION);
    await ra.operator(announced, 'validate');
    const settled = await ra.create();
    while (claimed(settled).length < 1 || claimed(announced).length < 3)
      await receiver.atLeast(receiver.received.length + 1);
    expect(claimed(silent)).toEqual(['VIDEOPENDING', 'VIDEOREVIEW']);
    expect(claimed(announced)).toEqual(['VIDEOPENDING', 'VIDEOREVIEW', 'CREATED']);
  });

  test('in the flat shape: the request is a number', async () => {
    await ra.setting({}, { webhookShape: 'flat' });
    const pk = await inReview();
    while (claimed(pk).length < 2) await receiver.atLeast(receiver.received.length + 1);
    expect(receiver.received.findLast((body) => body['request'] === pk)).toEqual({
      status: 'VIDEOREVIEW',
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/) as unknown,
      previous_status: 'VIDEOPENDING',
      request: pk,
      registration_authority: 139,
    });
  });

  test('of ISSUED carry the certificate', async () => {
    const pk = await inReview();
    await ra.operator(pk, 'validate');
    await ra.stand.control.pickUp(pk);
    while (claimed(pk).length < 4) await receiver.atLeast(receiver.received.length + 1);
    const [certificate] = (await ra.read(pk))['certificate_set'] as { serial_number: string }[];
    expect(receiver.received.findLast((body) => (body['request'] as { pk?: number }).pk === pk)).toMatchObject({
      event_type: 'REQUEST_ENROLLED',
      request: { status: 'ISSUED', pk },
      certificates: [{ status: 'VALID', serial_number: certificate?.serial_number }],
    });
  });

  test('go to the address given at create, or not', async () => {
    const other = await Receiver.start();
    const pk = await ra.create({ webhook_url: other.url });
    expect((await other.atLeast(1))[0]).toMatchObject({ request: { pk } });
    expect(claimed(pk)).toEqual([]);
    await ra.setting({ webhookUrl: 'ignored' });
    const usual = await ra.create({ webhook_url: other.url });
    while (claimed(usual).length < 1) await receiver.atLeast(receiver.received.length + 1);
    expect(other.received).toHaveLength(1);
    await other.close();
  });
});

test('VIDEOINCOMPLETE and VIDEOERROR are no end: the same link leads to VIDEOREVIEW', async () => {
  const pk = await ra.create();
  await ra.video(pk, 'incomplete');
  expect(await status(pk)).toBe('VIDEOINCOMPLETE');
  await ra.video(pk, 'error');
  expect(await status(pk)).toBe('VIDEOERROR');
  await ra.video(pk);
  expect(await status(pk)).toBe('VIDEOREVIEW');
});

test('the video link is in reads, or only in the e-mail', async () => {
  const pk = await ra.create();
  const { link } = await ra.inside(pk);
  expect((await ra.read(pk))['videoid_data']).toMatchObject({ videoid_link: link });
  await ra.setting({ videoLinkShown: false });
  expect(JSON.stringify(await ra.read(pk))).not.toContain(link);
  expect(await ra.stand.control.inbox(pk)).toMatchObject([{ kind: 'video', link }]);
});

test('evidence is uploaded with POST, or with PUT', async () => {
  const pk = await ra.createdOrganisation();
  const upload = async (method: 'POST' | 'PUT'): Promise<number> =>
    (await ra.upload(pk, 'upload_videoid_evidence', { label: 'deed' }, {}, method)).status;
  expect([await upload('POST'), await upload('PUT')]).toEqual([201, 405]);
  await ra.setting({ evidenceMethod: 'PUT' });
  expect([await upload('POST'), await upload('PUT')]).toEqual([405, 201]);
});

test('what counts as a supporting document, and how many are needed, is set', async () => {
  await ra.setting({ evidenceCounted: 'extra-document' });
  const pk = await ra.complete(); // with videoid_evidence
  const approve = async (): Promise<number> => (await ra.call('POST', `/requests/${pk}/pl_approve/`, RA_RAO)).status;
  expect(await approve()).toBe(400);
  await ra.setting({ evidenceCounted: 'either', evidenceNeeded: 2 });
  expect(await approve()).toBe(400);
  await ra.upload(pk, 'pl_upload_document', { type: 'extra_document' });
  expect(await approve()).toBe(200);
});

test('bodies that are documented as forms can be JSON or forms, or one of them', async () => {
  const pk = await ra.complete();
  const path = `/requests/${pk}/pl_get_document/`;
  const form = async (): Promise<number> => {
    const body = 'type=contract&rao_id=1400';
    return (await ra.call('POST', path, body, 'application/x-www-form-urlencoded')).status;
  };
  const json = async (): Promise<number> => (await ra.call('POST', path, { type: 'contract', rao_id: '1400' })).status;
  expect([await form(), await json()]).toEqual([200, 200]);
  await ra.setting({ formBodies: 'form' });
  expect([await form(), await json()]).toEqual([200, 415]);
  await ra.setting({ formBodies: 'json' });
  expect([await form(), await json()]).toEqual([415, 200]);
});

test('approval takes the receipt along, where that is set', async () => {
  await ra.setting({ approveReceipt: 'required' });
  const pk = await ra.complete();
  const approve = async (more: Record<string, unknown>): Promise<number> =>
    (await ra.call('POST', `/requests/${pk}/pl_approve/`, { ...RA_RAO, ...more })).status;
  expect(await approve({})).toBe(412);
  expect(await approve({ receipt: 'El operador' })).toBe(200);
});

test('an approved request can be cancelled, or not', async () => {
  await ra.setting({}, { cancelIn: ['CREATED', 'VIDEOPENDING', 'VIDEOREVIEW'] });
  const pk = await inReview();
  await ra.operator(pk, 'validate');
  expect((await ra.call('DELETE', `/requests/${pk}/cancel/`)).status).toBe(412);
  await ra.stand.control.resetSettings();
  expect((await ra.call('DELETE', `/requests/${pk}/cancel/`)).status).toBe(200);
});

test('the pre-authorised link can be forbidden to the API user, or refused for its status', async () => {
  const pk = await inReview();
  await ra.setting({ preauthlinkElsewhere: '412' });
  expect((await ra.call('POST', `/requests/${pk}/preauthlink/`)).status).toBe(412);
  await ra.operator(pk, 'validate');
  expect((await ra.call('POST', `/requests/${pk}/preauthlink/`)).status).toBe(200);
  await ra.setting({ preauthlink: 'forbidden' });
  expect((await ra.call('POST', `/requests/${pk}/preauthlink/`)).status).toBe(403);
});

test('unknown profiles and wrong rules can be accepted', async () => {
  await ra.setting({ unknownProfile: 'accepted', profileRules: 'not-checked' });
  const pk = await ra.create({ profile: 'PFnew', validity_time: '2' });
  expect(await ra.read(pk)).toMatchObject({ profile: 'PFnew', validity_time: '2' });
  await ra.create({ secure_element: '1' });
});

test('a signed contract is there once the signer has signed; what is there before is set', async () => {
  const pk = await ra.complete();
  const get = async (): Promise<{ status: number; text: string }> =>
    ra.call('POST', `/requests/${pk}/pl_get_document/`, { type: 'signed_contract', rao_id: '1400' });
  expect(await get()).toMatchObject({ status: 200, text: '[]' });
  await ra.setting({ documentNotThere: '404' });
  expect((await get()).status).toBe(404);
  await ra.call('POST', `/requests/${pk}/pl_approve/`, RA_RAO);
  await ra.stand.control.pickUp(pk);
  const [signed] = JSON.parse((await get()).text) as [{ document: string }];
  const bytes = Buffer.from(signed.document, 'base64').toString('latin1');
  expect(bytes).toMatch(/^%PDF-/);
  expect(bytes).toContain('/ByteRange');
});

test('a registration authority of its own behaves differently from the others', async () => {
  await ra.stand.control.settings({
    registrationAuthorities: { '140': { behaviour: { ra: { afterValidation: 'CREATED' } } } },
  });
  const own = await ra.create({ registration_authority: '140' });
  const usual = await ra.create();
  for (const pk of [own, usual]) {
    await ra.video(pk);
    await ra.operator(pk, 'validate');
  }
  expect([await status(own), await status(usual)]).toEqual(['CREATED', 'ENROLLREADY']);
});

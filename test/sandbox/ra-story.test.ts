import { ORGANISATION_FIELDS, RA_RAO, RaStand } from './ra-support.js';
import { Receiver } from './support.js';

let ra: RaStand;
let receiver: Receiver;
beforeEach(async () => {
  receiver = await Receiver.start();
  ra = await RaStand.start({ webhook: receiver.url });
});
afterEach(async () => {
  await ra.close();
  await receiver.close();
});

test('a natural person: card, create, video, operator, ENROLLREADY, ISSUED', async () => {
  const pk = await ra.create();
  expect(await ra.read(pk)).toMatchObject({ status: 'VIDEOPENDING' });
  await ra.video(pk);
  expect(await ra.read(pk)).toMatchObject({ status: 'VIDEOREVIEW', given_name: 'NORA' });
  await ra.operator(pk, 'validate');
  expect(await ra.read(pk)).toMatchObject({ status: 'ENROLLREADY', certificate_set: [] });
  expect(await ra.stand.control.inbox(pk)).toMatchObject([{ kind: 'enrolment' }, { kind: 'video' }]);
  await ra.stand.control.pickUp(pk);
  expect(await ra.read(pk)).toMatchObject({ status: 'ISSUED', certificate_set: [{ valid: 'VALID', status: 0 }] });
  await receiver.atLeast(4);
  expect(receiver.received.map((each) => [each['event_type'], (each['request'] as { status: string }).status])).toEqual(
    [
      ['REQUEST_CREATED', 'VIDEOPENDING'],
      ['VIDEOID_UPDATED', 'VIDEOREVIEW'],
      ['REQUEST_APPROVED', 'ENROLLREADY'],
      ['REQUEST_ENROLLED', 'ISSUED'],
    ],
  );
});

test('an organisation: CREATED without an event, completed, approved', async () => {
  const pk = await ra.createdOrganisation();
  expect(await ra.read(pk)).toMatchObject({ status: 'CREATED', videoid_data: { status: 'VALIDATED' } });
  const missing = async (): Promise<unknown> => (await ra.call('GET', `/requests/${pk}/validate/`)).body;
  expect(await missing()).toEqual(Object.keys(ORGANISATION_FIELDS).map((field) => [field, 'missing']));
  expect((await ra.update(pk, ORGANISATION_FIELDS)).body).toMatchObject(ORGANISATION_FIELDS);
  expect(await missing()).toEqual([]);
  expect((await ra.upload(pk, 'upload_videoid_evidence', { label: 'deed' })).status).toBe(201);
  const declaration = await ra.call('POST', `/requests/${pk}/generates_tbs_receipt/`, { rao: '1400', type: 'APPROVE' });
  expect(declaration.status).toBe(200);
  const contract = await ra.call('POST', `/requests/${pk}/pl_get_document/`, { type: 'contract', rao_id: '1400' });
  expect(JSON.parse(contract.text)).toMatchObject([{ type: 'contract' }]);
  const approved = await ra.call('POST', `/requests/${pk}/pl_approve/`, RA_RAO);
  expect(approved).toMatchObject({
    status: 200,
    body: { request: { pk, status: 'ENROLLREADY', approving_rao: { pk: 1400 } } },
  });
  await receiver.atLeast(3);
  expect(receiver.statuses()).toEqual(['VIDEOPENDING', 'VIDEOREVIEW', 'ENROLLREADY']);
  expect((await ra.inside(pk)).done).toMatchObject({ 'ra-create': 1, 'ra-update-request': 1, 'ra-approve': 1 });
});

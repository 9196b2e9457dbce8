import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { VideoIdClient } from '../../src/client.js';
import { loadConfig } from '../../src/config.js';
import { DEED, EnrolledPeople, ORGANISATION, ORGANISATION_FIELDS } from '../installation/enrolled-people.js';
import { AUTHORITIES, Installation } from '../installation/installation.js';

const OF = { flow: 'enrolment' } as const;
const OPERATOR = { actor: { kind: 'operator', id: 'support-3' } } as const;

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

test('a natural person is enrolled by the video and the provider’s operator alone', async () => {
  const people = await EnrolledPeople.start(at);
  const { stage } = await people.until('video');
  expect(stage).toBe('video');
  await people.identified();
  const outcome = await people.outcome();
  expect(outcome).toMatchObject({ outcome: 'enrolled', reason: 'enroll-ready', documents: [] });
  const provider = await people.provider();
  expect(provider.status).toBe('ENROLLREADY');
  expect(provider.done).toMatchObject({ 'ra-create': 1 });
  expect(provider.done['ra-approve'] ?? 0).toBe(0);
});

test('an organisation provides the missing data, and an officer reads the declaration and approves', async () => {
  const people = await EnrolledPeople.start(at, { profile: ORGANISATION });
  await people.identified();
  const asked = await people.untilStatus(({ missing }) => missing !== undefined);
  expect(asked.stage).toBe('completing');
  expect(asked.missing?.toSorted()).toEqual(Object.keys(ORGANISATION_FIELDS).toSorted());
  expect(asked.verbs).toEqual(expect.arrayContaining(['provide', 'identity']));
  expect(await at.client.identity(people.reference, OF)).toMatchObject({
    status: 'CREATED',
    identity: 'nothing-expected',
    fields: expect.arrayContaining([{ name: 'given_name', shown: 'NORA' }]),
  });

  const { title, ...others } = ORGANISATION_FIELDS;
  const provided = await at.client.provide(people.reference, { ...OPERATOR, fields: others, documents: [DEED] });
  expect(provided).toMatchObject({ missing: ['title'] });
  const rest = { ...OPERATOR, fields: { title } };
  await expect(at.client.provide(people.reference, rest)).resolves.toMatchObject({ missing: [] });
  // The same call again, because its answer was lost. It comes too late, and nothing is stored twice.
  await expect(at.client.provide(people.reference, rest)).rejects.toMatchObject({ code: 'NOT_NOW' });

  const { toReview } = await people.untilStatus(({ verbs }) => verbs.includes('approve'));
  expect(toReview).toMatchObject({ declaration: expect.any(String) as string, contract: expect.any(String) as string });
  const [deed] = await at.client.documents(people.reference, OF);
  expect(deed).toMatchObject({ name: 'deed.pdf', signed: false });
  const shown = await at.client.document(people.reference, deed?.index ?? 0, { ...OF, channel: 'test' });
  expect(await text(shown.stream)).toContain('%PDF-');
  const declaration = await text((await at.client.declaration(people.reference, { channel: 'test' })).stream);
  expect(declaration).toContain('DECLARA');
  await text((await at.client.contract(people.reference, { ...OF, channel: 'test' })).stream);
  await expect(people.approve()).resolves.toMatchObject({ status: 'ENROLLREADY' });
  expect(await people.outcome()).toMatchObject({ outcome: 'enrolled', reason: 'enroll-ready' });

  const provider = await people.provider();
  expect(provider.fields).toMatchObject(ORGANISATION_FIELDS);
  expect(provider.documents).toMatchObject([{ type: 'videoid_evidence' }]);
  expect(provider.done).toMatchObject({ 'ra-create': 1, 'ra-approve': 1, 'ra-upload-evidence': 1 });
  const { events } = await people.status();
  expect(events.map(({ what }) => what)).toEqual(
    expect.arrayContaining(['created', 'validated', 'data-missing', 'declaration-shown', 'contract-shown', 'approved']),
  );
});

test('data from the start is not asked for again', async () => {
  const people = await EnrolledPeople.inReview(at);
  await people.approve();
  expect(await people.outcome()).toMatchObject({ outcome: 'enrolled' });
  expect((await people.status()).events.map(({ what }) => what)).not.toContain('data-missing');
});

test('data from the video cannot be changed by `provide`', async () => {
  const people = await EnrolledPeople.start(at, { profile: ORGANISATION });
  await people.identified();
  await people.untilStatus(({ missing }) => missing !== undefined);
  const provision = { ...OPERATOR, fields: { given_name: 'Other', title: 'Director' } };
  await expect(at.client.provide(people.reference, provision)).rejects.toMatchObject({
    code: 'FIELD_FROM_VIDEO',
    field: 'fields.given_name',
  });
  expect((await people.status()).missing).toContain('title');
  await at.client.cancel(people.reference, { ...OPERATOR, reason: 'the test is over' }, OF);
  expect(await people.outcome()).toMatchObject({ outcome: 'cancelled' });
});

test('a refusal by the provider’s operator ends it refused', async () => {
  const people = await EnrolledPeople.start(at);
  await people.finishVideo();
  await people.until('validation');
  await people.operator('refuse');
  expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'refused-at-provider' });
});

test('an officer of ours declines at CREATED, which cancels it at the provider', async () => {
  const people = await EnrolledPeople.inReview(at);
  await people.decline('deed-too-old');
  expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'deed-too-old' });
  expect(await people.provider()).toMatchObject({ status: 'CANCELLED' });
});

test('if asked it waits until the signer has picked up the certificate; the link is off by default', async () => {
  const people = await EnrolledPeople.start(at, { untilIssued: true });
  await people.identified();
  await people.until('issuing');
  const order = { ...OPERATOR, reason: 'the signer has no e-mail' };
  await expect(at.client.preauthLink(people.reference, order)).rejects.toMatchObject({ code: 'NOT_NOW' });
  await people.pickUp();
  expect(await people.outcome()).toMatchObject({ outcome: 'enrolled', reason: 'issued' });
});

test('where the settings allow it the link can be asked for, opens only with the private key, and its reading is recorded', async () => {
  const people = await EnrolledPeople.start(at, {
    registrationAuthority: AUTHORITIES.automatic,
    untilIssued: true,
  });
  await people.identified();
  await people.until('issuing');
  const order = { ...OPERATOR, reason: 'the signer has no e-mail' };
  const keyless = await withoutPrivateKey();
  await expect(keyless.preauthLink(people.reference, order)).resolves.toMatchObject({ stored: true });
  await expect(keyless.secrets(people.reference, OPERATOR)).rejects.toMatchObject({ code: 'SEAL_NOT_OPENED' });
  await keyless.close();
  const { url } = await at.client.preauthLink(people.reference, order, { channel: 'test' });
  expect(url).toBe((await people.provider()).enrolLink);
  await people.pickUp();
  expect(await people.outcome()).toMatchObject({ outcome: 'enrolled' });
  const { events } = await people.status();
  const readings = events.filter(({ what }) => what === 'preauth-link-read');
  expect(readings).toMatchObject([{ channel: 'test', facts: { by: 'operator', id: 'support-3' } }]);
});

test('the codes of the scratchcard open with the private key, and each reading is recorded', async () => {
  const people = await EnrolledPeople.inReview(at);
  await people.approve();
  await people.outcome();
  const { enrollment_code: enrollmentCode, ...others } = (await people.provider()).secrets;
  const secrets = { ...others, enrollmentCode };
  const order = { ...OPERATOR, channel: 'test' };
  const opened = await at.client.secrets(people.reference, order);
  expect(opened).toEqual({ scratchcard: secrets, approval: secrets });
  const { events } = await people.status();
  expect(events.filter(({ what }) => what === 'secrets-read')).toMatchObject([{ facts: { by: 'operator' } }]);
});

test('an approval whose answer is lost, and which reads show late, loses no codes and says so', async () => {
  const people = await EnrolledPeople.inReview(at);
  await expect(people.approveInDoubt()).rejects.toMatchObject({ code: 'REQUEST_STATUS_REFUSED' });
  expect(await people.outcome()).toMatchObject({ outcome: 'enrolled' });
  const { done, secrets } = await people.provider();
  expect(done['ra-approve']).toBe(1);
  const { enrollment_code: enrollmentCode, ...others } = secrets;
  const { approval } = await at.client.secrets(people.reference, OPERATOR);
  expect(approval).toEqual({ ...others, enrollmentCode });
  const { events } = await people.status();
  expect(events).toContainEqual(
    expect.objectContaining({ what: 'approved', facts: expect.objectContaining({ secrets: 'read-again' }) as object }),
  );
});

/** A client like that of a gateway: it can seal, but not open. */
async function withoutPrivateKey(): Promise<VideoIdClient> {
  const settings = JSON.parse(readFileSync(at.state.configFile, 'utf8')) as {
    keys: { seal: { privateKey?: string }[] };
  };
  for (const key of settings.keys.seal) delete key.privateKey;
  return await VideoIdClient.connect(loadConfig({}, settings));
}

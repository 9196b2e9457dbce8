import { text } from 'node:stream/consumers';
import type { Evidence } from '../../src/activities/engine/evidence.js';
import type { VideoIdError } from '../../src/messages/failures.js';
import { EnrolledPeople } from '../installation/enrolled-people.js';
import { Installation, OFFICER } from '../installation/installation.js';
import { feedOf } from '../installation/whole-feed.js';
import { eventually } from '../installation/patience.js';
import { OTHER_OFFICER } from '../installation/other-officer.js';
import { MORE_AUTHORITIES } from '../installation/shared-settings.js';

const OF = { flow: 'enrolment' } as const;
const OPERATOR = { actor: { kind: 'operator', id: 'support-3' } } as const;

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

describe('a certificate that is picked up before we look', () => {
  test('while the video was awaited: it is enrolled', async () => {
    const people = await EnrolledPeople.start(at);
    await people.until('video');
    await people.unseen('VIDEOPENDING', async () => {
      await people.finishVideo();
      await people.operator('validate');
      await people.pickUp();
    });
    expect(await people.outcome()).toMatchObject({ outcome: 'enrolled', reason: 'issued' });
    const certificates = [{ serialNumber: expect.any(String) as string }];
    expect(await people.evidence<Evidence>()).toMatchObject({ provider: { certificates } });
  });

  test('while our decision was awaited: it is enrolled, approved in the console', async () => {
    const people = await EnrolledPeople.inReview(at);
    await people.unseen('CREATED', async () => {
      await people.operator('approve');
      await people.pickUp();
    });
    expect(await people.outcome()).toMatchObject({ outcome: 'enrolled', reason: 'issued' });
    expect((await people.status()).events.map(({ what }) => what)).toContain('approved-at-provider');
  });
});

describe('an enrolment that ends while the provider does not take the cancelling', () => {
  test('ends at once, and is cancelled there when the provider takes it', async () => {
    const people = await EnrolledPeople.inReview(at);
    const away = await at.provider.addFault({
      name: 'answer-503',
      endpoint: 'ra-cancel',
      request: Number(await people.requestPk()),
    });
    await at.client.cancel(people.reference, { ...OPERATOR, reason: 'the customer withdrew' }, OF);
    expect(await people.outcome()).toMatchObject({ outcome: 'cancelled', cleanup: 'pending' });
    expect((await people.provider()).status).toBe('CREATED');
    expect((await at.client.why(people.reference, OF)).words).toContain('goes on by itself');
    await at.provider.removeFault(away);
    await eventually(async () => (await people.provider()).status === 'CANCELLED');
    await eventually(async () => (await people.outcome()).cleanup === 'done');
  });

  test('and is issued before it can be cancelled gets an entry in the feed', async () => {
    const people = await EnrolledPeople.inReview(at);
    const request = Number(await people.requestPk());
    const away = await at.provider.addFault({ name: 'answer-503', endpoint: 'ra-cancel', request });
    await at.client.cancel(people.reference, { ...OPERATOR, reason: 'the customer withdrew' }, OF);
    expect(await people.outcome()).toMatchObject({ outcome: 'cancelled', cleanup: 'pending' });
    await people.operator('approve');
    await people.pickUp();
    await at.provider.removeFault(away);
    await eventually(async () => {
      const entries = await feedOf(at, people.reference);
      return entries.some(({ what }) => what === 'issued-late');
    });
    expect((await at.client.why(people.reference, OF)).words).toContain('The certificate was issued');
  });

  test('while the signer may pick up the certificate, waits for the provider, which decides', async () => {
    const people = await EnrolledPeople.start(at, { untilIssued: true });
    await people.identified();
    await people.until('issuing');
    const request = Number(await people.requestPk());
    const faults: string[] = [];
    for (const endpoint of ['ra-get-request', 'ra-cancel']) {
      faults.push(await at.provider.addFault({ name: 'answer-503', endpoint, request }));
    }
    await people.pickUp();
    const order = { ...OPERATOR, reason: 'the customer withdrew' };
    const answer = at.client.cancel(people.reference, order, OF).then(
      () => 'answered',
      (error: VideoIdError) => error.code,
    );
    await people.untilStatus(({ attention }) => attention?.step === 'withdraw' && attention.leavesByItself);
    for (const fault of faults) await at.provider.removeFault(fault);
    expect(await people.outcome()).toMatchObject({ outcome: 'enrolled', reason: 'issued', cleanup: 'none' });
    expect(['STILL_RUNNING', 'answered']).toContain(await answer);
  });

  test('so does an earlier video request: it is cancelled when the provider takes it', async () => {
    const people = await EnrolledPeople.start(at);
    await people.until('video');
    const before = await people.requestPk();
    const away = await at.provider.addFault({ name: 'answer-503', endpoint: 'ra-cancel', request: Number(before) });
    await at.client.newVideo(people.reference, { ...OPERATOR, reason: 'the link was lost' }, OF);
    await people.untilStatus(({ provider }) => provider.requestPk !== undefined && provider.requestPk !== before);
    expect((await at.provider.enrolment(before)).status).toBe('VIDEOPENDING');
    await at.provider.removeFault(away);
    await people.identified();
    expect(await people.outcome()).toMatchObject({ outcome: 'enrolled' });
    expect((await at.provider.enrolment(before)).status).toBe('CANCELLED');
  });
});

test('a field that the provider still needs at the approval is asked for by its name, also the signer’s own', async () => {
  const people = await EnrolledPeople.inReview(at);
  await at.provider.addFault({
    name: 'answer-other',
    endpoint: 'ra-approve',
    request: Number(await people.requestPk()),
    code: 412,
    text: '{"code":"415","id":"80a9e5709417bdc9","error":"Invalid request fields: mobile_phone_number"}',
    times: 1,
  });
  await expect(people.approve()).rejects.toMatchObject({ code: 'FIELDS_MISSING' });
  const { missing } = await people.untilStatus((status) => (status.missing ?? []).length > 0);
  expect(missing).toEqual(['mobile_phone_number']);
  const { remedies } = await at.client.why(people.reference, OF);
  expect(remedies.map(({ command }) => command)).toContainEqual(expect.stringContaining('mobile_phone_number'));
  const bad = { ...OPERATOR, fields: { mobile_phone_number: '600' } };
  await expect(at.client.provide(people.reference, bad)).rejects.toMatchObject({ code: 'BAD_PHONE' });
  const provision = { ...OPERATOR, fields: { mobile_phone_number: '+34 600 111 222' } };
  await expect(at.client.provide(people.reference, provision)).resolves.toMatchObject({ missing: [] });
  expect((await people.provider()).phone).toBe('+34600111222');
  await people.until('review');
  await people.approve();
  expect(await people.outcome()).toMatchObject({ outcome: 'enrolled' });
});

test('an officer approves the declaration that names them, after it could be read', async () => {
  const people = await EnrolledPeople.inReview(at);
  const read = async () => text((await at.client.declaration(people.reference, { channel: 'test' })).stream);
  const first = await people.untilStatus(({ toReview }) => toReview !== undefined);
  expect(first.toReview?.officer).toBe(OFFICER);
  const declaration = await read();
  await expect(people.approve(OTHER_OFFICER)).rejects.toMatchObject({
    code: 'NOT_NOW',
    message: expect.stringContaining('read it, then approve') as string,
  });
  const second = await people.status();
  expect(second.toReview?.officer).toBe(OTHER_OFFICER);
  expect(second.toReview?.declaration).not.toBe(first.toReview?.declaration);
  expect(await read()).not.toBe(declaration);
  expect((await people.provider()).status).toBe('CREATED');
  await expect(people.approve(OTHER_OFFICER)).resolves.toMatchObject({ status: 'ENROLLREADY' });
  expect(await people.outcome()).toMatchObject({ outcome: 'enrolled' });
  const declared = (await people.status()).events.filter(({ what }) => what === 'declared');
  expect(declared.map(({ facts }) => facts?.['officer'])).toEqual([OFFICER, OTHER_OFFICER]);
});

test('why the provider’s operator refused is in the outcome and the evidence', async () => {
  const people = await EnrolledPeople.start(at);
  await people.finishVideo();
  await people.until('validation');
  await people.operator('refuse', 'The document\nhas expired');
  const note = 'The document has expired';
  expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'refused-at-provider', note });
  expect(await people.evidence<Evidence>()).toMatchObject({ outcome: { note } });
});

test('few scratchcards cause a warning; without any, the error says how many there are', async () => {
  const scarce = { registrationAuthority: MORE_AUTHORITIES.scarce };
  const last = await EnrolledPeople.start(at, scarce);
  await last.until('video');
  await eventually(() => Promise.resolve(at.log('worker').includes('few scratchcards are left')));
  await at.client.cancel(last.reference, { ...OPERATOR, reason: 'the test is over' }, OF);
  await last.outcome();
  const warned = (await last.status()).events.find(({ what }) => what === 'few-scratchcards');
  expect(warned?.facts).toEqual({ unused: 0 });
  const without = await EnrolledPeople.start(at, scarce);
  const { attention } = await without.attention('NO_SCRATCHCARD_LEFT');
  expect(attention).toMatchObject({ facts: { unused: 0, listed: 1 } });
  expect(attention?.words).toContain('Ask the provider for more');
  await at.provider.addScratchcards(scarce.registrationAuthority, 1);
  await at.client.resolve(without.reference, { ...OPERATOR, remedy: 'retry' }, OF);
  await without.until('video');
});

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { apiTokenFile } from '../../local/local-config.js';
import type { VideoIdError } from '../../src/messages/failures.js';
import type { IdentityView } from '../../src/messages/identity.js';
import { AUTHORITIES, Installation, OFFICER } from '../installation/installation.js';
import { aSigner, People } from '../installation/people.js';
import { MORE_AUTHORITIES } from '../installation/shared-settings.js';

const NUMBER = '12345678Z';
const NORA = { given_name: 'NORA', surname_1: 'EJEMPLO', surname_2: 'PRUEBA', serial_number: NUMBER };
const EVA = { ...NORA, given_name: 'EVA', serial_number: '87654321X' };
const OPERATOR = { kind: 'operator', id: 'desk' } as const;
const DIFFERENT = 'accepted-although-different';
const { asking: STRICT } = MORE_AUTHORITIES;

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

/** A request for Nora. It has her document number as the requester writes it. */
function expecting(more: { registrationAuthority?: string; policy?: object; number?: string } = {}): Promise<People> {
  const { number = 'idces-12.345.678 z', ...rest } = more;
  return People.start(at, {
    signer: { ...aSigner(), expected: { documentNumber: number, name: 'Nora Ejemplo Prueba' } },
    ...rest,
  });
}

async function signs(people: People): Promise<void> {
  await people.askForCode();
  await people.sign();
}

async function inReview(people: People, identity: string) {
  return people.untilStatus((status) => status.stage === 'review' && status.identity === identity);
}

async function events(people: People): Promise<{ what: string; facts?: object }[]> {
  return (await people.status()).events;
}

describe('the expected signer', () => {
  test('is recognised in any spelling of the number, before the approval and in the certificate', async () => {
    const people = await expecting();
    await people.finishVideo(NORA);
    await inReview(people, 'as-expected');
    await people.approve();
    await signs(people);
    expect(await people.outcome()).toMatchObject({
      outcome: 'signed',
      documents: [{ verification: { result: 'passed', facts: { signer: 'as-expected' } } }],
      contract: { verification: { facts: { signer: 'as-expected' } } },
    });
  });

  test('makes another request: one that differs in the number alone is not the same start', async () => {
    const signer = aSigner();
    const reference = `one-reference-${randomUUID()}`;
    const start = (number: string) =>
      People.start(at, { reference, signer: { ...signer, expected: { documentNumber: number } } });
    await start(NUMBER);
    await start(' 12345678-z ');
    await expect(start('12345679Z')).rejects.toMatchObject({ code: 'REFERENCE_TAKEN' });
    await expect(People.start(at, { reference, signer })).rejects.toMatchObject({
      code: 'REFERENCE_TAKEN',
    });
  });

  test.each(['', 'x', '12', '=HYPERLINK("a")', 'a'.repeat(65)])('cannot be %j', async (number) => {
    await expect(expecting({ number })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      field: 'signer.expected.documentNumber',
    });
  });

  test('stays in a new attempt with another phone', async () => {
    const people = await expecting();
    await people.until('video');
    await at.client.cancel(people.reference, { actor: OPERATOR, reason: 'wrong phone' });
    await people.outcome();
    await at.client.start({ reference: people.reference, newAttempt: true, signer: aSigner() });
    await people.untilStatus(({ attempt, stage }) => attempt === 2 && stage === 'video');
    await people.finishVideo(EVA);
    expect(await inReview(people, 'different')).toMatchObject({ attempt: 2 });
  });
});

describe('somebody else, in manual review,', () => {
  test('is shown to the officer, who approves by accepting it; without that nothing is lost', async () => {
    const people = await expecting();
    await people.finishVideo(EVA);
    const { words } = await inReview(people, 'different');
    expect(words).toContain('not the expected one');
    await expect(people.approve()).rejects.toMatchObject({
      code: 'SIGNER_UNEXPECTED',
      facts: { identity: 'different' },
    });
    await expect(people.approve({ identity: 'accepted-although-not-shown' })).rejects.toMatchObject({
      code: 'SIGNER_UNEXPECTED',
    });
    expect((await people.provider()).calls['approve']).toBeUndefined();
    expect(await at.client.why(people.reference)).toMatchObject({ code: 'SIGNER_UNEXPECTED' });
    await people.approve({ identity: DIFFERENT });
    await signs(people);
    // What the officer accepted at the approval is not asked again for a certificate that says the same.
    expect(await people.outcome()).toMatchObject({
      outcome: 'signed',
      documents: [{ verification: { result: 'passed', facts: { signer: 'accepted' } } }],
    });
    expect(await events(people)).toContainEqual(
      expect.objectContaining({
        what: 'approved',
        actor: { kind: 'officer', id: OFFICER },
        facts: { evidenceSeen: 'console', mode: 'manual', identity: DIFFERENT },
      }),
    );
  });

  test('can be refused', async () => {
    const people = await expecting();
    await people.finishVideo(EVA);
    await inReview(people, 'different');
    await people.refuse('wrong-person');
    expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'wrong-person' });
  });

  test('in place of an accepted one needs a new decision before documents are uploaded', async () => {
    const people = await expecting();
    await people.finishVideo(EVA);
    await inReview(people, 'different');
    const held = await people.fault({ name: 'hold-after', endpoint: 'approve', times: 1 });
    const approving = people.approve({ identity: DIFFERENT });
    await people.held(held);
    await at.provider.person(await people.requestPk(), { ...NORA, serial_number: '11111111H' });
    await at.provider.release(held);
    await approving;
    const { attention } = await people.attention('SIGNER_UNEXPECTED');
    expect(attention).toMatchObject({ step: 'upload', remedies: expect.arrayContaining(['accept-signer']) });
    expect((await people.provider()).documents).toEqual([]);
  });
});

describe('somebody else, in automatic review,', () => {
  test('is not approved by nobody: an officer decides', async () => {
    const people = await expecting({ registrationAuthority: AUTHORITIES.automatic });
    await people.finishVideo(EVA);
    const { attention, verbs } = await people.attention('SIGNER_UNEXPECTED');
    expect(attention).toMatchObject({ leavesByItself: true, remedies: ['retry', 'cancel'] });
    expect(verbs).toEqual(expect.arrayContaining(['approve', 'refuse', 'identity', 'correct']));
    expect(await at.client.why(people.reference)).toMatchObject({
      state: 'attention',
      remedies: expect.arrayContaining([
        expect.objectContaining({ command: expect.stringContaining('--identity accepted-although-different') }),
      ]),
    });
    await expect(people.approve()).rejects.toMatchObject({ code: 'SIGNER_UNEXPECTED' });
    expect((await people.provider()).calls['approve']).toBeUndefined();
    await people.approve({ identity: DIFFERENT });
    await signs(people);
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  });

  test('turns out to be the expected one by a correction, and the automatic approval follows', async () => {
    const people = await expecting({ registrationAuthority: AUTHORITIES.automatic });
    await people.finishVideo({ ...NORA, serial_number: '12345678' });
    await people.attention('SIGNER_UNEXPECTED');
    await at.client.correct(people.reference, {
      fields: { serial_number: NUMBER },
      reason: 'the letter was not read',
      actor: { kind: 'officer', id: OFFICER },
    });
    await signs(people);
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    expect((await people.provider()).person).toMatchObject(NORA);
    expect(await events(people)).toContainEqual(
      expect.objectContaining({
        what: 'corrected',
        actor: { kind: 'officer', id: OFFICER },
        facts: { number: 1, reason: 'the letter was not read', fields: 'serial_number' },
      }),
    );
  });

  test('is looked at again when an operator says so', async () => {
    const people = await expecting({ registrationAuthority: AUTHORITIES.automatic });
    await people.finishVideo(EVA);
    await people.attention('SIGNER_UNEXPECTED');
    await at.provider.person(await people.requestPk(), NORA);
    await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
    const { attention } = await people.until('acceptance');
    expect(attention).toBeUndefined();
  });
});

test.each([AUTHORITIES.atProvider, AUTHORITIES.manual])(
  'somebody else who is approved in the provider’s console (%s): no document goes up without an operator’s word',
  async (registrationAuthority) => {
    const people = await expecting({ registrationAuthority });
    await people.finishVideo(EVA);
    await inReview(people, 'different');
    await people.console('approve');
    const { attention, stage, identity } = await people.attention('SIGNER_UNEXPECTED');
    expect({ stage, identity }).toEqual({ stage: 'preparing', identity: 'different' });
    expect(attention).toMatchObject({ leavesByItself: false, remedies: ['retry', 'accept-signer', 'cancel'] });
    expect((await people.provider()).calls['upload']).toBeUndefined();
    await at.client.resolve(people.reference, { remedy: 'accept-signer', actor: OPERATOR });
    await signs(people);
    expect(await people.outcome()).toMatchObject({
      outcome: 'signed',
      documents: [{ verification: { facts: { signer: 'accepted' } } }],
    });
  },
);

/** How certificates name the signer's document from now on. */
function certificatesWith(certificateNumber: string): Promise<unknown> {
  return at.provider.settings({ behaviour: { certificateNumber } });
}

describe('a certificate', () => {
  test('for somebody else is a verdict by name, and an operator may keep the files', async () => {
    const people = await expecting();
    await people.finishVideo(NORA);
    await people.approve();
    await people.askForCode();
    await at.provider.person(await people.requestPk(), EVA);
    await people.sign();
    const { attention } = await people.attention('VERIFICATION_NOT_PASSED');
    expect(attention?.words).toMatch(/document 1 failed: .*\(signer-unexpected\)/);
    expect(attention?.words).toMatch(/the contract failed: .*\(signer-unexpected\)/);
    expect((await people.provider()).calls['delete-document']).toBeUndefined();
    await at.client.resolve(people.reference, { remedy: 'accept-files', actor: OPERATOR });
    expect(await people.outcome()).toMatchObject({
      outcome: 'signed',
      documents: [
        { verification: { result: 'failed', reasons: ['signer-unexpected'], facts: { signer: 'different' } } },
      ],
    });
  });

  test('without a number is indeterminate by name, which a setting may let pass', async () => {
    await certificatesWith('absent');
    try {
      const people = await expecting({ registrationAuthority: STRICT });
      await people.finishVideo(NORA);
      await people.approve();
      await signs(people);
      expect(await people.outcome()).toMatchObject({
        documents: [{ verification: { result: 'indeterminate', reasons: ['signer-not-named'] } }],
      });
    } finally {
      await certificatesWith('with-prefix');
    }
  });
});

describe('a provider that shows nothing', () => {
  beforeAll(() => at.provider.settings({ behaviour: { identityShown: 'never' } }));
  afterAll(() => at.provider.settings({ behaviour: { identityShown: 'after-video' } }));

  test('is reported, and the certificate shows it in the end', async () => {
    const people = await expecting();
    await people.finishVideo(NORA);
    const { words } = await inReview(people, 'not-shown');
    expect(words).toContain('shows no document number');
    await people.approve();
    await signs(people);
    expect(await people.outcome()).toMatchObject({
      documents: [{ verification: { facts: { signer: 'as-expected' } } }],
    });
  });

  test('stops a request where the settings say so, until an officer accepts that', async () => {
    // A start may ask for it, but cannot switch it off if the settings require it.
    await expect(
      expecting({ registrationAuthority: STRICT, policy: { identity: { notShown: 'go-on' } } }),
    ).rejects.toMatchObject({ code: 'BAD_INPUT', field: 'policy.identity.notShown' });
    const people = await expecting({ policy: { identity: { notShown: 'ask' } } });
    await people.finishVideo(NORA);
    await expect(people.approve()).rejects.toMatchObject({
      code: 'SIGNER_UNEXPECTED',
      facts: { identity: 'not-shown' },
    });
    await people.approve({ identity: 'accepted-although-not-shown' });
    await signs(people);
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  });
});

describe("the signer's data at the provider", () => {
  test('is shown live, field by field beside what is expected, and recorded without a value', async () => {
    const people = await expecting();
    await people.finishVideo(EVA);
    await inReview(people, 'different');
    const actor = { kind: 'officer', id: OFFICER } as const;
    const view = await at.client.identity(people.reference, { actor, channel: 'desk' });
    const { phone } = await people.provider();
    expect(view).toEqual({
      status: 'VIDEOREVIEW',
      identity: 'different',
      fields: [
        { name: 'name', shown: 'EVA EJEMPLO PRUEBA', expected: 'Nora Ejemplo Prueba', same: false },
        { name: 'given_name', shown: 'EVA' },
        { name: 'surname_1', shown: 'EJEMPLO' },
        { name: 'surname_2', shown: 'PRUEBA' },
        { name: 'serial_number', shown: EVA.serial_number, expected: 'IDCES-12345678Z', same: false },
        { name: 'id_document_type', shown: 'IDC' },
        { name: 'id_document_country', shown: 'ES' },
        { name: 'birth_date', shown: '01/01/1980' },
        { name: 'email', shown: 'signer@example.com', expected: 'signer@example.com', same: true },
        { name: 'mobile_phone_number', shown: phone, expected: phone, same: true },
      ],
    } satisfies IdentityView);

    await at.provider.person(await people.requestPk(), NORA);
    const again = await at.client.identity(people.reference, { actor });
    expect(again).toMatchObject({ identity: 'as-expected' }); // nothing was stored in between
    await people.refuse('wrong-person');
    await people.outcome();
    expect((await events(people)).filter(({ what }) => what === 'identity-shown')).toMatchObject([
      { channel: 'desk', facts: { by: 'officer', id: OFFICER, identity: 'different' } },
      { facts: { by: 'officer', id: OFFICER, identity: 'as-expected' } },
    ]);
  });

  test('is shown over the API and the gateway need not reach the provider', async () => {
    const people = await People.start(at);
    await people.throughTo('review');
    const token = readFileSync(apiTokenFile(at.state), 'utf8').trim();
    const answer = await fetch(
      `http://127.0.0.1:${at.config.gateway.port}/v1/requests/${people.reference}/identity?officer=${OFFICER}`,
      { headers: { authorization: `Bearer ${token}` } },
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({
      identity: 'nothing-expected',
      fields: expect.arrayContaining([{ name: 'given_name', shown: 'NORA' }]),
    });
  });

  test('is not there before the video, and a provider out of reach is reported', async () => {
    const people = await expecting();
    await people.until('video');
    await expect(at.client.identity(people.reference)).rejects.toMatchObject({ code: 'NOT_NOW' });
    await people.throughTo('review');
    // The request itself may read at the same moment, so it is not one read that fails.
    const busy = await people.fault({ name: 'answer-503', endpoint: 'get-request' });
    await expect(at.client.identity(people.reference)).rejects.toMatchObject({ code: 'PROVIDER_BUSY' });
    await at.provider.removeFault(busy);
    expect((await people.status()).attention).toBeUndefined();
    expect(await at.client.identity(people.reference)).toMatchObject({ status: 'VIDEOREVIEW' });
  });
});

const correction = (fields: object) => ({ fields, reason: 'misread', actor: OPERATOR });

describe('a correction after the video', () => {
  test('changes one field and carries all others; the officer sees it', async () => {
    const people = await expecting();
    await people.finishVideo({ ...NORA, serial_number: '12345678' });
    await inReview(people, 'different');
    await at.client.correct(people.reference, correction({ serial_number: NUMBER }));
    expect(await people.status()).toMatchObject({ stage: 'review', identity: 'as-expected' });
    expect((await people.provider()).person).toMatchObject(NORA);
    await people.approve();
  });

  test.each([
    ['refused', 'refused'],
    ['ignored without a word', 'ignored'],
  ])('that is %s by the provider is reported with the name of the field', async (_, identityChange) => {
    const behaviour = { identityCorrectable: ['given_name'], identityChange };
    await at.provider.settings({ registrationAuthorities: { [AUTHORITIES.manual]: { behaviour } } });
    try {
      const people = await expecting();
      await people.finishVideo(EVA);
      await inReview(people, 'different');
      const wrong = at.client.correct(people.reference, correction({ serial_number: NUMBER }));
      const failure = (await wrong.catch((error: unknown) => error)) as VideoIdError;
      expect(failure).toMatchObject({ code: 'FIELD_FROM_VIDEO', facts: { fields: 'serial_number' } });
      expect(failure.message).not.toContain(NUMBER);
      expect((await people.status()).attention).toBeUndefined();
      await at.client.correct(people.reference, correction({ given_name: 'EVA MARIA' }));
      expect((await people.provider()).person).toMatchObject({ ...EVA, given_name: 'EVA MARIA' });
    } finally {
      const as = { identityCorrectable: ['given_name', 'surname_1', 'surname_2', 'birth_date', 'serial_number'] };
      await at.provider.settings({
        registrationAuthorities: { [AUTHORITIES.manual]: { behaviour: { ...as, identityChange: 'refused' } } },
      });
    }
  });

  test('is for what identifies the signer, and before the video for how to reach the signer', async () => {
    const people = await expecting();
    await people.until('video');
    const fields = correction({ serial_number: NUMBER });
    const phone = { phone: '+34600000001', reason: 'mistyped', actor: OPERATOR };
    await expect(at.client.correct(people.reference, fields)).rejects.toMatchObject({ code: 'NOT_NOW' });
    await expect(at.client.correct(people.reference, { ...fields, ...phone })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(at.client.correct(people.reference, correction({ title: 'Dr.' }))).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await people.throughTo('review');
    await expect(at.client.correct(people.reference, phone)).rejects.toMatchObject({ code: 'NOT_NOW' });
    await people.approve({ identity: DIFFERENT });
    await people.until('acceptance');
    await expect(at.client.correct(people.reference, fields)).rejects.toMatchObject({ code: 'NOT_NOW' });
  });
});

import type { VideoIdError } from '../../src/messages/failures.js';
import { Installation } from '../installation/installation.js';
import { testIf } from '../installation/like.js';
import { eventually } from '../installation/patience.js';
import { People, UNLOCK } from '../installation/people.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

/** The provider says in words that a code is wrong. */
const REFUSED = { codeNotAcceptedTexts: [] };

const OPERATOR = { kind: 'operator', id: 'desk' } as const;

/** A request in which a code was sent. */
async function withCode(...start: Parameters<typeof People.start> extends [unknown, ...infer Rest] ? Rest : never) {
  const people = await People.start(at, ...start);
  await people.throughTo('code');
  return people;
}

testIf(REFUSED)('a code that is not accepted is reported; the right one signs', async () => {
  const people = await withCode();
  const wrong = at.client.sign(people.reference, { secret: 'not-the-code' });
  await expect(wrong).rejects.toMatchObject({ code: 'CODE_NOT_ACCEPTED', facts: { notAccepted: 1 } });
  const status = await at.client.status(people.reference);
  expect(status).toMatchObject({ stage: 'code', code: { notAccepted: 1 } });
  expect(status.attention).toBeUndefined();
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
});

testIf(REFUSED)('too many codes that are not accepted need an operator, who allows as many again', async () => {
  const people = await withCode({ policy: { code: { notAcceptedLimit: 2 } } });
  const shown = await people.acceptance();
  for (const _ of [1, 2]) {
    const wrong = at.client.sign(people.reference, { secret: 'not-the-code' });
    await expect(wrong).rejects.toMatchObject({ code: 'CODE_NOT_ACCEPTED' });
  }
  const { attention } = await people.attention('CODES_EXHAUSTED');
  expect(attention).toMatchObject({ leavesByItself: false, step: 'sign' });
  await expect(people.sign()).rejects.toMatchObject({ code: 'CODES_EXHAUSTED' });
  await expect(at.client.requestCode(people.reference, shown)).rejects.toMatchObject({ code: 'CODES_EXHAUSTED' });
  await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
  await people.untilStatus((status) => status.attention === undefined);
  await people.askForAnotherCode();
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
});

test('codes that the provider always answers with an error need an operator, who sees its words', async () => {
  const people = await withCode({ policy: { code: { coolDown: 300, notAcceptedLimit: 2 } } });
  const text = 'Signature service is down';
  const fault = await people.fault({ name: 'answer-other', endpoint: 'sign', code: 500, text });
  const spent = { code: 'CODE_SPENT', message: expect.stringContaining(text) };
  await expect(people.sign()).rejects.toMatchObject(spent);
  expect(await at.client.why(people.reference)).toMatchObject({
    state: 'waiting',
    code: 'CODE_SPENT',
    words: expect.stringContaining(text),
  });
  await people.askForAnotherCode();
  await expect(people.sign()).rejects.toMatchObject(spent);
  const { attention } = await people.attention('CODES_EXHAUSTED');
  expect(attention).toMatchObject({ leavesByItself: false, words: expect.stringContaining(text) });
  expect(await at.client.why(people.reference)).toMatchObject({ words: expect.stringContaining(text) });
  await at.provider.removeFault(fault);
  await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
  await people.untilStatus((status) => status.attention === undefined);
  await people.askForAnotherCode();
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
});

testIf(REFUSED)(
  'another code within the cool-down is refused with the seconds left; after it the new one signs',
  async () => {
    const people = await withCode({ policy: { code: { coolDown: 2500 } } });
    const first = await people.code();
    const tooSoon: unknown = await people.askForCode().catch((error: unknown) => error);
    expect(tooSoon).toMatchObject({ code: 'CODE_COOL_DOWN' });
    expect([1, 2, 3]).toContain((tooSoon as VideoIdError).facts?.['secondsLeft']);
    expect((await people.provider()).calls['otp']?.received).toBe(1);
    const { sentAt, resendFrom } = await people.askForAnotherCode();
    expect(Date.parse(resendFrom) - Date.parse(sentAt)).toBe(2500);
    expect((await people.provider()).calls['otp']?.received).toBe(2);
    const old = at.client.sign(people.reference, { secret: first });
    await expect(old).rejects.toMatchObject({ code: 'CODE_NOT_ACCEPTED' });
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  },
);

testIf({ coolDownTexts: [] })(
  'a cool-down that only the provider knows is reported too, and is no attention',
  async () => {
    const people = await withCode({ policy: { code: { coolDown: 0 } } });
    await at.provider.settings({ behaviour: { codeCoolDown: 60_000 } });
    await expect(people.askForCode()).rejects.toMatchObject({ code: 'CODE_COOL_DOWN' });
    await at.provider.settings({ behaviour: { codeCoolDown: 300 } });
    expect((await at.client.status(people.reference)).attention).toBeUndefined();
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  },
);

test('the code is not sent when the signer accepts other documents, or another contract, than were shown', async () => {
  const people = await People.start(at);
  await people.throughTo('acceptance');
  const shown = await people.acceptance();
  const other = '0'.repeat(64);
  for (const wrong of [{ documents: [other] }, { documents: [...shown.documents, other] }, { contract: other }]) {
    const asked = at.client.requestCode(people.reference, { ...shown, ...wrong });
    await expect(asked).rejects.toMatchObject({ code: 'NOT_ACCEPTED' });
  }
  expect((await people.provider()).calls['otp']).toBeUndefined();
  expect(await at.client.status(people.reference)).toMatchObject({ stage: 'acceptance' });
});

/** Another way to unlock signs without a code. */
const ALONE = { extUnlockWithSecret: ['as-given', 'never'] } as const;

testIf(ALONE)('another way to unlock signs in place of the code', async () => {
  const people = await withCode();
  await people.unlock();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
});

test('another way to unlock signs along with the code', async () => {
  const people = await withCode();
  await at.client.sign(people.reference, { unlock: UNLOCK, secret: await people.code() });
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
});

testIf({ ...ALONE, ...REFUSED })('another way to unlock that is not accepted is reported like a code', async () => {
  const people = await withCode();
  const wrong = at.client.sign(people.reference, { unlock: { ...UNLOCK, value: 'somebody else' } });
  await expect(wrong).rejects.toMatchObject({ code: 'CODE_NOT_ACCEPTED' });
});

test('white space in a code counts for nothing', async () => {
  const people = await withCode();
  const code = await people.code();
  await at.client.sign(people.reference, { secret: ` \u200b${code.slice(0, 3)} ${code.slice(3)}\r\n` });
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
});

test('what cannot be a code is refused by us, and counts towards nothing', async () => {
  const people = await withCode({ policy: { code: { notAcceptedLimit: 1 } } });
  for (const secret of ['', ' ', '\n', '\u200b', '12\u00003456', '1'.repeat(65)]) {
    const typed = at.client.sign(people.reference, { secret });
    await expect(typed).rejects.toMatchObject({ code: 'BAD_INPUT', field: 'secret' });
  }
  expect(await at.client.status(people.reference)).toMatchObject({ stage: 'code', code: { notAccepted: 0 } });
  expect((await people.provider()).calls['sign']).toBeUndefined();
});

describe('a wrong code that the provider refuses in words that we do not know', () => {
  const text = JSON.stringify({ detail: 'Invalid OTP code' });

  // `sign-refusals.test.ts` has the other answers.
  test.each([403, 429])('(%i) is spent and reported, and the right one signs', async (code) => {
    const people = await withCode();
    await people.fault({ name: 'answer-other', endpoint: 'sign', code, text, times: 1 });
    const wrong = at.client.sign(people.reference, { secret: '000000' });
    await expect(wrong).rejects.toMatchObject({
      code: 'CODE_SPENT',
      message: expect.stringContaining(`HTTP ${code}: Invalid OTP code`),
    });
    const { stage, attention, events } = await at.client.status(people.reference);
    expect({ stage, attention }).toEqual({ stage: 'code' });
    expect(events.filter(({ what }) => what === 'code-spent')).toHaveLength(1);
    expect(await at.client.why(people.reference)).toMatchObject({
      code: 'CODE_SPENT',
      words: expect.stringContaining('Invalid OTP code'),
    });
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    expect((await people.provider()).calls['sign']?.received).toBe(2);
  });

  test('counts like any other: after so many an operator is asked', async () => {
    const people = await withCode({ policy: { code: { notAcceptedLimit: 2 } } });
    await people.fault({ name: 'answer-other', endpoint: 'sign', code: 403, text, times: 2 });
    for (const secret of ['000000', '000001']) {
      await expect(at.client.sign(people.reference, { secret })).rejects.toMatchObject({ code: 'CODE_SPENT' });
    }
    const { attention } = await people.attention('CODES_EXHAUSTED');
    expect(attention).toMatchObject({ remedies: ['retry', 'cancel'], words: expect.stringContaining('Invalid OTP') });
    await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
    await people.untilStatus((status) => status.attention === undefined);
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  });
});

/** A request whose signature the provider refused although the code was right. */
async function refused() {
  const people = await withCode();
  const text = 'Invalid countersignature credentials';
  const fault = await people.fault({ name: 'answer-other', endpoint: 'sign', code: 403, text });
  await expect(people.sign()).rejects.toMatchObject({
    code: 'CREDENTIALS_REFUSED',
    message: expect.stringMatching(/registrationAuthorities\.\d+\.billing/),
  });
  const { attention } = await people.attention('CREDENTIALS_REFUSED');
  expect(attention).toMatchObject({ step: 'sign', leavesByItself: false, remedies: ['retry', 'cancel'] });
  return { people, fault };
}

describe('a signature that the provider refuses for good', () => {
  test('has spent the code: on an operator’s word the signer may type one again, and nothing is sent before', async () => {
    const { people, fault } = await refused();
    await at.provider.removeFault(fault);
    await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
    await people.untilStatus((status) => status.attention === undefined);
    expect(await at.client.status(people.reference)).toMatchObject({ stage: 'code' });
    expect((await people.provider()).calls['sign']?.received).toBe(1);
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  });

  test('is given up on an operator’s word, and not tried again', async () => {
    const { people, fault } = await refused();
    await at.provider.removeFault(fault);
    await at.client.resolve(people.reference, { remedy: 'cancel', actor: OPERATOR, note: 'no contract with them' });
    expect(await people.outcome()).toMatchObject({ outcome: 'cancelled', note: 'no contract with them' });
    expect((await people.provider()).calls['sign']?.received).toBe(1);
  });

  test('does not keep the requester from cancelling', async () => {
    const { people } = await refused();
    await at.client.cancel(people.reference, { actor: { kind: 'requester' }, reason: 'took too long' });
    expect(await people.outcome()).toMatchObject({ outcome: 'cancelled', cleanup: 'done' });
  });
});

testIf(ALONE)('a code that the provider refuses to send can be done without', async () => {
  const people = await People.start(at);
  await people.throughTo('acceptance');
  const fault = await people.fault({ name: 'answer-other', endpoint: 'otp', code: 403, text: 'No SMS here' });
  await expect(people.askForCode()).rejects.toMatchObject({ code: 'PROVIDER_REFUSED' });
  const { attention } = await people.attention('PROVIDER_REFUSED');
  expect(attention?.remedies).toEqual(['retry', 'skip', 'cancel']);
  await at.client.resolve(people.reference, { remedy: 'skip', actor: OPERATOR });
  await people.untilStatus((status) => status.attention === undefined);
  await people.unlock();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  await at.provider.removeFault(fault);
});

test('a request that is cancelled in the console while the signer reads was refused by the provider', async () => {
  const people = await People.start(at);
  await people.throughTo('acceptance');
  await people.console('cancel');
  expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'refused-at-provider' });
  expect(await eventually(async () => (await people.provider()).documents.length === 0)).toBe(true);
});

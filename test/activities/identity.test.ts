import type { PersonOrder } from '../../sandbox/client/sandbox-client.js';
import { answerKey } from '../../src/security/sealed-answer.js';
import { failureOf } from './step-failure.js';
import { type RequestAtWork, Workplace } from './workplace.js';

const NUMBER = '12345678Z';
const NORA = { given_name: 'NORA', surname_1: 'EJEMPLO', surname_2: 'PRUEBA', serial_number: NUMBER };
const EVA = { ...NORA, given_name: 'EVA', serial_number: '87654321X' };
const ACCEPTED = { identity: 'accepted-although-different' } as const;

let at: Workplace;
beforeAll(async () => {
  at = await Workplace.open();
});
afterAll(() => at.close());

/** A request for Nora whose video shows somebody. */
async function shown(person: PersonOrder, expected: string | null = NUMBER): Promise<RequestAtWork> {
  const request = await (await at.newRequest(expected ?? undefined)).reach('VIDEOPENDING');
  await request.finishVideo(person);
  return request;
}

async function marksOf(request: RequestAtWork): Promise<boolean> {
  const failure = await failureOf(request.upload());
  return failure.code !== 'SIGNER_UNEXPECTED';
}

test('a read says how the number compares, once there is one, and only where one is expected', async () => {
  const request = await (await at.newRequest(NUMBER)).reach('VIDEOPENDING');
  expect(await request.readStatus()).toEqual({ status: 'VIDEOPENDING' });
  await request.finishVideo(EVA);
  expect(await request.readStatus()).toEqual({ status: 'VIDEOREVIEW', identity: 'different' });
  expect(await request.watch('VIDEOPENDING')).toEqual({ status: 'VIDEOREVIEW', identity: 'different' });
  expect(await (await shown(NORA, null)).readStatus()).toEqual({ status: 'VIDEOREVIEW' });
});

test.each([
  ['a masked number', '*****678Z', 'not-shown'],
  ['nothing', '', 'not-shown'],
  ['another spelling', 'IDCES-12345678-z', 'as-expected'],
  ['thousands of digits', '9'.repeat(5000), 'different'],
])('a provider that shows %s', async (_what, serial_number, identity) => {
  const request = await shown({ ...NORA, serial_number });
  expect(await request.readStatus()).toEqual({ status: 'VIDEOREVIEW', identity });
  const { publicKey, open } = answerKey();
  const order = { requestPk: request.ids.requestPk, actor: { kind: 'operator' }, publicKey } as const;
  const { answer } = await request.try((activities) => activities.showIdentity(request.key, order));
  expect(open(answer).length).toBeLessThan(3000);
});

describe('the approval of another number', () => {
  test('is not sent, and the failure holds no number', async () => {
    const request = await shown(EVA);
    const failure = await failureOf(request.approve());
    expect(failure).toMatchObject({ code: 'SIGNER_UNEXPECTED', retries: false });
    expect(JSON.stringify(failure)).not.toMatch(/12345678|87654321/);
    expect((await request.provider()).calls['approve']).toBeUndefined();
  });

  test('whose answer was lost is remembered as accepted, for the upload and the certificate', async () => {
    const request = await shown(EVA);
    await request.fault({ name: 'answer-lost', endpoint: 'approve' });
    expect(await failureOf(request.approve(1, ACCEPTED))).toMatchObject({ code: 'PROVIDER_ANSWER_UNKNOWN' });
    expect(await request.approve(2, ACCEPTED)).toEqual({ status: 'ENROLLREADY', effect: 'in-doubt' });
    expect(await request.upload()).toMatchObject({ identity: 'different' });
  });

  test('that one officer accepted and the provider refused is asked of the next officer anew', async () => {
    const request = await shown(EVA);
    const text = '{"detail":"incomplete RAO\'s credentials"}';
    await request.fault({ name: 'answer-other', endpoint: 'approve', code: 400, text });
    expect(await failureOf(request.approve(1, ACCEPTED))).toMatchObject({ code: 'CREDENTIALS_REFUSED' });
    expect(await failureOf(request.approve())).toMatchObject({ code: 'SIGNER_UNEXPECTED' });
  });
});

test('documents go up for the number that was accepted, and for no third', async () => {
  const request = await shown(EVA);
  await request.approve(1, ACCEPTED);
  await at.provider.person(request.ids.requestPk, { ...NORA, serial_number: '11111111H' });
  expect(await marksOf(request)).toBe(false);
  expect((await request.provider()).calls['upload']).toBeUndefined();
  await request.upload(2, ACCEPTED);
  expect((await request.provider()).documents).toHaveLength(2);
});

test('the upload reads the request once, also without an expected number', async () => {
  const request = await shown(EVA, null);
  await request.approve();
  const { calls } = await request.provider();
  await request.upload();
  expect((await request.provider()).calls['get-request']?.received).toBe((calls['get-request']?.received ?? 0) + 1);
});

describe("a correction of the signer's identity", () => {
  test('whose answer was lost is made again, and does no harm', async () => {
    const request = await shown({ ...NORA, serial_number: '12345678' });
    await request.fault({ name: 'answer-lost', endpoint: 'update-request' });
    const correction = { fields: { serial_number: NUMBER } };
    expect(await failureOf(request.correct(1, correction))).toMatchObject({ temporary: true });
    expect(await request.correct(2, correction)).toEqual({ status: 'VIDEOREVIEW', identity: 'as-expected' });
    expect((await request.provider()).person).toMatchObject(NORA);
    expect(await at.archive.readSigner(request.key)).toEqual({ email: 'signer@example.com', phone: request.phone });
  });

  test('that is refused is taken back', async () => {
    const request = await shown(EVA);
    const failure = await failureOf(request.correct(1, { fields: { id_document_type: 'PAS' } }));
    expect(failure).toMatchObject({ code: 'FIELD_FROM_VIDEO', facts: { fields: 'id_document_type' } });
    expect(await at.archive.readCorrection(request.key, 1)).toBeUndefined();
  });
});

test('shown data is sealed, and recorded before the answer', async () => {
  const request = await shown(EVA);
  const mine = answerKey();
  const order = {
    requestPk: request.ids.requestPk,
    actor: { kind: 'officer', id: 'ada' },
    publicKey: mine.publicKey,
  } as const;
  const { answer, identity } = await request.try((activities) => activities.showIdentity(request.key, order));
  expect(identity).toBe('different');
  expect(JSON.parse(mine.open(answer))).toMatchObject({ identity: 'different' });
  const events = await at.archive.events(request.key);
  expect(events).toMatchObject([{ what: 'identity-shown', facts: { by: 'officer', id: 'ada' } }]);
  expect(JSON.stringify(events)).not.toMatch(/EVA|87654321|12345678/);
  const wrong = request.try((activities) =>
    activities.showIdentity(request.key, { ...order, publicKey: 'A'.repeat(60) }),
  );
  expect(await failureOf(wrong)).toMatchObject({ code: 'BAD_INPUT', retries: false });
  expect(await at.archive.events(request.key)).toHaveLength(1);
});

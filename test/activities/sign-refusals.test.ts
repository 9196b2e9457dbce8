import { Workplace } from './workplace.js';

let at: Workplace;
beforeAll(async () => {
  at = await Workplace.open();
});
afterAll(() => at.close());

test.each([400, 403, 404, 405, 409, 410, 412, 422, 423, 429, 451])(
  'a code that the provider refuses with %i, in words that we do not know, is spent: it is told what was said, and the right one signs',
  async (code) => {
    const request = await (await at.newRequest()).reach('code');
    const text = JSON.stringify({ detail: 'Invalid OTP code' });
    await request.fault({ name: 'answer-other', endpoint: 'sign', code, text });
    const refused = { result: 'refused', words: expect.stringContaining(`HTTP ${code}: Invalid OTP code`) };
    expect(await request.sign('000000', 1, { settle: 60_000 })).toEqual(refused);
    expect((await request.provider()).calls['sign']?.received).toBe(1);
    expect(await request.sign(await request.code(), 1, { codeId: 'code-2' })).toEqual({ result: 'issued' });
  },
);

test('a login that is refused in words that we do not know may be asked for by a proxy: the request is read, and no other code is sent before', async () => {
  const request = await (await at.newRequest()).reach('code');
  const text = JSON.stringify({ detail: 'Log in first' });
  await request.fault({ name: 'answer-other', endpoint: 'sign', code: 401, text });
  const sign = () => request.sign('000000', 1, { settle: 60_000 });
  await expect(sign()).rejects.toMatchObject({ type: 'SIGN_IN_DOUBT' });
  await expect(sign()).rejects.toMatchObject({ type: 'SIGN_IN_DOUBT' });
  expect((await request.provider()).calls['sign']?.received).toBe(1);
});

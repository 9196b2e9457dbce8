import { Workplace } from './workplace.js';

let at: Workplace;
beforeAll(async () => {
  at = await Workplace.open();
});
afterAll(() => at.close());

test.each([400, 401, 403, 404, 405, 409, 410, 412, 422, 423, 429, 451])(
  'a code that the provider refuses with %i, in words that we do not know, is spent: it is told what was said, and the right one signs',
  async (code) => {
    const request = await (await at.newRequest()).reach('code');
    const text = JSON.stringify({ detail: 'Invalid OTP code' });
    await request.fault({ name: 'answer-other', endpoint: 'sign', code, text });
    const refused = { result: 'refused', words: `HTTP ${code}: Invalid OTP code` };
    expect(await request.sign('000000', 1, { settle: 60_000 })).toEqual(refused);
    expect((await request.provider()).calls['sign']?.received).toBe(1);
    expect(await request.sign(await request.code(), 1, { codeId: 'code-2' })).toEqual({ result: 'issued' });
  },
);

import { Secret } from '../../src/security/secret.js';
import type { OneShot } from '../../src/uanataca/one-shot/one-shot.js';
import { type Answered, type AnsweringServer, answeringServer, clientOf, json } from './answering-server.js';
import { OFFICER, ORDER, REQUEST, UID, VIDEOID, errorOf } from './people.js';

let server: AnsweringServer;
let answer: Answered;

beforeAll(async () => {
  server = await answeringServer(() => answer);
});
afterAll(() => server.close());

describe('whatever the provider repeats, nothing of a person, secret or link is in the error', () => {
  const link = 'https://cms.sandbox.uanataca.com/lcmpl/videoid/x';
  test.each([
    ['create', [ORDER.phone, ORDER.email, link], (client: OneShot) => client.createVideoid(ORDER)],
    [
      'refuse',
      ['officer-1125824', 'pässword-of-the-officer', '90817263', 'document-expired'],
      (client: OneShot) => client.refuse(VIDEOID, OFFICER, 'document-expired'),
    ],
    ['sign', ['long-code-Xy'], (client: OneShot) => client.sign(REQUEST, { secret: new Secret('long-code-Xy') })],
    ['token', ['abcdefgh'], (client: OneShot) => client.readToken(new Secret('abcdefgh'))],
  ])('%s', async (_name, values, verb) => {
    const repeated = [...values, ...values.map(encodeURIComponent)];
    answer = json(418, {
      detail: [
        { loc: ['body'], msg: `value ${repeated.join(' | ')} is wrong`, input: repeated },
        { [UID]: repeated, pin: repeated.join() },
      ],
    });
    const client = clientOf(server.address);
    const error = await errorOf(verb(client));
    await client.close();
    const shown = `${JSON.stringify(error)}${error.stack ?? ''}${String(error)}`;
    expect(error.words).toMatch(/^HTTP 418: body: value ….*is wrong/);
    for (const value of [...repeated, UID]) expect(shown).not.toContain(value);
  });
});

import { writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { Secret } from '../../src/security/secret.js';
import type { RegistrationAuthority } from '../../src/uanataca/registration-authority/registration-authority.js';
import { type Answered, json } from './answering-server.js';
import { type AuthorityServer, authorityOf, authorityServer } from './authority-server.js';
import { ENROLMENT, PK, READ } from './enrolments.js';
import { errorOf } from './people.js';
import { fileAt } from './file-source.js';

const CODES = { erc: 'erc-Xq7_;w', enrollment_code: '_,46:vt:Zk', pin: 'tejeDora', puk: 'puK;belorado' };
const OFFICER = {
  rao: '1400',
  username: new Secret('user-of-the-officer'),
  password: new Secret('pässword;3DPT'),
  pin: new Secret('belorado'),
};
const PERSON = { email: 'ana.ejemplo@example.com', phone: '+34600123123' };
const FIELDS = { organization_name: 'Ejemplo y Hermanos', responsible_name: 'Begoña', title: 'Dra.' };

let server: AuthorityServer;
let answer: Answered;

beforeAll(async () => {
  server = await authorityServer(() => answer);
});
afterAll(() => server.close());

/** Everything an error shows, however it is printed. */
function shown(error: Error): string {
  return [JSON.stringify(error), error.stack, String(error), inspect(error, { depth: 9 })].join('\n');
}

const VERBS: readonly [string, readonly string[], (authority: RegistrationAuthority) => Promise<unknown>][] = [
  [
    'create',
    [...Object.values(PERSON), ...Object.values(FIELDS)],
    (authority) => authority.createRequest({ ...ENROLMENT, ...PERSON, fields: FIELDS }),
  ],
  [
    'approve',
    [OFFICER.username, OFFICER.password, OFFICER.pin].map((secret) => secret.reveal()),
    (authority) => authority.approve(PK, OFFICER),
  ],
  [
    'refuse',
    [OFFICER.password.reveal(), 'the passport of Begoña'],
    (authority) => authority.refuseVideoid(PK, OFFICER, 'the passport of Begoña'),
  ],
];

test.each(VERBS)(
  '%s: whatever the provider repeats of what was sent, none of it is in the error',
  async (_name, values, verb) => {
    const repeated = [...values, ...values.map(encodeURIComponent)];
    answer = json(418, { code: '418,', id: '80a9e5709417bdc9', error: `value ${repeated.join(' | ')} is wrong` });
    const authority = authorityOf(server);
    const error = await errorOf(verb(authority));
    await authority.close();
    expect(error.words).toMatch(/^HTTP 418: value ….*is wrong/);
    for (const value of repeated) expect(shown(error)).not.toContain(value);
  },
);

describe('the secrets of a scratchcard, which nobody sent, are not in the error either', () => {
  test.each<[string, unknown]>([
    ['as an object', { code: '500', id: '80a9e5709417bdc9', error: { secrets: CODES, ...CODES, reason: 'odd' } }],
    ['as JSON in a string', { error: `odd: ${JSON.stringify(CODES)}` }],
    ['as JSON in JSON', { error: `odd: ${JSON.stringify({ secrets: JSON.stringify(CODES) })}` }],
    ['as the server’s own language prints them', { error: `odd {u'erc': u'${CODES.erc}', u'puk': u'${CODES.puk}'}` }],
    [
      'by name',
      { error: `odd erc=${CODES.erc} enrollment_code: ${CODES.enrollment_code} puk = ${CODES.puk} pin=${CODES.pin}` },
    ],
    ['in place of the answer', { status: 'error', details: { secrets: JSON.stringify(CODES) } }],
  ])('%s', async (_name, body) => {
    for (const status of [400, 500, 200]) {
      answer = json(status, body);
      const authority = authorityOf(server);
      for (const verb of [
        authority.firstUnusedScratchcard('116'),
        authority.createRequest(ENROLMENT),
        authority.approve(PK, OFFICER),
      ]) {
        const text = shown(await errorOf(verb));
        for (const code of Object.values(CODES)) expect(text).not.toContain(code);
      }
      await authority.close();
    }
  });
});

test('what is read as a secret prints as nothing', async () => {
  const authority = authorityOf(server);
  answer = json(200, { sn: '1256948', secrets: JSON.stringify(CODES) });
  const card = await authority.firstUnusedScratchcard('116');
  answer = json(200, { secrets: CODES, request: READ });
  const approved = await authority.approve(PK, OFFICER);
  answer = json(200, { preauthenticatedlink: 'https://api.uanataca.com/lcmpl/enrollment/auth/8edddd76680a4ecc' });
  const link = await authority.preauthLink(PK);
  const printed = `${JSON.stringify([card, approved, link])}${inspect([card, approved, link], { depth: 9 })}`;
  for (const secret of [...Object.values(CODES), '8edddd76680a4ecc']) expect(printed).not.toContain(secret);
  expect(card.secrets.enrollmentCode?.reveal()).toBe(CODES.enrollment_code);
  await authority.close();
});

test('the label of an evidence document goes to the provider and into no error; its file name is ours', async () => {
  const path = `${server.directory}/evidence.pdf`;
  const content = '%PDF-1.7\n%%EOF\n';
  await writeFile(path, content);
  const document = { open: fileAt(path), label: 'Poder de Begoña Ejemplo', index: 3 };
  const authority = authorityOf(server);
  answer = json(201, { pk: 48312, type: 'videoid_evidence' });
  server.arrived.length = 0;
  expect(await authority.uploadEvidence(PK, document)).toEqual({ pk: '48312' });
  const [arrived] = server.arrived;
  expect([arrived?.method, arrived?.url]).toEqual(['POST', '/api/v1/requests/25139/upload_videoid_evidence/']);
  const body = arrived?.body.toString() ?? '';
  expect(body).toMatch(/name="label"\r\n\r\nPoder de Begoña Ejemplo\r\n/);
  expect(body).toMatch(
    /name="document"; filename="evidence-3.pdf"\r\nContent-Type: application\/pdf\r\n\r\n%PDF-1.7\n%%EOF\n\r\n--/,
  );
  expect(arrived?.headers['content-length']).toBe(String(arrived?.body.length));
  answer = json(412, { code: '418', id: '80a9e5709417bdc9', error: `Invalid paramiters: ${document.label}` });
  const error = await errorOf(authority.uploadEvidence(PK, document));
  expect(error).toMatchObject({ kind: 'refused', code: 'PROVIDER_REFUSED' });
  expect(shown(error)).not.toContain('Begoña');
  await authority.close();
  const put = authorityOf(server, { assumptions: { evidenceMethod: 'PUT' } });
  answer = json(201, { pk: '48312' });
  await put.uploadEvidence(PK, document);
  expect(server.arrived.at(-1)?.method).toBe('PUT');
  await put.close();
});

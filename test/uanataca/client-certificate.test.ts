import { createPrivateKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { asLoss } from '../../src/uanataca/http/loss.js';
import { RegistrationAuthorities } from '../../src/uanataca/registration-authority/registration-authorities.js';
import { DEFAULT_REGISTRATION_AUTHORITY_ASSUMPTIONS } from '../../src/uanataca/registration-authority/assumptions.js';
import { json } from './answering-server.js';
import { type AuthorityServer, authorityOf, authorityServer } from './authority-server.js';
import { ENROLMENT, PK, READ } from './enrolments.js';
import { certificateFor } from './test-certificates.js';

let server: AuthorityServer;
beforeAll(async () => {
  server = await authorityServer(() => json(200, READ));
});
afterAll(() => server.close());
beforeEach(() => {
  server.arrived.length = 0;
});

/** Writes a file into the server's directory and gives a reference to it. */
async function file(name: string, content: string): Promise<string> {
  const path = `${server.directory}/${name}`;
  await writeFile(path, content);
  return `file:${path}`;
}

test('the certificate is shown to the server, which lets us in', async () => {
  const authority = authorityOf(server);
  expect((await authority.getRequest(PK)).status).toBe('CREATED');
  await authority.close();
});

test('an encrypted key with its passphrase, from the environment', async () => {
  const key = createPrivateKey(server.apiUser.key);
  const passphrase = 'a passphrase with spaces';
  const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();
  process.env['VIDEOID_TEST_PASSPHRASE'] = passphrase;
  const authority = authorityOf(server, {
    key: await file('encrypted.pem', encrypted),
    passphrase: 'env:VIDEOID_TEST_PASSPHRASE',
  });
  expect((await authority.getRequest(PK)).status).toBe('CREATED');
  await authority.close();
  delete process.env['VIDEOID_TEST_PASSPHRASE'];
});

describe('a fault in our own files fails the call with the name of the setting, and nothing is sent', () => {
  test.each<[string, () => Promise<object>, string]>([
    ['a file that is not there', async () => ({ key: 'file:/nowhere/key.pem' }), 'SECRET_NOT_FOUND'],
    ['a pasted secret', async () => ({ key: server.apiUser.key }), 'BAD_SETTING'],
    ['no PEM', async () => ({ certificate: await file('none.pem', 'nothing') }), 'CLIENT_CERTIFICATE_FAILED'],
    [
      'a key that belongs to another certificate',
      async () => ({ key: await file('other.pem', (await certificateFor('other.example')).key) }),
      'CLIENT_CERTIFICATE_FAILED',
    ],
    [
      'a key without its passphrase',
      async () => {
        const key = createPrivateKey(server.apiUser.key);
        const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
        return { key: await file('locked.pem', key.export(options).toString()) };
      },
      'CLIENT_CERTIFICATE_FAILED',
    ],
  ])('%s', async (_name, settings, code) => {
    const authority = authorityOf(server, await settings());
    const error: unknown = await authority.createRequest(ENROLMENT).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain(server.apiUser.key.slice(40, 80));
    expect(server.arrived).toHaveLength(0);
    await authority.close();
  });
});

test('a certificate that the server does not know: nothing arrives', async () => {
  const other = await certificateFor('other.example');
  const authority = authorityOf(server, {
    certificate: await file('stranger.pem', other.certificate),
    key: await file('stranger-key.pem', other.key),
  });
  await expect(authority.getRequest(PK)).rejects.toMatchObject({ code: 'CLIENT_CERTIFICATE_FAILED' });
  expect(server.arrived).toHaveLength(0);
  await authority.close();
});

test('a renewed certificate is used without a restart', async () => {
  const stranger = await certificateFor('stranger.example');
  const certificate = await file('renewed.pem', stranger.certificate);
  const key = await file('renewed-key.pem', stranger.key);
  const authority = authorityOf(server, { certificate, key });
  await expect(authority.getRequest(PK)).rejects.toMatchObject({ code: 'CLIENT_CERTIFICATE_FAILED' });
  await file('renewed.pem', server.apiUser.certificate);
  await file('renewed-key.pem', server.apiUser.key);
  expect((await authority.getRequest(PK)).status).toBe('CREATED');
  await authority.close();
});

test.each([
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', false],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', false],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', false],
  ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', true],
])('the server’s word %s: was the request read? %s', (code, sent) => {
  expect(asLoss(Object.assign(new Error('x'), { code }))).toMatchObject({ sent });
});

describe('one client per environment', () => {
  const timeouts = { connect: 1000, answer: 1000, body: 1000 };
  const environments = () => ({
    sandbox: {
      registrationAuthorityApi: {
        address: server.address,
        certificate: `file:${server.files.certificate}`,
        key: `file:${server.files.key}`,
        ca: server.files.ca,
        assumptions: DEFAULT_REGISTRATION_AUTHORITY_ASSUMPTIONS,
      },
      timeouts,
    },
    signatures: { timeouts },
  });

  test('is made once, and works', async () => {
    const authorities = new RegistrationAuthorities(environments());
    expect(authorities.of('sandbox')).toBe(authorities.of('sandbox'));
    expect((await authorities.of('sandbox').getRequest(PK)).status).toBe('CREATED');
    await authorities.close();
  });

  test.each(['signatures', 'elsewhere'])('there is none for %s', (environment) => {
    expect(() => new RegistrationAuthorities(environments()).of(environment)).toThrow(
      expect.objectContaining({ code: 'BAD_SETTING' }) as Error,
    );
  });
});

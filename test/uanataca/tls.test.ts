import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tlsCauseOf } from '../../src/network/tls-words.js';
import { soundIdentityFrom } from '../../src/uanataca/http/connector.js';
import { answeringServer, clientOf, json } from './answering-server.js';
import { authorityOf } from './authority-server.js';
import { PK, READ } from './enrolments.js';
import { ORDER, REQUEST, errorOf } from './people.js';
import { type Issued, TlsAuthority } from './tls-authority.js';

const HERE = ['127.0.0.1'];

let folder: string;
let root: TlsAuthority;
let between: TlsAuthority;
let stranger: TlsAuthority;
let trusted: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videoid-tls-'));
  root = await TlsAuthority.root('Root of the provider');
  between = await root.below('Intermediate of the provider');
  stranger = await TlsAuthority.root('Inspecting proxy');
  trusted = await file('root.pem', root.certificate);
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content, { mode: 0o600 });
  return path;
}

const OPEN = () => json(200, { detail: { status: 'VIDEOPENDING' } });

/** What a create says to a server with this certificate. The create must not arrive. */
async function failureWith(options: ServerOptions, ca = trusted) {
  const server = await answeringServer(OPEN, options);
  const client = clientOf(server.address, { ca });
  const error = await errorOf(client.createVideoid(ORDER));
  await client.close();
  await server.close();
  expect(server.arrived).toHaveLength(0);
  return { error, place: `127.0.0.1:${server.port}` };
}

const served = ({ certificate, key }: Issued, ...chain: TlsAuthority[]): ServerOptions => ({
  cert: [certificate, ...chain.map((each) => each.certificate)].join('\n'),
  key,
});

describe('the certificate of the server', () => {
  test.each<[string, () => Promise<ServerOptions>, RegExp, RegExp]>([
    [
      'comes from a CA that is unknown here',
      async () => served(await stranger.issue('s', { names: HERE }), stranger),
      /not trusted: its CA "Inspecting proxy" is unknown here/,
      /put the certificate of its CA into environments\.<name>\.ca\..*No restart is needed/,
    ],
    [
      'comes without its intermediate certificate',
      async () => served(await between.issue('s', { names: HERE })),
      /its issuer "Intermediate of the provider" is unknown here, and the server sends no certificate of it/,
      /should send its whole chain/,
    ],
    [
      'is for another name',
      async () => served(await root.issue('s', { names: ['a.example', 'b.example'] })),
      /is for a\.example, b\.example, and not for 127\.0\.0\.1/,
      /Correct the name in environments\.<name>\.optimizer/,
    ],
    [
      'has expired',
      async () => served(await root.issue('s', { names: HERE, from: -9, until: -2 })),
      /expired at \d{4}-[\d-]+T[\d:.]+Z, and this machine's clock says \d{4}-/,
      /renewed\. If the clock is wrong, correct it/,
    ],
    [
      'is not valid yet',
      async () => served(await root.issue('s', { names: HERE, from: 2, until: 9 })),
      /not valid yet before \d{4}-[\d-]+T[\d:.]+Z, and this machine's clock says \d{4}-/,
      /If the clock is wrong, correct it/,
    ],
    [
      'is fine, but the server speaks only an old version',
      async () => ({
        ...served(await root.issue('s', { names: HERE })),
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT:@SECLEVEL=0',
      }),
      /has no version of TLS that this side accepts: it must be 1\.2 or newer/,
      /Have the server accept/,
    ],
    [
      'is fine, but the server wants one of ours',
      async () => ({
        ...served(await root.issue('s', { names: HERE })),
        requestCert: true,
        rejectUnauthorized: true,
        ca: root.certificate,
        maxVersion: 'TLSv1.2',
      }),
      /ends the connection during the TLS handshake \(handshake failure\)/,
      /may want a client certificate/,
    ],
  ])('%s', async (_name, options, words, remedy) => {
    const { error, place } = await failureWith(await options());
    expect(error).toMatchObject({
      kind: 'not-sent',
      code: 'TLS_FAILED',
      remedy: expect.stringMatching(remedy) as string,
    });
    expect(error.words).toMatch(words);
    expect(error.words).toContain(`the Optimizer at ${place}: TLS: `);
  });

  test('is trusted as soon as the file of the CA has it, without a restart', async () => {
    const server = await answeringServer(OPEN, served(await stranger.issue('s', { names: HERE }), stranger));
    const ca = await file('changing.pem', root.certificate);
    const client = clientOf(server.address, { ca });
    expect(await errorOf(client.getRequest(REQUEST))).toMatchObject({ code: 'TLS_FAILED' });
    await file('changing.pem', stranger.certificate);
    expect((await client.getRequest(REQUEST)).status).toBe('VIDEOPENDING');
    await client.close();
    await server.close();
  });
});

test.each(['nothing', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'])(
  'a file of a CA without a certificate fails the call by its name: %j',
  async (content) => {
    const client = clientOf('https://127.0.0.1:9', { ca: await file('no-ca.pem', content) });
    await expect(client.getRequest(REQUEST)).rejects.toMatchObject({ code: 'BAD_SETTING', field: 'ca' });
    await client.close();
  },
);

test('https:// where the server speaks plain http', async () => {
  const server = await answeringServer(OPEN);
  const client = clientOf(`https://127.0.0.1:${server.port}`);
  const error = await errorOf(client.getRequest(REQUEST));
  expect(error).toMatchObject({ kind: 'not-sent', code: 'TLS_FAILED' });
  expect(error.told).toContain('does not speak TLS at this port. Correct the port or the scheme in');
  await client.close();
  await server.close();
});

test('http:// where the server speaks TLS', async () => {
  const server = await answeringServer(OPEN, served(await root.issue('s', { names: HERE })));
  const client = clientOf(`http://127.0.0.1:${server.port}`);
  const error = await errorOf(client.getRequest(REQUEST));
  expect(error).toMatchObject({ kind: 'temporary', code: 'TLS_FAILED' });
  expect(error.told).toContain('the address begins with http://. Write https:// in environments.<name>.optimizer');
  await client.close();
  await server.close();
});

const joined = (...certificates: string[]): string => certificates.join('\n');

function locked({ keyObject }: Issued): string {
  return keyObject.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString();
}

describe('our own certificate', () => {
  let clients: TlsAuthority;
  let below: TlsAuthority;
  let own: Issued;
  let other: Issued;

  beforeAll(async () => {
    clients = await TlsAuthority.root('Root of the API users');
    below = await clients.below('Issuer of API users');
    own = await below.issue('api-user');
    other = await below.issue('other', { rsa: true });
  });

  /** What doctor and a call say to these files. */
  async function saidOf(
    given: { certificate: string; key: string; passphrase?: string },
    maxVersion: 'TLSv1.2' | 'TLSv1.3',
  ) {
    const server = await answeringServer(() => json(200, READ), {
      ...served(await root.issue('s', { names: HERE })),
      ca: clients.certificate,
      requestCert: true,
      rejectUnauthorized: true,
      maxVersion,
    });
    const references = {
      certificate: `file:${await file('own.pem', given.certificate)}`,
      key: `file:${await file('own.key', given.key)}`,
    };
    const authority = authorityOf(
      { address: server.address, files: { ca: trusted, certificate: '', key: '' } },
      references,
    );
    const [before, call] = await Promise.all([
      soundIdentityFrom(references, 'here').then(
        () => 'sound',
        (error: { code: string; message: string }) => `${error.code} ${error.message}`,
      ),
      authority.getRequest(PK).then(
        ({ status }) => status,
        (error: unknown) => error,
      ),
    ]);
    await authority.close();
    await server.close();
    expect(server.arrived).toHaveLength(call === 'CREATED' ? 1 : 0);
    return { before, call };
  }

  test('with its chain, it is sound, and accepted', async () => {
    const given = { certificate: joined(own.certificate, below.certificate), key: own.key };
    expect(await saidOf(given, 'TLSv1.3')).toEqual({ before: 'sound', call: 'CREATED' });
  });

  const FAULTS: [string, () => Promise<{ certificate: string; key: string }>, RegExp][] = [
    [
      'has expired',
      async () => chained(await below.issue('api-user', { from: -9, until: -2 })),
      /it expired at \d{4}.*clock says/,
    ],
    [
      'is not valid yet',
      async () => chained(await below.issue('u', { from: 2, until: 9 })),
      /it is not valid before \d{4}.*clock says/,
    ],
    [
      'has the key of another one',
      async () => chained({ ...own, key: (await below.issue('o')).key }),
      /key belongs to another certificate/,
    ],
    [
      'has a key of another type',
      async () => chained({ ...own, key: other.key }),
      /key is of another type \(rsa\) than the certificate \(ec\)/,
    ],
    [
      'comes in the wrong order',
      async () => ({ certificate: joined(below.certificate, own.certificate), key: own.key }),
      /chain is in the wrong order/,
    ],
    [
      'comes with the wrong intermediate',
      async () => ({ certificate: joined(own.certificate, between.certificate), key: own.key }),
      /intermediate certificate is the wrong one: certificate 2 in the file/,
    ],
    ['is not in PEM', async () => ({ certificate: 'MIIB', key: own.key }), /the certificate is not in PEM/],
    ['is a key', async () => ({ certificate: own.key, key: own.key }), /a private key in place of the certificate/],
    [
      'is damaged',
      async () => ({ certificate: own.certificate.replace(/\n.{40}/, '\nMIIB'), key: own.key }),
      /the certificate is damaged/,
    ],
    ['has a key that is not in PEM', async () => chained({ ...own, key: 'MIIB' }), /the private key cannot be read/],
    [
      'has a locked key',
      async () => chained({ ...own, key: locked(own) }),
      /key is encrypted, and there is no passphrase/,
    ],
  ];

  function chained({ certificate, key }: Pick<Issued, 'certificate' | 'key'>) {
    return { certificate: joined(certificate, below.certificate), key };
  }

  test.each(FAULTS)('%s: said before a call and by a call', async (_name, given, words) => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { before, call } = await saidOf(await given(), version);
      expect(before).toMatch(/^CLIENT_CERTIFICATE_FAILED /);
      expect(before).toMatch(words);
      expect(call).toMatchObject({ code: 'CLIENT_CERTIFICATE_FAILED', words: expect.stringMatching(words) as string });
    }
  });

  test('is unknown to the server, and nothing is wrong with it here', async () => {
    const given = await stranger.issue('api-user');
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { before, call } = await saidOf(given, version);
      expect(before).toBe('sound');
      expect(call).toMatchObject({
        code: 'CLIENT_CERTIFICATE_FAILED',
        words: expect.stringMatching(/does not accept our client certificate \(it ends the connection/) as string,
        remedy: expect.stringContaining(
          'registrationAuthorityApi.certificate is the one that the provider knows',
        ) as string,
      });
    }
  });

  test.each([
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'unknown ca'],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'bad certificate'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'certificate required'],
  ])('the alert %s is named', (end, words) => {
    const settings = { address: 'address', ca: 'ca', certificate: 'certificate' };
    const cause = tlsCauseOf({ answers: true, secured: true, end }, { host: 'h', settings, faults: [] });
    expect(cause).toMatchObject({ ours: true, words: `the server does not accept our client certificate (${words})` });
    const without = tlsCauseOf({ answers: true, secured: true, end }, { host: 'h', settings });
    expect(without).toMatchObject({
      ours: false,
      words: `the server wants a client certificate (${words}), and the settings have none for it`,
    });
  });
});

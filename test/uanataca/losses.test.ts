import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Secret } from '../../src/security/secret.js';
import { answeringServer, clientOf, json } from './answering-server.js';
import { type TestCertificate, certificateFor } from './test-certificates.js';
import { ORDER, REQUEST, VERBS, type VerbName, errorOf } from './people.js';

const READS: VerbName[] = ['request', 'contract'];
const DOUBTFUL: VerbName[] = ['create', 'approve', 'refuse', 'otp', 'sign'];

/** A server that treats each connection as the test says. */
async function rawServer(connected: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    connected(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function lossOf(verb: VerbName, address: string, answer = 10_000) {
  const client = clientOf(address, { timeouts: { connect: 10_000, answer, body: 50 } });
  const error = await errorOf(VERBS[verb](client));
  await client.close();
  return error;
}

describe('what never reached the Optimizer', () => {
  test.each([...READS, ...DOUBTFUL, 'delete' as const])('a refused connection: %s was not sent', async (verb) => {
    const gone = await rawServer(() => undefined);
    await gone.close();
    expect(await lossOf(verb, gone.address)).toMatchObject({
      kind: 'not-sent',
      code: 'PROVIDER_UNREACHABLE',
      words: `the Optimizer at ${gone.address.replace('http://', '')}: the connection was refused`,
      optimizer: gone.address,
    });
  });

  test('a name that does not exist', async () => {
    const error = await lossOf('create', 'https://optimizer.invalid');
    expect(error).toMatchObject({ kind: 'not-sent', code: 'PROVIDER_UNREACHABLE' });
    expect(error.words).toMatch(/host name/);
  });

  test('a call after the client was closed', async () => {
    const client = clientOf('http://127.0.0.1:9');
    await client.close();
    expect(await errorOf(client.createVideoid(ORDER))).toMatchObject({ kind: 'not-sent' });
  });
});

describe('TLS', () => {
  let directory: string;
  let ours: TestCertificate;
  let ca: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'videoid-tls-'));
    ours = await certificateFor('127.0.0.1');
    ca = join(directory, 'ca.pem');
    await writeFile(ca, ours.certificate);
  });
  afterAll(() => rm(directory, { recursive: true }));

  test('a certificate of a CA in the settings is trusted', async () => {
    const server = await answeringServer(() => json(200, { detail: { status: 'VIDEOPENDING' } }), {
      cert: ours.certificate,
      key: ours.key,
    });
    const client = clientOf(server.address, { ca });
    expect((await client.getRequest(REQUEST)).status).toBe('VIDEOPENDING');
    await client.close();
    await server.close();
  });

  test('a certificate that nobody vouches for: nothing is sent', async () => {
    const server = await answeringServer(() => json(200, {}), { cert: ours.certificate, key: ours.key });
    const error = await lossOf('create', server.address);
    expect(error).toMatchObject({ kind: 'not-sent', code: 'TLS_FAILED' });
    expect(error.words).toMatch(/: TLS: the server's certificate is not trusted: it is self-signed$/);
    expect(server.arrived).toHaveLength(0);
    await server.close();
  });

  test('a certificate for another name: nothing is sent', async () => {
    const other = await certificateFor('other.example');
    await writeFile(ca, other.certificate);
    const server = await answeringServer(() => json(200, {}), { cert: other.certificate, key: other.key });
    const client = clientOf(server.address, { ca });
    const error = await errorOf(client.createVideoid(ORDER));
    await client.close();
    expect(error).toMatchObject({
      kind: 'not-sent',
      code: 'TLS_FAILED',
      words: expect.stringMatching(/is for other.example, and not for 127/) as string,
    });
    expect(server.arrived).toHaveLength(0);
    await server.close();
    await writeFile(ca, ours.certificate);
  });

  test('with mutual TLS, a server that wants a certificate gets it', async () => {
    const person = await certificateFor('worker.example');
    const server = await answeringServer(() => json(200, { detail: { status: 'VIDEOPENDING' } }), {
      cert: ours.certificate,
      key: ours.key,
      ca: person.certificate,
      requestCert: true,
    });
    const [certificate, key] = [join(directory, 'person.pem'), join(directory, 'person.key')];
    await Promise.all([writeFile(certificate, person.certificate), writeFile(key, person.key)]);
    const known = clientOf(server.address, {
      ca,
      clientCertificate: { certificate: `file:${certificate}`, key: `file:${key}` },
    });
    expect((await known.getRequest(REQUEST)).status).toBe('VIDEOPENDING');
    expect(server.arrived).toHaveLength(1);
    await known.close();
    await server.close();
  });
});

/** Ways to lose an answer after the request was sent. */
const LOST: readonly [string, string, (socket: Socket) => void][] = [
  ['cut before the answer', 'answer was complete', (socket) => socket.once('data', () => socket.destroy())],
  ['reset before the answer', 'answer was complete', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  [
    'cut inside the headers',
    'answer was complete',
    (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Le')),
  ],
  [
    'cut inside the body',
    'answer was complete',
    (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"status":')),
  ],
  [
    'cut inside a chunked body',
    'answer was complete',
    (socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"sta\r\n')),
  ],
  ['no answer at all', 'within the time-out', () => undefined],
  [
    'an answer that stops',
    'within the time-out',
    (socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n%PDF')),
  ],
  [
    'something that is not HTTP',
    'connection failed',
    (socket) => socket.once('data', () => socket.write('SSH-2.0-x\r\n\r\n')),
  ],
];

describe.each(LOST)('an answer lost: %s', (_name, words, connected) => {
  let server: Awaited<ReturnType<typeof rawServer>>;
  beforeAll(async () => {
    server = await rawServer(connected);
  });
  afterAll(() => server.close());

  test('a read and a delete are simply done again', async () => {
    for (const error of await Promise.all([
      lossOf('request', server.address, 50),
      lossOf('delete', server.address, 50),
    ])) {
      expect(error).toMatchObject({ kind: 'temporary', code: 'PROVIDER_UNREACHABLE' });
      expect(error.words).toContain(words);
    }
  });

  test('the others may have been done', async () => {
    const errors = await Promise.all(DOUBTFUL.map((verb) => lossOf(verb, server.address, 50)));
    expect(errors.map(({ kind, code }) => `${kind} ${code}`)).toEqual([
      'unknown CREATE_IN_DOUBT',
      'unknown PROVIDER_ANSWER_UNKNOWN',
      'unknown PROVIDER_ANSWER_UNKNOWN',
      'unknown PROVIDER_ANSWER_UNKNOWN',
      'unknown SIGN_IN_DOUBT',
    ]);
    for (const error of errors) expect(error.words).toContain(words);
  });
});

test('a call whose loss would be a doubt never takes a kept connection; reads do', async () => {
  const server = await answeringServer(({ url }) =>
    url.includes('/request/')
      ? json(200, { detail: { status: 'ENROLLREADY' } })
      : json(200, { status: 'success', detail: 'done' }),
  );
  const client = clientOf(server.address);
  await client.getRequest(REQUEST);
  // undici frees a connection a moment after the answer was read.
  await setImmediate();
  await client.getRequest(REQUEST);
  await setImmediate();
  expect(server.connections()).toBe(1);
  await client.generateOtp(REQUEST);
  await client.sign(REQUEST, { secret: new Secret('052174') });
  expect(server.connections()).toBe(3);
  await client.close();
  await server.close();
});

test('a read can be ended early, with a reason', async () => {
  const server = await rawServer(() => undefined);
  const client = clientOf(server.address);
  const stopped = new AbortController();
  const read = client.getRequest(REQUEST, { signal: stopped.signal });
  const reason = new Error('a hint came');
  stopped.abort(reason);
  await expect(read).rejects.toBe(reason);
  await server.close();
  await client.close();
});

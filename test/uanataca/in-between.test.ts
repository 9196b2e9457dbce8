import { createSecureServer } from 'node:http2';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type Answered, type AnsweringServer, answeringServer, clientOf, json } from './answering-server.js';
import { errorOf, REQUEST, VERBS } from './people.js';
import { type Issued, TlsAuthority } from './tls-authority.js';

/** A read, a call that must not be done twice, and a download. */
const CALLS = ['request', 'sign', 'contract'] as const;

let root: TlsAuthority;
let own: Issued;
let folder: string;
let ca: string;

beforeAll(async () => {
  root = await TlsAuthority.root('Test root');
  own = await root.issue('server', { names: ['127.0.0.1'] });
  folder = await mkdtemp(join(tmpdir(), 'videoid-between-'));
  ca = join(folder, 'ca.pem');
  await writeFile(ca, root.certificate);
});
afterAll(() => rm(folder, { recursive: true }));

async function told(address: string, connect = 10_000): Promise<string[]> {
  const client = clientOf(address, { ca, timeouts: { connect, answer: 10_000, body: 10_000 } });
  const errors = await Promise.all(CALLS.map((call) => errorOf(VERBS[call](client))));
  void client.close();
  return errors.map(({ kind, code, told: words }) => `${kind} ${code}: ${words}`);
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('an answer of something in between, or one that was changed on the way', () => {
  let server: AnsweringServer;
  let answer: Answered;
  beforeAll(async () => {
    server = await answeringServer(() => answer);
  });
  afterAll(() => server.close());

  const SUCCESS = JSON.stringify({ status: 'success', detail: { status: 'ENROLLREADY' } });
  const FOREIGN = 'temporary ANSWER_NOT_FROM_PROVIDER';
  const UNKNOWN = 'temporary PROVIDER_ANSWER_UNKNOWN';
  const BETWEEN = /something between us and the Optimizer at 127\.0\.0\.1:\d+ answered/;

  test.each<[string, Answered, string, RegExp]>([
    ['a captive portal', { body: '<html><title>Welcome</title></html>' }, FOREIGN, BETWEEN],
    [
      'a scanner, as a PDF',
      { headers: { 'content-type': 'application/pdf' }, body: '<p>Scanning</p>' },
      FOREIGN,
      BETWEEN,
    ],
    ['421', { status: 421, body: '<h1>Misdirected Request</h1>' }, FOREIGN, BETWEEN],
    ['431 without a body', { status: 431 }, FOREIGN, BETWEEN],
    [
      'JSON that was compressed',
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync(SUCCESS) },
      FOREIGN,
      BETWEEN,
    ],
    [
      'bytes that are nothing',
      { headers: { 'content-encoding': 'gzip' }, body: Buffer.from('1f8b08f0', 'hex') },
      FOREIGN,
      BETWEEN,
    ],
    ['half of an answer that says it is whole', { body: SUCCESS.slice(0, 20) }, UNKNOWN, /a part is missing/],
    [
      '502',
      { status: 502, body: '<h1>Bad Gateway</h1>' },
      'temporary PROVIDER_UNREACHABLE',
      /in front of the Optimizer/,
    ],
    ['504', json(504, { message: 'Timeout' }), 'temporary PROVIDER_UNREACHABLE', /in front of the Optimizer/],
  ])('%s', async (_name, given, expected, words) => {
    answer = given;
    const [read, sign, contract] = await told(server.address);
    expect([read, contract]).toEqual([expect.stringContaining(expected), expect.stringContaining(expected)]);
    expect(sign).toContain('unknown SIGN_IN_DOUBT');
    for (const each of [read, sign, contract]) expect(each).toMatch(words);
  });
});

test('a server that speaks only HTTP/2: nothing was sent', async () => {
  const server = createSecureServer({ cert: own.certificate, key: own.key, allowHTTP1: false });
  const port = await listening(server);
  for (const each of await told(`https://127.0.0.1:${port}`)) {
    expect(each).toMatch(/^not-sent TLS_FAILED: .*or speak only HTTP\/2/);
  }
  server.close();
});

test('a firewall that swallows everything after the connection: nothing was sent', async () => {
  const sockets: Socket[] = [];
  const hole = createServer((socket) => sockets.push(socket));
  const port = await listening(hole);
  for (const each of await told(`https://127.0.0.1:${port}`, 100)) {
    expect(each).toMatch(/^not-sent PROVIDER_UNREACHABLE: .*no connection within the time-out/);
  }
  sockets.forEach((socket) => socket.destroy());
  hole.close();
});

test('a reset in the middle of an upload: it is uploaded again', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    let seen = 0;
    socket.on('data', (piece) => (seen += piece.length) > 100_000 && socket.resetAndDestroy());
  });
  const client = clientOf(`http://127.0.0.1:${await listening(server)}`);
  const size = 4_000_000;
  const open = () => Promise.resolve({ stream: Readable.from([Buffer.alloc(size)], { objectMode: false }), size });
  expect(await errorOf(client.uploadDocument(REQUEST, { open, index: 1 }))).toMatchObject({
    kind: 'temporary',
    code: 'PROVIDER_UNREACHABLE',
  });
  await client.close();
  server.close();
});

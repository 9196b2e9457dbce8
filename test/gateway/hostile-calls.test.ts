import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, asyncProperty, constantFrom, jsonValue, oneof, record, string } from 'fast-check';
import { ORDER_ROUTES } from '../../src/gateway/api/order-routes.js';
import { sealKeys } from '../keys.js';
import { type GatewayPlace, openGatewayPlace } from './gateway-place.js';

/** The number of calls. `HOSTILE_CALLS` raises it. */
const RUNS = Number(process.env['HOSTILE_CALLS'] ?? 150);
/** The longest time for a call, in milliseconds. Most take a few. */
const PATIENCE = 30_000;

const keys = mkdtempSync(join(tmpdir(), 'hostile-'));
let place: GatewayPlace;
beforeAll(async () => {
  const path = join(keys, 'seal.pem');
  writeFileSync(path, (await sealKeys()).publicKey);
  place = await openGatewayPlace({
    gateway: { hints: { bodyWithin: 400 } },
    settings: { keys: { encryptPayloads: false, seal: [{ id: 'test', publicKey: `file:${path}` }] } },
  });
});
afterAll(async () => {
  await place.close();
  rmSync(keys, { recursive: true });
});

interface Raw {
  method: string;
  target: string;
  headers: [string, string][];
  body: Buffer;
}

interface Answer {
  /** 0 if the connection was closed without an answer. */
  status: number;
  text: string;
}

/** Sends bytes unchanged, although a well-behaved client would refuse them. */
async function send({ method, target, headers, body }: Raw): Promise<Answer> {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: gateway',
    'Connection: close',
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const socket = connect(place.gateway.port, '127.0.0.1');
  socket.setTimeout(PATIENCE, () => socket.destroy(new Error(`no answer: ${lines.join(' | ').slice(0, 300)}`)));
  socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]));
  let text = '';
  try {
    for await (const chunk of socket) text += String(chunk);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) throw error;
  }
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text };
}

/** No 500 and no stack. If the API refuses, the answer has a code of ours. */
function expectFit({ status, text }: Answer, what: string): void {
  const shown = `${what} -> ${text.slice(0, 600)}`;
  expect({ shown, fine: status !== 500 && status !== 501 }).toEqual({ shown, fine: true });
  expect(text).not.toMatch(/\n\s+at |node_modules|\.[jt]s:\d+/);
  expect({ shown, coded: !text.includes('{"error"') || /"code":"[A-Z_]+"/.test(text) }).toEqual({ shown, coded: true });
}

const authorised = (): [string, string] => ['Authorization', `Bearer ${place.apiToken}`];

const READS = 'events link documents documents/1 contract outcome why identity declaration secrets'.split(' ');
const VERBS = ['', ...READS, 'reopen', ...Object.keys(ORDER_ROUTES)];
const ODD = [
  '\u0000',
  '%',
  '\u202e',
  '\u009b31m',
  '__proto__',
  'constructor',
  '-1',
  '1e999',
  '9'.repeat(400),
  'x'.repeat(5000),
  '../..',
  "' or 1=1 --",
  '{}',
  '[]',
  'null',
  'NaN',
];

const names = constantFrom(
  'reference', 'registrationAuthority', 'profile', 'signer', 'documents', 'newAttempt', 'policy', 'fields', 'actor',
  'reason', 'note', 'secret', 'unlock', 'contract', 'consentVersion', 'channel', 'at', 'remedy', 'ids', 'link', 'by',
  'email', 'phone', 'decision', 'officer', 'evidenceSeen', 'credentials', 'code', 'carryOut', 'kind', 'id', '__proto__',
  'constructor', 'toString', 'untilIssued', 'secureElement', 'validityTime',
); // prettier-ignore

const value = oneof(
  jsonValue(),
  constantFrom<unknown>(...ODD, 1e308, -0, 2 ** 53, true, null, [], {}, [[[[]]]], { kind: 'operator' }, { email: 'a' }),
);
const jsonBody = oneof(
  array(record({ name: names, value }), { maxLength: 8 }).map(
    (parts) =>
      // Written by hand, so that duplicate names and `__proto__` arrive unchanged.
      `{${parts.map((part) => `${JSON.stringify(part.name)}:${JSON.stringify(part.value) ?? 'null'}`).join(',')}}`,
  ),
  string(),
  constantFrom(
    '',
    '{',
    'null',
    '[]',
    '"x"',
    '1e999',
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`,
    '{"reason":"x","reason":1,"actor":{"kind":"operator"}}',
    '{"__proto__":{"actor":{"kind":"operator"}},"reason":"x"}',
    '\ufeff{"reason":"x"}',
  ),
);

const target = oneof(
  record({ root: constantFrom('requests', 'enrolments'), reference: constantFrom('nobody', 'a%20b', 'x'.repeat(65), '.a', '-'), verb: constantFrom(...VERBS) }).map(
    // Why an unknown request waits is asked of Temporal too, which is not here.
    ({ root, reference, verb }) => `/v1/${root}/${verb === 'why' ? 'x'.repeat(65) : reference}/${verb}`.replace(/\/$/, ''),
  ),
  constantFrom('/v1/profiles', '/v1/profiles/__proto__', '/v1/profiles/constructor', '/v1/feed', '/v1', '/health', '/metrics', '/webhooks/uanataca/x'),
); // prettier-ignore
const query = oneof(
  constantFrom(''),
  array(record({ name: constantFrom('attempt', 'wait', 'limit', 'after', 'stage', 'attention', 'signed', '__proto__', ''), value: constantFrom(...ODD, '1', '0', 'true') }), { minLength: 1, maxLength: 3 }).map(
    (parts) => `?${parts.map((part) => `${part.name}=${encodeURIComponent(part.value)}`).join('&')}`,
  ),
); // prettier-ignore
const method = constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND');
const contentType = constantFrom(
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'multipart/form-data',
  'multipart/form-data; boundary=b',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary="',
  `multipart/form-data; boundary=${'b'.repeat(70)}`,
  `multipart/form-data; boundary=${'b'.repeat(71)}`,
  `multipart/form-data; boundary=${'b'.repeat(5000)}`,
  'multipart/form-data; boundary=b; boundary=c',
  "multipart/form-data; boundary*=utf-8''b",
  'multipart/form-data; boundary=\u00fc',
  'multipart/mixed; boundary=b',
  '',
);

// oxlint-disable-next-line jest/expect-expect -- in expectFit
test('no call that can be thought of is a 500, a stack or a silence', async () => {
  await assert(
    asyncProperty(method, target, query, contentType, jsonBody, async (name, path, search, type, body) => {
      const bytes = Buffer.from(body, 'utf8');
      const headers: [string, string][] = [
        authorised(),
        ['Content-Type', type],
        ['Content-Length', String(bytes.length)],
      ];
      const answer = await send({ method: name, target: path + search, headers, body: bytes });
      expectFit(answer, `${name} ${path}${search} ${type} ${body.slice(0, 200)}`);
    }),
    { numRuns: RUNS, seed: 9 },
  );
}, 3_600_000);

// oxlint-disable-next-line jest/expect-expect -- in expectFit
test('no callback that can be thought of is a 500, a stack or a silence, with a right token and without', async () => {
  const status = oneof(value, constantFrom('VIDEOREVIEW', 'ISSUED', 'CREATED'));
  const callback = oneof(
    jsonBody,
    record({ request: value, status, event_type: value }).map((each) => JSON.stringify(each)),
    record({ event_type: value, request: record({ pk: value, status }) }).map((each) => JSON.stringify(each)),
  );
  await assert(
    asyncProperty(constantFrom(true, false), contentType, callback, async (right, type, body) => {
      const bytes = Buffer.from(body, 'utf8');
      const path = `/webhooks/uanataca/${right ? place.tokens[0] : 'wrong'}`;
      const headers: [string, string][] = [
        ['Content-Type', type],
        ['Content-Length', String(bytes.length)],
      ];
      expectFit(await send({ method: 'POST', target: path, headers, body: bytes }), body.slice(0, 300));
    }),
    { numRuns: RUNS, seed: 9 },
  );
}, 3_600_000);

const partHead = oneof(
  constantFrom(
    'Content-Disposition: form-data; name="request"',
    'Content-Disposition: form-data; name="document"; filename="a.pdf"',
    'Content-Disposition: form-data; name="document"; filename=""',
    `Content-Disposition: form-data; name="document"; filename="${'x'.repeat(3000)}"`,
    'Content-Disposition: form-data; name="document"; filename*=utf-8\'\'%ff%fe',
    'Content-Disposition: form-data; name="document"; filename*=nonsense\'\'a',
    'Content-Disposition: form-data; name="document"; filename="../../etc/passwd"',
    'Content-Disposition: form-data; name="__proto__"',
    'Content-Disposition: form-data; name="constructor"; filename="a"',
    'Content-Disposition: form-data',
    'Content-Disposition: attachment; name="request"',
    'Content-Disposition: form-data; name="request"\r\nContent-Type: text/plain; charset=nonsense',
    'Content-Disposition: form-data; name="request"\r\nContent-Transfer-Encoding: base64',
    `X: ${'y'.repeat(20_000)}`,
    Array.from({ length: 60 }, (_, at) => `X-${at}: y`).join('\r\n'),
    ': no name',
    '',
  ),
  string().map((text) => text.replaceAll(/[\r\n]/g, '')),
);
const boundary = constantFrom('b', 'b'.repeat(70), '--', "'()+_,-./:=?", 'b'.repeat(71), 'b'.repeat(5000));

// oxlint-disable-next-line jest/expect-expect -- in expectFit
test('no upload that can be thought of is a 500, a stack or a silence, and none leaves anything', async () => {
  const parts = array(record({ head: partHead, content: jsonBody }), { maxLength: 4 });
  await assert(
    asyncProperty(boundary, parts, constantFrom('requests', 'enrolments', 'enrolments/nobody/provide'), constantFrom(true, false), async (mark, given, path, ends) => {
      const text = given.map(({ head, content }) => `--${mark}\r\n${head}\r\n\r\n${content}\r\n`).join('');
      const body = Buffer.from(`${text}${ends ? `--${mark}--\r\n` : ''}`, 'utf8');
      const type = `multipart/form-data; boundary=${mark.length < 50 ? `"${mark}"` : mark}`;
      const headers: [string, string][] = [authorised(), ['Content-Type', type], ['Content-Length', String(body.length)]];
      expectFit(await send({ method: 'POST', target: `/v1/${path}`, headers, body }), `${path} ${body.toString().slice(0, 300)}`);
    }), // prettier-ignore
    { numRuns: RUNS, seed: 9 },
  );
}, 3_600_000);

test.each([71, 5000])('a multipart boundary of %i characters is refused by name', async (length) => {
  const headers: [string, string][] = [
    authorised(),
    ['Content-Type', `multipart/form-data; boundary=${'b'.repeat(length)}`],
    ['Content-Length', '0'],
  ];
  const answer = await send({ method: 'POST', target: '/v1/requests', headers, body: Buffer.alloc(0) });
  expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('"code":"BAD_INPUT"') as string });
});

test('bytes that are no UTF-8, and numbers beyond all bounds, are shown as bad input', async () => {
  const bodies = ['ff fe 7b 7d', 'c0 ae', 'ed a0 80', '7b 22 72 22 3a 31 65 39 39 39 7d'];
  for (const body of bodies.map((hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex'))) {
    const headers: [string, string][] = [authorised(), ['Content-Length', String(body.length)]];
    const answer = await send({ method: 'POST', target: '/v1/requests/nobody/cancel', headers, body });
    expectFit(answer, body.toString('hex'));
    expect(answer.status).toBe(400);
  }
});

test('a call whose body does not come is ended', async () => {
  const socket = connect(place.gateway.port, '127.0.0.1');
  socket.write(
    `POST /v1/requests/nobody/cancel HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer ${place.apiToken}\r\nContent-Length: 10\r\n\r\n{`,
  );
  const [data] = (await once(socket, 'data')) as [Buffer];
  expect(data.toString()).toMatch(/^HTTP\/1\.1 408 [\s\S]*BODY_TOO_SLOW/);
  await once(socket, 'close');
});

test.each(['/webhooks/../v1/requests', '/webhooks/%2e%2e/v1/requests', '//v1/requests', 'http://gateway/v1/requests'])(
  '%s does not reach the API',
  async (path) => {
    const answer = await send({ method: 'GET', target: path, headers: [authorised()], body: Buffer.alloc(0) });
    expect(answer.status).toBe(404);
  },
);

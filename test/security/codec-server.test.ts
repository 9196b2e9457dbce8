import { createSecretKey, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { array, assert, asyncProperty, constantFrom, dictionary, jsonValue, oneof, record, string } from 'fast-check';
import { defaultPayloadConverter } from '@temporalio/common';
import { type JSONPayload, JSONToPayload, payloadToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startCodecServer } from '../../src/security/codec-server.js';
import { EncryptionCodec } from '../../src/security/payload-codec.js';

const UI = 'http://127.0.0.1:8233';
const CANARY = 'canary-Pz04uYt71BmXc6Wd';
const codec = new EncryptionCodec({ current: 'one', keys: new Map([['one', createSecretKey(randomBytes(32))]]) });

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

async function encrypted(value: unknown): Promise<JSONPayload[]> {
  return (await codec.encode([defaultPayloadConverter.toPayload(value)])).map((payload) => payloadToJSON(payload));
}

function valuesOf(body: string): unknown[] {
  const { payloads }: { payloads: JSONPayload[] } = JSON.parse(body);
  return payloads.map((payload) => defaultPayloadConverter.fromPayload(JSONToPayload(payload)));
}

describe('the codec server', () => {
  let server: Awaited<ReturnType<typeof startCodecServer>>;

  beforeAll(async () => {
    server = await startCodecServer({ codec, port: 0, allowedOrigins: [UI], allowedHosts: ['codec.example:443'] });
  });

  afterAll(() => server.close());

  function ask(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
    method: 'POST' | 'OPTIONS' | 'GET' = 'POST',
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const call = request(
        `${server.url}${path}`,
        { method, headers: { 'content-type': 'application/json', ...headers } },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      call.on('error', reject);
      if (method !== 'POST') call.end();
      else call.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  }

  it('decodes what the worker encrypted, for the Temporal UI', async () => {
    const payloads = [...(await encrypted({ reference: CANARY })), ...(await encrypted(null))];
    const answer = await ask('/decode', { payloads }, { origin: UI, 'x-namespace': 'default' });
    expect(answer.status).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBe(UI);
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    expect(valuesOf(answer.body)).toEqual([{ reference: CANARY }, null]);
  });

  it('encodes so that the worker can decode, for the Temporal CLI, which sends no Origin', async () => {
    const plain = payloadToJSON(defaultPayloadConverter.toPayload({ reference: CANARY }));
    const answer = await ask('/encode', { payloads: [plain] });
    expect(answer.status).toBe(200);
    expect(Buffer.from(answer.body).includes(CANARY)).toBe(false);
    const { payloads }: { payloads: JSONPayload[] } = JSON.parse(answer.body);
    expect(await codec.decode(payloads.map((payload) => JSONToPayload(payload)))).toHaveLength(1);
    expect(valuesOf((await ask('/decode', answer.body)).body)).toEqual([{ reference: CANARY }]);
  });

  it('lets what is not encrypted pass', async () => {
    const plain = payloadToJSON(defaultPayloadConverter.toPayload('plain'));
    expect(valuesOf((await ask('/decode', { payloads: [plain] })).body)).toEqual(['plain']);
    expect(JSON.parse((await ask('/decode', { payloads: [] })).body)).toEqual({ payloads: [] });
  });

  it('answers the preflight of the Temporal UI', async () => {
    const answer = await ask(
      '/decode',
      '',
      {
        origin: UI,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-namespace,authorization',
      },
      'OPTIONS',
    );
    expect(answer.status).toBe(204);
    expect(answer.headers['access-control-allow-origin']).toBe(UI);
    expect(answer.headers['access-control-allow-methods']).toContain('POST');
    expect(
      String(answer.headers['access-control-allow-headers'])
        .split(',')
        .map((name) => name.trim()),
    ).toEqual(expect.arrayContaining(['content-type', 'x-namespace', 'authorization']));
  });

  it.each([
    ['a page of somebody else', { origin: 'http://evil.example' }],
    ['a page of somebody else with an Origin that begins like ours', { origin: `${UI}.evil.example` }],
    ['a page without an origin of its own', { origin: 'null' }],
    ['a name that was bound to this address', { host: 'evil.example' }],
    ['our own name at another port', { host: '127.0.0.1:1' }],
  ])('refuses %s, preflight too', async (_what, headers) => {
    const payloads = await encrypted(CANARY);
    for (const method of ['POST', 'OPTIONS'] as const) {
      const answer = await ask('/decode', { payloads }, headers, method);
      expect(answer.status).toBe(403);
      expect(answer.body).not.toContain(Buffer.from(JSON.stringify(CANARY)).toString('base64'));
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('answers under its own names and those it was given', async () => {
    const payloads = await encrypted('value');
    const { port } = new URL(server.url);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, 'codec.example:443']) {
      expect((await ask('/decode', { payloads }, { host })).status).toBe(200);
    }
  });

  it.each([
    ['no JSON', 'payloads'],
    ['no payloads', {}],
    ['payloads that are no list', { payloads: {} }],
    ['a payload that is no object', { payloads: ['x'] }],
    ['data that is not base64', { payloads: [{ data: '%%%' }] }],
  ])('refuses a body with %s', async (_what, body) => {
    expect((await ask('/decode', body)).status).toBe(400);
  });

  it('names the key it lacks', async () => {
    const other = new EncryptionCodec({ current: 'two', keys: new Map([['two', createSecretKey(randomBytes(32))]]) });
    const [payload] = await other.encode([defaultPayloadConverter.toPayload('value')]);
    const answer = await ask('/decode', { payloads: [payloadToJSON(payload ?? {})] });
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'KEY_NOT_SHARED', field: 'keys.codec' });
  });

  it('takes no form posts, no other paths and no bodies without end', async () => {
    const payloads = await encrypted('value');
    expect((await ask('/decode', { payloads }, { 'content-type': 'text/plain' })).status).toBe(415);
    const [method, path] = [await ask('/decode', '', {}, 'GET'), await ask('/keys', { payloads })];
    expect([method.status, method.headers['allow'], JSON.parse(method.body)]).toMatchObject([
      405,
      'POST',
      { code: 'METHOD_NOT_ALLOWED' },
    ]);
    expect([path.status, JSON.parse(path.body)]).toMatchObject([404, { code: 'NO_SUCH_CALL' }]);
    const { host, port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST /decode HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it('answers no body that can be thought of with a 500', async () => {
    const part = oneof(
      jsonValue(),
      constantFrom<unknown>('', 'AAAA', '%%%', 'YmluYXJ5L2VuY3J5cHRlZA==', btoa('one'), '__proto__', 1e308, null),
    );
    const metadata = dictionary(constantFrom('encoding', 'encryption-key-id', '__proto__', 'x'), part);
    const payload = oneof(part, record({ metadata, data: part }));
    const bodies = oneof(
      string(),
      record({ payloads: array(payload, { maxLength: 3 }) }).map((each) => JSON.stringify(each)),
    );
    await assert(
      asyncProperty(constantFrom('/decode', '/encode'), bodies, async (path, body) => {
        const { status, body: text } = await ask(path, body);
        expect([200, 400]).toContain(status);
        expect(text).not.toMatch(/node_modules|\n\s+at /);
      }),
      { numRuns: Number(process.env['HOSTILE_CALLS'] ?? 150), seed: 9 },
    );
  });

  it('is not held by a body that does not go on, nor by a head', async () => {
    const impatient = await startCodecServer({ codec, port: 0, allowedOrigins: [UI], within: 300 });
    const { host, port } = new URL(impatient.url);
    const head = `POST /decode HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`;
    for (const sent of [`${head}Content-Length: 100\r\n\r\n{"payloads"`, head]) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(sent);
      let answer = '';
      for await (const chunk of socket) answer += String(chunk);
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    }
    await impatient.close();
  });

  it('says when its port is taken', async () => {
    const port = Number(new URL(server.url).port);
    await expect(startCodecServer({ codec, port, allowedOrigins: [] })).rejects.toMatchObject({ code: 'PORT_TAKEN' });
  });
});

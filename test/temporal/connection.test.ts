import { createSecretKey, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { ApplicationFailure } from '@temporalio/common';
import {
  decodeOptionalFailureToOptionalError,
  encodeErrorToFailure,
} from '@temporalio/common/lib/internal-non-workflow/codec-helpers.js';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/data-converter-helpers.js';
import proto from '@temporalio/proto';
import { bundleWorkflowCode } from '@temporalio/worker';
import { type Issued, TlsAuthority } from '../uanataca/tls-authority.js';
import { connectClient, connectWorker } from '../../src/temporal/connection.js';
import { FAILURE_CONVERTER_PATH, dataConverter } from '../../src/temporal/data-converter.js';

const CANARY = 'canary-failure-Rb40pXz9Vq2s';
const keyRing = { current: 'one', keys: new Map([['one', createSecretKey(randomBytes(32))]]) };
const nowhere = { address: '127.0.0.1:1', namespace: 'default', taskQueue: 'videoid' };

async function sent(converter = dataConverter(keyRing)): Promise<Buffer> {
  const failure = ApplicationFailure.create({
    message: CANARY,
    type: 'STEP_FAILED',
    details: [CANARY],
    cause: new Error(CANARY),
  });
  const encoded = await encodeErrorToFailure(loadDataConverter(converter), failure);
  return Buffer.from(proto.temporal.api.failure.v1.Failure.encode(encoded).finish());
}

describe('a failure on its way through Temporal', () => {
  it('shows its type and neither message, details, stack nor cause', async () => {
    const bytes = await sent();
    expect(bytes.includes('STEP_FAILED')).toBe(true);
    expect(bytes.includes('temporal.test.ts')).toBe(false);
    for (const form of [Buffer.from(CANARY), Buffer.from(Buffer.from(CANARY).toString('base64'))]) {
      expect(bytes.includes(form)).toBe(false);
    }
    expect((await sent(dataConverter(undefined))).includes(CANARY)).toBe(true);
  });

  it('is whole again for who has the keys', async () => {
    const failure = proto.temporal.api.failure.v1.Failure.decode(await sent());
    const error = await decodeOptionalFailureToOptionalError(loadDataConverter(dataConverter(keyRing)), failure);
    expect(error).toMatchObject({
      message: CANARY,
      type: 'STEP_FAILED',
      details: [CANARY],
      cause: { message: CANARY },
    });
  });
});

describe('the failure converter', () => {
  it('fits into the workflow bundle', async () => {
    expect(existsSync(FAILURE_CONVERTER_PATH)).toBe(true);
    const { code } = await bundleWorkflowCode({
      workflowsPath: require.resolve('../fixtures/fail.ts'),
      failureConverterPath: FAILURE_CONVERTER_PATH,
      logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    });
    expect(code).toContain('encodeCommonAttributes: true');
    expect(code).not.toContain('createCipheriv');
  });
});

describe('connecting', () => {
  it('says that Temporal does not answer, and where', async () => {
    const refused = { code: 'TEMPORAL_UNREACHABLE', message: expect.stringContaining('127.0.0.1:1') };
    await expect(connectWorker(nowhere)).rejects.toMatchObject(refused);
    await expect(connectClient(nowhere, dataConverter(undefined), { within: 500 })).rejects.toMatchObject(refused);
  });

  describe('by TLS', () => {
    let root: TlsAuthority;
    beforeAll(async () => {
      root = await TlsAuthority.root('Root of the server');
      process.env['TEST_TEMPORAL_CA'] = root.certificate;
    });
    afterAll(() => {
      for (const name of ['CA', 'CERT', 'KEY']) delete process.env[`TEST_TEMPORAL_${name}`];
    });

    const HERE = { names: ['127.0.0.1'] };
    const TRUSTED = { ca: 'env:TEST_TEMPORAL_CA' };
    const MUTUAL = { ...TRUSTED, certificate: 'env:TEST_TEMPORAL_CERT', key: 'env:TEST_TEMPORAL_KEY' };

    function ours({ certificate, key }: { certificate: string; key: string }): typeof MUTUAL {
      process.env['TEST_TEMPORAL_CERT'] = certificate;
      process.env['TEST_TEMPORAL_KEY'] = key;
      return MUTUAL;
    }

    it.each<[string, () => Promise<{ server: Issued; tls: object | undefined; mutual?: boolean }>, string, RegExp]>([
      [
        'a server that wants TLS',
        async () => ({ server: await root.issue('s', HERE), tls: undefined }),
        'temporal.tls',
        /speaks TLS, and temporal.tls is not set/,
      ],
      ['an unknown CA', async () => ({ server: await root.issue('s', HERE), tls: {} }), 'temporal.tls', /not trusted/],
      [
        'another name',
        async () => ({ server: await root.issue('s', { names: ['other.example'] }), tls: TRUSTED }),
        'temporal.tls',
        /is for other\.example, and not for 127/,
      ],
      [
        'an expired certificate',
        async () => ({ server: await root.issue('s', { ...HERE, from: -9, until: -2 }), tls: TRUSTED }),
        'temporal.tls',
        /expired at .* clock says/,
      ],
      [
        'our expired certificate',
        async () => ({
          server: await root.issue('s', HERE),
          tls: ours(await root.issue('c', { from: -9, until: -2 })),
          mutual: true,
        }),
        'temporal.tls',
        /does not accept our client certificate .*: it expired at/,
      ],
      [
        'the key of another certificate',
        async () => ({
          server: await root.issue('s', HERE),
          tls: ours({ ...(await root.issue('c')), key: (await root.issue('d')).key }),
        }),
        'temporal.tls.certificate',
        /private key belongs to another certificate/,
      ],
    ])('names %s', async (_what, given, field, words) => {
      const { server, tls, mutual = false } = await given();
      const listener = createTlsServer({
        cert: server.certificate,
        key: server.key,
        ALPNProtocols: ['h2'],
        ...(mutual ? { ca: root.certificate, requestCert: true, rejectUnauthorized: true } : {}),
      }).listen(0, '127.0.0.1');
      listener.on('tlsClientError', () => undefined);
      await once(listener, 'listening');
      const place = { ...nowhere, address: `127.0.0.1:${(listener.address() as AddressInfo).port}`, tls };
      const failure = { field, message: expect.stringMatching(words) as string };
      await expect(connectWorker(place)).rejects.toMatchObject(failure);
      await expect(connectClient(place, dataConverter(undefined), { within: 1000 })).rejects.toMatchObject(failure);
      listener.close();
    });

    it('names a CA that is no certificate', async () => {
      process.env['TEST_TEMPORAL_CERT'] = 'nothing';
      const place = { ...nowhere, tls: { ca: 'env:TEST_TEMPORAL_CERT' } };
      const failure = { code: 'BAD_SETTING', field: 'temporal.tls.ca' };
      await expect(connectWorker(place)).rejects.toMatchObject(failure);
      await expect(connectClient(place, dataConverter(undefined), { lazy: true })).rejects.toMatchObject(failure);
    });

    it('names a server that does not speak it', async () => {
      const listener = createServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n')));
      listener.listen(0, '127.0.0.1');
      await once(listener, 'listening');
      const place = { ...nowhere, address: `127.0.0.1:${(listener.address() as AddressInfo).port}`, tls: {} };
      await expect(connectWorker(place)).rejects.toMatchObject({
        code: 'TEMPORAL_UNREACHABLE',
        message: expect.stringContaining('does not speak TLS at this port') as string,
      });
      listener.close();
    });
  });

  it('can wait for the first call', async () => {
    const { connection, client } = await connectClient(nowhere, dataConverter(undefined), { lazy: true });
    expect(client.options.namespace).toBe('default');
    await connection.close();
  });

  it.each([
    ['a quiet process', 0],
    ['a process that was busy until then', 400],
  ])('can be closed while calls are tried again, which then end, by %s', async (_what, busy) => {
    const listener = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const loud: unknown[] = [];
    const hear = (error: unknown): void => void loud.push(error);
    process.on('uncaughtException', hear);
    try {
      const place = { ...nowhere, address: `127.0.0.1:${port}` };
      const { connection } = await connectClient(place, dataConverter(undefined), { lazy: true, within: 500 });
      const calls = Array.from({ length: 5 }, async () => connection.workflowService.getSystemInfo({}));
      const ended = Promise.allSettled(calls);
      await pause(300);
      const until = performance.now() + busy;
      while (performance.now() < until); // timers that become due now fire later
      await connection.close();
      expect((await ended).map(({ status }) => status)).toEqual(calls.map(() => 'rejected'));
      await pause(1000); // as long as the longest planned retry
      expect(loud).toEqual([]);
    } finally {
      process.off('uncaughtException', hear);
      listener.close();
    }
  });

  it('needs certificate and key together, and secrets that exist', async () => {
    await expect(connectWorker({ ...nowhere, tls: { certificate: 'env:ANY' } })).rejects.toMatchObject({
      code: 'BAD_SETTING',
      field: 'temporal.tls',
    });
    await expect(connectWorker({ ...nowhere, apiKey: 'env:TEST_NO_SUCH_KEY' })).rejects.toMatchObject({
      code: 'SECRET_NOT_FOUND',
      field: 'temporal.apiKey',
    });
    await expect(connectWorker({ ...nowhere, tls: { ca: 'env:TEST_NO_SUCH_CA' } })).rejects.toMatchObject({
      code: 'SECRET_NOT_FOUND',
      field: 'temporal.tls.ca',
    });
  });
});

test('a call without a limit of its own ends, although the server never answers', async () => {
  const sessions: ServerHttp2Session[] = [];
  const server = createHttp2Server();
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream, headers) => {
    // The SDK asks this first, and takes "not implemented" for an answer.
    if (!String(headers[':path']).endsWith('/GetSystemInfo')) return;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' }, { endStream: true });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const settings = { ...nowhere, address: `127.0.0.1:${port}` };
  const { connection, client } = await connectClient(settings, dataConverter(undefined), { atMost: 300 });
  await expect(client.workflow.getHandle('any').describe()).rejects.toMatchObject({
    cause: { code: 4 }, // DEADLINE_EXCEEDED
  });
  await connection.close();
  for (const session of sessions) session.destroy();
  server.close();
});

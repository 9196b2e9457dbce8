import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { array, assert, constantFrom, property } from 'fast-check';
import { isPlainTarget, plainHttpServer } from '../../src/http/server.js';

const HOSTILE = [
  '/webhooks/../v1/requests',
  '/webhooks/..',
  '/webhooks/./x',
  '/./v1/requests',
  '/webhooks/%2e%2e/v1/requests',
  '/webhooks/%2E./v1/requests',
  '/webhooks/.%2e/v1/requests',
  '/webhooks/%2e/v1/requests',
  '/webhooks/%252e%252e/v1/requests',
  '/webhooks/%25%32%65/v1/requests',
  '/webhooks/%c0%ae%c0%ae/v1/requests',
  '/webhooks/..;/v1/requests',
  '/webhooks/..;x=1/v1/requests',
  '/webhooks//v1/requests',
  '//v1/requests',
  '//host/v1/requests',
  '/webhooks%2f..%2fv1/requests',
  '/webhooks/..%2fv1/requests',
  '/webhooks/%2fv1/requests',
  '/webhooks/%5c..%5cv1/requests',
  String.raw`/webhooks/..\v1/requests`,
  String.raw`/webhooks\..\v1/requests`,
  String.raw`\v1\requests`,
  '/%76%31/requests',
  '/%761/requests',
  '/webhooks/%00/x',
  '/webhooks/%0a/x',
  '/webhooks/%7f/x',
  '/webhooks/%',
  '/webhooks/%2',
  '/webhooks/%zz',
  '/webhooks/x#/../v1/requests',
  '/webhooks/\t../v1',
  '/webhooks/x y',
  '/webhooks/ü',
  'v1/requests',
  '*',
  '',
  'http://host/v1/requests',
  'https://host/webhooks/../v1/requests',
  'HTTP://host/v1/requests',
  'javascript:alert(1)',
];

const HONEST = [
  '/',
  '/health',
  '/v1/requests?stage=video&limit=10',
  '/v1/requests/order-17..b.c/documents/1?signed=true',
  '/v1/requests/..a',
  '/v1/requests/.hidden',
  '/v1/requests/order-17?attempt=2&next=/../x//y%2e%2e',
  '/webhooks/uanataca/Zm9vYmFy-_~=',
  '/webhooks/uanataca/Zm9v%2BYmFy%3D',
];

describe('a request target', () => {
  it.each(HOSTILE)('%j is read by some as another path, and is not plain', (target) => {
    expect(isPlainTarget(target)).toBe(false);
  });

  it.each(HONEST)('%s is plain', (target) => {
    expect(isPlainTarget(target)).toBe(true);
  });

  it('that is plain means the same to every reader: decoding and resolving its path once or twice changes nothing but marks', () => {
    const part = constantFrom(
      '.',
      '..',
      '/',
      '\\',
      '%2e',
      '%2F',
      '%5c',
      '%25',
      '%',
      ';',
      'v1',
      'webhooks',
      '?',
      '#',
      ' ',
      'é',
    );
    assert(
      property(array(part, { maxLength: 8 }), (parts) => {
        const target = `/${parts.join('')}`;
        if (!isPlainTarget(target)) return;
        const [path = ''] = target.split('?', 1);
        expect(new URL(target, 'http://host').pathname).toBe(path);
        expect(decodeURIComponent(decodeURIComponent(path))).toBe(decodeURIComponent(path));
        expect(new URL(decodeURIComponent(path), 'http://host').pathname).toBe(decodeURIComponent(path));
      }),
      { numRuns: 2000, seed: 9 },
    );
  });
});

test('a caller who takes nothing more is cut off, and what was read for it ends', async () => {
  const { promise: ended, resolve: cancel } = Promise.withResolvers<void>();
  const endless = new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(65_536)), cancel: () => cancel() });
  const silent = plainHttpServer(() => new Response(endless), { within: 0, silence: 50 });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const socket = connect((silent.address() as AddressInfo).port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nHost: host\r\n\r\n');
  await expect(ended).resolves.toBeUndefined();
  socket.destroy();
  silent.close();
});

describe('a server', () => {
  const seen: string[] = [];
  const server = plainHttpServer(
    (request) => {
      seen.push(request.url);
      return new Response('routed');
    },
    { within: 0 },
  );
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  async function raw(head: string): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.end(Buffer.from(`${head}\r\nConnection: close\r\n\r\n`, 'latin1'));
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text;
  }

  it.each(HOSTILE.filter((target) => /^[!-~]+$/.test(target)))('answers %s with 404, unrouted', async (target) => {
    seen.length = 0;
    expect(await raw(`GET ${target} HTTP/1.1\r\nHost: host`)).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(await raw(`POST ${target} HTTP/1.1\r\nHost: host`)).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(seen).toEqual([]);
  });

  it.each(['x/v1/requests?', 'x/v1?', '\u00fc/v1?a1', 'x:80/v1', 'a@b', 'x\\v1', 'x#', '%61/v1?'])(
    'does not let the host %j bring a path along',
    async (host) => {
      seen.length = 0;
      expect(await raw(`GET /webhooks/uanataca/token HTTP/1.1\r\nHost: ${host}`)).toMatch(/^HTTP\/1\.1 400 /);
      expect(seen).toEqual([]);
    },
  );

  it.each(['host', 'host:7281', '127.0.0.1:7281', '[::1]:7281', 'Gateway.Example.com', ''])(
    'is reached by the name %j',
    async (host) => {
      seen.length = 0;
      await raw(`GET /health HTTP/1.1\r\nHost: ${host}`);
      expect(seen.map((url) => new URL(url).pathname)).toEqual(host === '' ? [] : ['/health']);
    },
  );
});

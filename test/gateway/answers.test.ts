import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealKeys } from '../keys.js';
import { type GatewayPlace, openGatewayPlace } from './gateway-place.js';

const keys = mkdtempSync(join(tmpdir(), 'answers-'));
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

async function call(method: string, path: string, init: RequestInit = {}): Promise<Response> {
  const authorization = `Bearer ${place.apiToken}`;
  const headers = { authorization, ...(init.headers as Record<string, string>) };
  return await fetch(place.address + path, { ...init, method, headers });
}

/** Status, `Allow` and code of an answer. */
async function seen(answer: Response): Promise<unknown[]> {
  const text = await answer.text();
  const body = text === '' ? '' : (JSON.parse(text) as { error?: { code: string } });
  return [answer.status, answer.headers.get('allow'), body === '' ? '' : body.error?.code];
}

describe('a call that no route takes', () => {
  it.each([
    ['GET', '/', 404, null],
    ['GET', '/nowhere', 404, null],
    ['POST', '/v1', 404, null],
    ['GET', '/v1/nowhere', 404, null],
    ['DELETE', '/v1/requests/order-1/nowhere', 404, null],
    ['POST', '/v1/requests/order-1/documents/1/more', 404, null],
    ['DELETE', '/v1/requests', 405, 'GET, POST'],
    ['PUT', '/v1/requests/order-1', 405, 'DELETE, GET'],
    ['PATCH', '/v1/requests/order-1/', 405, 'DELETE, GET'],
    ['GET', '/v1/requests/order-1/cancel', 405, 'POST'],
    ['OPTIONS', '/v1/enrolments/order-1/documents/1', 405, 'GET'],
    ['GET', '/v1/resolve', 405, 'POST'],
    ['POST', '/health', 405, 'GET'],
    ['DELETE', '/metrics', 405, 'GET'],
  ])('%s %s is %i, with Allow %s and a code', async (method, path, status, allow) => {
    const answer = await call(method, path);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await seen(answer)).toEqual([status, allow, status === 404 ? 'NO_SUCH_CALL' : 'METHOD_NOT_ALLOWED']);
  });

  it.each([
    ['/v1/requests/order-1/link', 405, 'GET'],
    ['/v1/requests/order-1/cancel', 405, 'POST'],
    ['/v1/nowhere', 404, null],
  ])('HEAD %s is %i, and shows nothing', async (path, status, allow) => {
    expect(await seen(await call('HEAD', path))).toEqual([status, allow, '']);
  });

  it('cannot be told from others without a token', async () => {
    const answers: string[] = [];
    for (const [method, path] of [
      ['GET', '/v1/nowhere'],
      ['DELETE', '/v1/requests'],
      ['GET', '/v1/conditions'],
    ]) {
      const answer = await fetch(place.address + path, { method: method ?? 'GET' });
      answers.push(`${answer.status} ${answer.headers.get('allow')} ${await answer.text()}`);
    }
    expect(new Set(answers).size).toBe(1);
  });

  it.each([
    ['GET /../v1 HTTP/1.1\r\nHost: a\r\n\r\n', 404, 'NO_SUCH_CALL'],
    ['GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400, 'BAD_INPUT'],
    ['get / HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'BAD_INPUT'],
    [`GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 400, 'BAD_INPUT'],
    ['nonsense\r\n\r\n', 400, 'BAD_INPUT'],
  ])('%.24s … is answered in JSON, before it is routed', async (bytes, status, code) => {
    const socket = connect(place.gateway.port, '127.0.0.1');
    socket.write(bytes);
    const [data] = (await once(socket, 'data')) as [Buffer];
    const [head = '', body = ''] = data.toString().split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*content-type: application/json`, 'i'));
    expect(JSON.parse(body)).toMatchObject({ error: { code } });
    socket.destroy();
  });
});

describe('the body of a call', () => {
  const XML = { 'content-type': 'text/xml' };
  it.each<[string, string, string, RequestInit, number, string]>([
    ['XML', 'POST', '/v1/requests/a/cancel', { body: '<a/>', headers: XML }, 415, 'WRONG_CONTENT_TYPE'],
    ['a form', 'POST', '/v1/requests/a/cancel', { body: new URLSearchParams({ reason: 'x' }) }, 415, 'WRONG_CONTENT_TYPE'],
    ['a compressed body', 'POST', '/v1/requests/a/cancel', { body: '\u001f\u008b', headers: { 'content-encoding': 'gzip' } }, 415, 'WRONG_CONTENT_TYPE'],
    ['a start in JSON', 'POST', '/v1/requests', { body: '{}', headers: { 'content-type': 'application/json' } }, 415, 'WRONG_CONTENT_TYPE'],
    ['an enrolment in XML', 'POST', '/v1/enrolments', { body: '<a/>', headers: XML }, 415, 'WRONG_CONTENT_TYPE'],
    ['no JSON', 'POST', '/v1/requests/a/cancel', { body: '{', headers: { 'content-type': 'application/json; charset=utf-8' } }, 400, 'BAD_INPUT'],
    ['nothing', 'POST', '/v1/requests/a/cancel', {}, 400, 'BAD_INPUT'],
    ['latin1', 'POST', '/v1/requests/a/cancel', { body: Buffer.from('{"reason":"für"}', 'latin1'), headers: { 'content-type': 'application/json' } }, 400, 'BAD_INPUT'],
    ['64 KB and more', 'POST', '/v1/requests/a/cancel', { body: 'x'.repeat(70_000) }, 413, 'BODY_TOO_LARGE'],
    ['JSON with a byte-order mark', 'POST', '/v1/requests/a/cancel', { body: '\uFEFF{"reason":"x"}' }, 404, 'REQUEST_NOT_FOUND'],
    ['JSON that says it is a form, as curl --data does', 'POST', '/v1/requests/a/cancel', { body: '{"reason":"x"}', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 404, 'REQUEST_NOT_FOUND'],
    ['JSON of a vendor', 'POST', '/v1/requests/a/cancel', { body: '{"reason":"x"}', headers: { 'content-type': 'application/vnd.shop+json' } }, 404, 'REQUEST_NOT_FOUND'],
  ])('that is %s', async (_what, method, path, init, status, code) => {
    expect(await seen(await call(method, path, init))).toEqual([status, null, code]);
  }); // prettier-ignore
});

describe('a call without a body', () => {
  it.each([
    ['DELETE', 'requests/a', undefined],
    ['DELETE', 'requests/a', '{}'],
    ['DELETE', 'enrolments/a', '{"giveUpCleanup":true}'],
    ['POST', 'requests/a/cancel', undefined],
    ['POST', 'requests/a/reopen', undefined],
  ])('or without what it needs names that: %s %s %s', async (method, path, body) => {
    const answer = await call(method, `/v1/${path}`, body === undefined ? {} : { body });
    const { error } = (await answer.json()) as { error: { message: string; remedy: string } };
    expect([answer.status, error]).toMatchObject([400, { code: 'BAD_INPUT', field: 'reason' }]);
    expect(error.message).toBe('reason: is missing.');
    expect(error.remedy).toContain('the body of a call');
  });

  it('that needs none is carried out', async () => {
    expect(await seen(await call('POST', '/v1/requests/a/resume'))).toEqual([404, null, 'REQUEST_NOT_FOUND']);
  });
});

describe('a wrong query', () => {
  it.each([
    ['requests?attention=maybe', 'attention: must be true or false.'],
    ['requests?state=open', 'state: must be running or ended.'],
    ['requests?outcome=done', 'outcome: must be one of signed, '],
    ['requests?stage=open', 'stage: must be one of '],
    ['requests?limit=many', 'limit: give a whole number.'],
    ['requests?status=open', 'status: there is no such field.'],
    [`requests?prefix=${'x'.repeat(201)}`, 'prefix: must have at most 200 characters.'],
    ['requests?metadata=a=1&metadata=b=2', 'metadata: is given more than once.'],
    ['requests?email=ada@example.com', 'email: is personal data, and does not belong into the address of a call.'],
    ['enrolments?phone=1', 'phone: is personal data, and does not belong into the address of a call.'],
    ['requests/a/contract?signed=1', 'signed: must be true or false.'],
    ['deletions?limit=1001', 'limit: must be 1 to 1000.'],
    ['deletions?after=x', 'after: must be the value `next` of an earlier page.'],
    ['recorded?flow=both', 'flow: must be signature or enrolment.'],
  ])('%s says what the value must be', async (path, words) => {
    const answer = await call('GET', `/v1/${path}`);
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    expect([answer.status, error.code]).toEqual([400, 'BAD_INPUT']);
    expect(error.message.slice(0, words.length)).toBe(words);
  });
});

function partHead(disposition: Buffer | string): Buffer {
  const around = ['--b\r\nContent-Disposition: form-data; ', disposition, '\r\n\r\n'];
  return Buffer.concat(around.map((bytes) => Buffer.from(bytes as string)));
}

async function upload(disposition: Buffer | string): Promise<Response> {
  const signer = { email: 'ada@example.com', phone: '+34600000000' };
  const request = JSON.stringify({
    reference: `name-${Math.random()}`.replace('0.', ''),
    registrationAuthority: '139',
    signer,
  });
  const body = Buffer.concat([
    partHead('name="request"'),
    Buffer.from(`${request}\r\n`),
    partHead(disposition),
    Buffer.from('no PDF\r\n--b--\r\n'),
  ]);
  return await call('POST', '/v1/requests', { body, headers: { 'content-type': 'multipart/form-data; boundary=b' } });
}

describe('the name of a document', () => {
  it('in latin1 is refused by name, for it would be stored as another', async () => {
    const answer = await upload(Buffer.from('name="document"; filename="Vertrag für Ada.pdf"', 'latin1'));
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      {
        error: {
          code: 'BAD_DOCUMENT_NAME',
          field: 'documents[0].name',
          message: expect.stringContaining('UTF-8') as string,
        },
      },
    ]);
  });

  it.each([
    'name="document"; filename="Vertrag für Ada.pdf"',
    'name="document"; filename*=UTF-8\'\'Vertrag%20f%C3%BCr%20Ada.pdf',
    'name="document"; filename*=ISO-8859-1\'\'Vertrag%20f%FCr%20Ada.pdf',
  ])('as %s is read', async (disposition) => {
    // The name is accepted, and the content is refused afterwards.
    expect(await seen(await upload(disposition))).toEqual([400, null, 'NOT_A_PDF']);
  });
});

describe('health', () => {
  it('says that Temporal and the archive are gone, while the process lives', async () => {
    const { directory } = place.config.archive;
    renameSync(directory, `${directory}-moved`);
    try {
      const ready = await fetch(`${place.address}/health/ready`);
      const body = (await ready.json()) as { ready: boolean; problems: { need: string; code: string }[] };
      expect([ready.status, body.ready]).toEqual([503, false]);
      expect(body.problems.map(({ need, code }) => [need, code])).toEqual([
        ['temporal', 'TEMPORAL_UNREACHABLE'],
        ['archive', 'ARCHIVE_UNAVAILABLE'],
      ]);
      for (const secret of [place.apiToken, ...place.tokens]) expect(JSON.stringify(body)).not.toContain(secret);
      expect((await fetch(`${place.address}/health/live`)).status).toBe(200);
    } finally {
      renameSync(`${directory}-moved`, directory);
    }
  });
});

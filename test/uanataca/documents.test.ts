import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { ProviderError } from '../../src/uanataca/errors.js';
import {
  type Answered,
  type AnsweringServer,
  type Arrived,
  answeringServer,
  clientOf,
  json,
} from './answering-server.js';
import { REQUEST, UID, errorOf } from './people.js';

const PDF = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(200_000), Buffer.from('\n%%EOF\n')]);
const NOT_THERE = json(404, { status: 'error', detail: 'Document not found' });
const NO_SUCH_ADDRESS = json(404, { detail: 'Not Found' });
const BY_QUERY = `/oneshot/api/v1/document/45836/${UID}?document_type=signed`;
const BY_PATH = `/oneshot/api/v1/document/45836/signed/${UID}`;

let server: AnsweringServer;
let answer: (request: Arrived) => Answered;

beforeAll(async () => {
  server = await answeringServer((request) => answer(request));
});
afterAll(() => server.close());
beforeEach(() => {
  server.arrived.length = 0;
});

async function bytesOf(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function pdf(headers: Record<string, string> = {}): Answered {
  return { status: 200, headers, body: PDF };
}

async function readingFrom(connected: (socket: Socket) => void): Promise<Buffer> {
  const raw = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => connected(socket));
  });
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  const client = clientOf(`http://127.0.0.1:${(raw.address() as AddressInfo).port}`, {
    timeouts: { connect: 10_000, answer: 10_000, body: 50 },
  });
  try {
    const { stream } = await client.getContract(REQUEST);
    return await bytesOf(stream);
  } finally {
    raw.close();
    await client.close();
  }
}

const urls = () => server.arrived.map(({ url }) => url);

describe('reading a contract', () => {
  test.each(['text/plain', 'application/pdf', 'application/json'])(
    'is a PDF when it begins like one, whatever %s says',
    async (type) => {
      answer = () => pdf({ 'content-type': type, 'content-length': String(PDF.length) });
      const client = clientOf(server.address);
      const { stream, size } = await client.getContract(REQUEST);
      expect(size).toBe(PDF.length);
      expect((await bytesOf(stream)).equals(PDF)).toBe(true);
      expect(server.arrived[0]?.url).toBe('/oneshot/api/v1/contract/45836');
      await client.close();
    },
  );

  test.each<[string, Answered, object]>([
    [
      'a page',
      { body: '<html>wait</html>', headers: { 'content-type': 'application/pdf' } },
      { kind: 'temporary', code: 'ANSWER_NOT_FROM_PROVIDER' },
    ],
    ['nothing', { body: '' }, { kind: 'temporary', code: 'ANSWER_NOT_FROM_PROVIDER' }],
    ['text', { body: 'wait' }, { kind: 'refused', code: 'PROVIDER_FILE_NOT_A_PDF' }],
    ['three bytes', { body: '%PD' }, { kind: 'refused', code: 'PROVIDER_FILE_NOT_A_PDF' }],
    [
      'a PDF after more than a kilobyte',
      { body: Buffer.concat([Buffer.alloc(1020, ' '), PDF]) },
      { kind: 'refused', code: 'PROVIDER_FILE_NOT_A_PDF' },
    ],
    [
      'a refusal with 200',
      json(200, { status: '404 Not Found', details: 'Request 45836 not found' }),
      { kind: 'refused', code: 'PROVIDER_NOT_FOUND' },
    ],
    [
      'a refusal that looks like a PDF',
      { status: 403, body: '%PDF-1.7' },
      { kind: 'temporary', code: 'ANSWER_NOT_FROM_PROVIDER' },
    ],
  ])('%s is no contract', async (_name, given, expected) => {
    answer = () => given;
    const client = clientOf(server.address);
    expect(await errorOf(client.getContract(REQUEST))).toMatchObject(expected);
    await client.close();
  });
});

test.each([0, 1, 2, 1019])('%i bytes before the header of a PDF belong to it', async (before) => {
  const body = Buffer.concat([Buffer.alloc(before, '\n'), PDF]);
  answer = () => ({ body });
  const client = clientOf(server.address);
  expect((await bytesOf((await client.getContract(REQUEST)).stream)).equals(body)).toBe(true);
  await client.close();
});

test.each(['wait', 'PK\u0003\u0004'])('an operator may have whatever came with success: "%s"', async (body) => {
  answer = () => ({ body });
  const client = clientOf(server.address);
  const { stream } = await client.getContract(REQUEST, { anyContent: true });
  expect((await bytesOf(stream)).toString()).toBe(body);
  const document = await client.getDocument(REQUEST, UID, 'signed', { anyContent: true });
  expect((await bytesOf(document.stream)).toString()).toBe(body);
  answer = () => json(404, { detail: 'Request 45836 not found' });
  expect(await errorOf(client.getContract(REQUEST, { anyContent: true }))).toMatchObject({
    code: 'PROVIDER_NOT_FOUND',
  });
  await client.close();
});

test.each(['<html>log in</html>', '', '{"login":true}'])(
  'but not what somebody in between gave: "%s"',
  async (body) => {
    answer = () => ({ body });
    const client = clientOf(server.address);
    for (const options of [{}, { anyContent: true }]) {
      const expected = { kind: 'temporary', code: 'ANSWER_NOT_FROM_PROVIDER' };
      expect(await errorOf(client.getContract(REQUEST, options))).toMatchObject(expected);
      expect(await errorOf(client.getDocument(REQUEST, UID, 'signed', options))).toMatchObject(expected);
    }
    await client.close();
  },
);

describe('a download that does not arrive whole fails on its stream', () => {
  const WHOLE = '%PDF-1.7\nsomething\n%%EOF\n';
  const HEAD = 'HTTP/1.1 200 OK\r\n';

  test.each<[string, (socket: Socket) => void]>([
    ['cut before its length', (socket) => socket.end(`${HEAD}Content-Length: 100\r\n\r\n${WHOLE}`)],
    [
      'reset before its length',
      (socket) =>
        socket.write(`${HEAD}Content-Length: 100\r\n\r\n${WHOLE}`, () => setImmediate(() => socket.resetAndDestroy())),
    ],
    ['cut between chunks', (socket) => socket.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n%PDF-\r\n`)],
    ['stopping for longer than the time-out', (socket) => socket.write(`${HEAD}Content-Length: 100\r\n\r\n${WHOLE}`)],
    ['of no stated length, without the end mark of a PDF', (socket) => socket.end(`${HEAD}\r\n${WHOLE.slice(0, -8)}`)],
  ])('%s', async (_name, connected) => {
    await expect(readingFrom(connected)).rejects.toBeInstanceOf(ProviderError);
    await expect(readingFrom(connected)).rejects.toMatchObject({ kind: 'temporary', code: 'PROVIDER_UNREACHABLE' });
  });

  test('of no stated length, with the end mark: whole', async () => {
    expect((await readingFrom((socket) => socket.end(`${HEAD}\r\n${WHOLE}`))).toString()).toBe(WHOLE);
  });
});

test('a download that nobody reads gives its connection back when it is destroyed', async () => {
  answer = () => pdf();
  const client = clientOf(server.address);
  const { stream } = await client.getContract(REQUEST);
  stream.destroy();
  await client.close();
  expect(stream.destroyed).toBe(true);
});

describe('reading a signed document', () => {
  type Setting = 'query-then-path' | 'query' | 'path';
  async function outcome(answers: Record<string, Answered>, signedFilePath: Setting = 'query-then-path') {
    answer = ({ url }) => answers[url] ?? { status: 500, body: `unexpected ${url}` };
    const client = clientOf(server.address, { assumptions: { signedFilePath } });
    try {
      const { stream } = await client.getDocument(REQUEST, UID, 'signed');
      return (await bytesOf(stream)).equals(PDF) ? 'the document' : 'something else';
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return `${error.kind} ${error.code}`;
    } finally {
      await client.close();
    }
  }
  test('the query form is asked first', async () => {
    expect(await outcome({ [BY_QUERY]: pdf() })).toBe('the document');
    expect(urls()).toEqual([BY_QUERY]);
  });

  test.each<[string, Answered]>([
    ['404', NO_SUCH_ADDRESS],
    ['404 in words', NOT_THERE],
    ['405', json(405, { detail: 'Method Not Allowed' })],
    ['422', json(422, { detail: [{ loc: ['query'], msg: 'no such parameter' }] })],
  ])('%s leads to the form of the seed', async (_name, refusal) => {
    expect(await outcome({ [BY_QUERY]: refusal, [BY_PATH]: pdf() })).toBe('the document');
    expect(urls()).toEqual([BY_QUERY, BY_PATH]);
  });

  test.each<[string, Answered, string]>([
    ['403', json(403, { status: '403 Forbidden', details: 'no' }), 'refused PROVIDER_REFUSED'],
    ['403 of either side', json(403, { detail: 'no' }), 'temporary PROVIDER_ANSWER_UNKNOWN'],
    ['429', { status: 429 }, 'temporary PROVIDER_BUSY'],
    ['500', { status: 500 }, 'temporary PROVIDER_BUSY'],
  ])('%s does not', async (_name, trouble, expected) => {
    expect(await outcome({ [BY_QUERY]: trouble, [BY_PATH]: pdf() })).toBe(expected);
    expect(urls()).toEqual([BY_QUERY]);
  });

  test.each<[string, Answered, Answered]>([
    ['served by query alone', NOT_THERE, NO_SUCH_ADDRESS],
    [
      'served by query alone, in words of the web server',
      NOT_THERE,
      json(404, { status: 'error', message: 'Not Found' }),
    ],
    ['served by path alone', json(405, { detail: 'Method Not Allowed' }), NOT_THERE],
    ['served by both', NOT_THERE, NOT_THERE],
    ['in words that tell nothing', NO_SUCH_ADDRESS, NO_SUCH_ADDRESS],
    ['where the other form is not understood', NOT_THERE, json(422, { detail: 'no' })],
  ])('not there yet, %s', async (_name, byQuery, byPath) => {
    expect(await outcome({ [BY_QUERY]: byQuery, [BY_PATH]: byPath })).toBe('refused PROVIDER_NOT_FOUND');
  });

  test('neither form is served', async () => {
    const not = json(405, { detail: 'Method Not Allowed' });
    expect(await outcome({ [BY_QUERY]: not, [BY_PATH]: not })).toBe('refused PROVIDER_REFUSED');
  });

  test('trouble at the second form is trouble, and no answer about the document', async () => {
    expect(await outcome({ [BY_QUERY]: NOT_THERE, [BY_PATH]: { status: 502 } })).toBe('temporary PROVIDER_UNREACHABLE');
  });

  test('one form alone, where a setting says which', async () => {
    expect(await outcome({ [BY_QUERY]: NOT_THERE }, 'query')).toBe('refused PROVIDER_NOT_FOUND');
    expect(await outcome({ [BY_PATH]: pdf() }, 'path')).toBe('the document');
    expect(urls()).toEqual([BY_QUERY, BY_PATH]);
  });

  test.each([
    ['original', '?document_type=original'],
    ['omitted', ''],
  ] as const)('an original with the type %s', async (originalDocumentType, query) => {
    answer = () => pdf();
    const client = clientOf(server.address, { assumptions: { originalDocumentType } });
    await bytesOf((await client.getDocument(REQUEST, UID, 'original')).stream);
    await client.close();
    expect(urls()).toEqual([`/oneshot/api/v1/document/45836/${UID}${query}`]);
  });
});

const gone = () => json(200, { status: 'success', message: 'Documents deleted for Request 45836' });
const asked = () => server.arrived.map(({ method, url }) => `${method} ${url}`);
const PLAIN = `/oneshot/api/v1/document/45836/${UID}`;
const ORIGINAL = `${PLAIN}?document_type=original`;

/** A provider that has the signed file until one of these is called. */
function signedThereUntil(...ways: string[]): void {
  let there = true;
  answer = ({ method, url }) => {
    if (method === 'DELETE' && ways.includes(url)) there = false;
    if (method === 'DELETE') return gone();
    return there && url === BY_QUERY ? pdf() : NOT_THERE;
  };
}

async function deleted(assumptions: object = {}): Promise<unknown> {
  const client = clientOf(server.address, { assumptions: { signedFilePath: 'query', ...assumptions } });
  try {
    return await client.deleteDocument(REQUEST, UID);
  } catch (error) {
    return error instanceof ProviderError ? `${error.kind} ${error.code}` : error;
  } finally {
    await client.close();
  }
}

describe('deleting', () => {
  test('one document: a read proves that the signed file is gone too', async () => {
    signedThereUntil(PLAIN);
    expect(await deleted()).toBe('deleted');
    expect(asked()).toEqual([`DELETE ${PLAIN}`, `GET ${BY_QUERY}`]);
  });

  test.each<[string, object, string[]]>([
    ['by query', {}, [BY_QUERY]],
    ['by path', {}, [BY_QUERY, BY_PATH]],
    ['by path alone', { deletionByType: 'path' }, [BY_PATH]],
  ])('a signed file that is left is deleted by its kind, %s', async (_name, assumptions, ways) => {
    signedThereUntil(...ways.slice(-1));
    expect(await deleted(assumptions)).toBe('deleted-by-kind');
    expect(asked().filter((call) => call.startsWith('DELETE'))).toEqual([PLAIN, ...ways].map((url) => `DELETE ${url}`));
    expect(asked().at(-1)).toBe(`GET ${BY_QUERY}`);
  });

  test('where one deletion is known to take the uploaded file alone, the signed one is deleted at once', async () => {
    signedThereUntil(BY_QUERY);
    expect(await deleted({ deletionWithoutType: 'original' })).toBe('deleted-by-kind');
    expect(asked()).toEqual([`DELETE ${PLAIN}`, `DELETE ${BY_QUERY}`, `GET ${BY_QUERY}`]);
  });

  test('where the deletion without a kind took nothing, the uploaded file is deleted by its kind too', async () => {
    const there = new Set([BY_QUERY, ORIGINAL]);
    answer = ({ method, url }) => {
      if (method === 'GET') return there.has(url) ? pdf() : NOT_THERE;
      there.delete(url);
      return gone();
    };
    expect(await deleted()).toBe('deleted-by-kind');
    expect([...there]).toEqual([]);
  });

  test('an uploaded file that no deletion takes is no success', async () => {
    answer = ({ method, url }) => (method === 'GET' && [BY_QUERY, ORIGINAL].includes(url) ? pdf() : NOT_THERE);
    expect(await deleted()).toBe('refused FILES_LEFT_AT_PROVIDER');
  });

  test('where an uploaded file cannot be read by its kind, the signed one is deleted all the same', async () => {
    let there = true;
    answer = ({ method, url }) => {
      if (method === 'GET' && url === ORIGINAL) return json(422, { detail: 'no such type' });
      if (method === 'DELETE' && url === BY_QUERY) there = false;
      return method === 'DELETE' ? gone() : there ? pdf() : NOT_THERE;
    };
    expect(await deleted()).toBe('deleted-by-kind');
  });

  test('a signed file that no deletion takes is no success', async () => {
    signedThereUntil();
    expect(await deleted()).toBe('refused FILES_LEFT_AT_PROVIDER');
  });

  test('what cannot be read proves nothing, unless a setting says so', async () => {
    answer = ({ method }) => (method === 'DELETE' ? gone() : json(403, { status: 'error', detail: 'no' }));
    expect(await deleted()).toBe('refused PROVIDER_REFUSED');
    expect(await deleted({ deletedIsNotFound: false })).toBe('deleted');
  });

  test('all documents, or one kind of all', async () => {
    answer = gone;
    const client = clientOf(server.address);
    expect(await client.deleteDocuments(REQUEST)).toBe('deleted');
    expect(await client.deleteDocuments(REQUEST, { kind: 'signed' })).toBe('deleted');
    expect(asked()).toEqual([
      'DELETE /oneshot/api/v1/document/45836',
      'DELETE /oneshot/api/v1/document/45836?document_type=signed',
    ]);
    await client.close();
  });
});

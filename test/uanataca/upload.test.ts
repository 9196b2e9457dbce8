import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { Busboy } from '@fastify/busboy';
import { VideoIdError } from '../../src/messages/failures.js';
import {
  type Answered,
  type AnsweringServer,
  type Arrived,
  answeringServer,
  clientOf,
  json,
} from './answering-server.js';
import { fileAt } from './file-source.js';
import { REQUEST, UID, errorOf } from './people.js';

const PDF = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(200_000), Buffer.from('\n%%EOF\n')]);

let server: AnsweringServer;
let answer: (request: Arrived) => Answered;

beforeAll(async () => {
  server = await answeringServer((request) => answer(request));
});
afterAll(() => server.close());
beforeEach(() => {
  server.arrived.length = 0;
});

async function partOf({ headers, body }: Arrived) {
  const parser = new Busboy({ headers: { ...headers, 'content-type': headers['content-type'] ?? '' } });
  const parts: { name: string; fileName: string; type: string; sha256: string }[] = [];
  parser.on('file', (name, stream, fileName, _encoding, type) => {
    const hash = createHash('sha256');
    stream.on('data', (piece: Buffer) => hash.update(piece));
    stream.on('end', () => parts.push({ name, fileName, type, sha256: hash.digest('hex') }));
  });
  parser.end(body);
  await finished(parser);
  return parts;
}

describe('uploading', () => {
  let directory: string;
  let path: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'videoid-upload-'));
    path = join(directory, 'Ana María - contract.pdf');
    await writeFile(path, PDF);
  });
  afterAll(() => rm(directory, { recursive: true }));
  const file = (from = path) => ({ open: fileAt(from), index: 3 });

  /** How many files of the test this process has open, if the system says so. */
  async function openFiles(): Promise<number> {
    if (process.platform !== 'linux') return 0;
    const descriptors = await readdir('/proc/self/fd');
    const files = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
    return files.filter((one) => one.startsWith(directory)).length;
  }

  test('sends the file unchanged, under a neutral name, with its length', async () => {
    answer = () => json(200, { status: 'success', detail: { name: 'file', uid: UID } });
    const client = clientOf(server.address);
    expect(await client.uploadDocument(REQUEST, file())).toEqual({ uid: UID });
    const [arrived] = server.arrived;
    if (arrived === undefined) throw new Error('nothing arrived');
    expect(`${arrived.method} ${arrived.url}`).toBe('POST /oneshot/api/v1/document/45836');
    expect(arrived.headers['content-length']).toBe(String(arrived.body.length));
    expect(await partOf(arrived)).toEqual([
      {
        name: 'file',
        fileName: 'document-3.pdf',
        type: 'application/pdf',
        sha256: createHash('sha256').update(PDF).digest('hex'),
      },
    ]);
    expect(arrived.body.includes('Ana María')).toBe(false);
    await client.close();
  });

  test.each<[string, unknown]>([
    ['V2', { status: 'success', detail: { name: 'file', uid: UID } }],
    ['V1', { status: '200 OK', details: UID }],
    ['a list', { status: '200 OK', details: [{ digest: 'ab', uid: UID, key: 'file', filename: 'document-3.pdf' }] }],
    ['by part', { status: 'success', detail: { file: { uid: UID } } }],
    ['by part, short', { status: 'success', detail: { file: UID } }],
  ])('reads the uid from %s', async (_name, body) => {
    answer = () => json(200, body);
    const client = clientOf(server.address);
    expect(await client.uploadDocument(REQUEST, file())).toEqual({ uid: UID });
    await client.close();
  });

  test.each<[string, Answered, object]>([
    ['no uid', json(200, { status: 'success' }), { kind: 'temporary', code: 'PROVIDER_ANSWER_UNKNOWN' }],
    [
      'two uids',
      json(200, { detail: [{ uid: UID }, { uid: UID }] }),
      { kind: 'temporary', code: 'PROVIDER_ANSWER_UNKNOWN' },
    ],
    ['a server error', { status: 500 }, { kind: 'temporary', code: 'PROVIDER_BUSY' }],
    ['too large', { status: 413 }, { kind: 'refused', code: 'PROVIDER_REFUSED', status: 413 }],
    ['not a PDF', json(415, { details: 'Unsupported file type: pdf' }), { kind: 'refused', code: 'PROVIDER_REFUSED' }],
    [
      'too many',
      json(400, { details: 'Maximum number of document reached for Request 45836' }),
      { kind: 'refused', code: 'PROVIDER_REFUSED' },
    ],
    [
      'no request',
      json(404, { details: 'Cannot upload document: Request 45836 not found on disk' }),
      { kind: 'refused', code: 'PROVIDER_NOT_FOUND' },
    ],
  ])('answered with %s', async (_name, given, expected) => {
    answer = () => given;
    const client = clientOf(server.address);
    expect(await errorOf(client.uploadDocument(REQUEST, file()))).toMatchObject(expected);
    await client.close();
  });

  test('a server that refuses before it has read everything', async () => {
    const early = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () =>
        socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
      );
    });
    await new Promise<void>((resolve) => early.listen(0, '127.0.0.1', resolve));
    const large = join(directory, 'large.pdf');
    await writeFile(large, Buffer.alloc(5_000_000));
    const client = clientOf(`http://127.0.0.1:${(early.address() as AddressInfo).port}`);
    const error = await errorOf(client.uploadDocument(REQUEST, file(large)));
    expect(error).toMatchObject({ kind: 'refused', status: 413 });
    await client.close();
    early.close();
  });

  const changed = new VideoIdError('ARCHIVED_FILE_CHANGED', 'Document 3 is not what was stored.');

  test('a file that cannot be opened is not sent, and the error is passed on unchanged', async () => {
    const client = clientOf(server.address);
    await expect(client.uploadDocument(REQUEST, { open: () => Promise.reject(changed), index: 3 })).rejects.toBe(
      changed,
    );
    expect(server.arrived).toHaveLength(0);
    await client.close();
  });

  test('a file that fails while it is read never arrives whole, and the error is passed on unchanged', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield PDF.subarray(0, PDF.length - 1);
      await setTimeout(20); // by then, the data that was read is gone
      throw changed;
    }
    const open = () => Promise.resolve({ stream: Readable.from(failing(), { objectMode: false }), size: PDF.length });
    const client = clientOf(server.address);
    await expect(client.uploadDocument(REQUEST, { open, index: 3 })).rejects.toBe(changed);
    expect(server.arrived).toHaveLength(0);
    await client.close();
  });

  test('no file stays open, however the upload ends', async () => {
    const client = clientOf(server.address);
    for (const given of [json(200, { detail: UID }), { status: 413 }, { status: 500 }]) {
      answer = () => given;
      await client.uploadDocument(REQUEST, file()).catch(() => undefined);
    }
    await client.close();
    const refused = clientOf('http://127.0.0.1:9');
    await errorOf(refused.uploadDocument(REQUEST, file()));
    await errorOf(client.uploadDocument(REQUEST, file()));
    await refused.close();
    for (let look = 0; look < 100 && (await openFiles()) > 0; look += 1) await setTimeout(10);
    expect(await openFiles()).toBe(0);
  });
});

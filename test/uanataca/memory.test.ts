import { createReadStream } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childCommand, endOf, startChild } from '../archive/children/child.js';

const MEGABYTE = 1_000_000;
/** Bytes. */
const SIZES = { small: 10_000, large: 20 * MEGABYTE, huge: 200 * MEGABYTE };
/** Bytes that V8 keeps until it collects garbage, whatever the size of the file. */
const MOST_GROWTH = 64 * MEGABYTE;

let directory: string;
let server: Server;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videoid-transfer-'));
  for (const [name, size] of Object.entries(SIZES)) {
    await writeFile(join(directory, name), '%PDF-1.7\n');
    await truncate(join(directory, name), size);
  }
  server = createServer((request, response) => {
    if (request.method === 'GET') {
      const name = Object.keys(SIZES).find((one) => request.url?.includes(one)) ?? '';
      response.setHeader('content-length', SIZES[name as keyof typeof SIZES]);
      createReadStream(join(directory, name)).pipe(response);
      return;
    }
    request.resume().on('end', () => response.end('{"status":"success","detail":{"uid":"a1"}}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.close();
  await rm(directory, { recursive: true });
});

test('files go up and come down through a process that does not hold them', async () => {
  const { port } = server.address() as AddressInfo;
  const files = Object.keys(SIZES).map((name) => join(directory, name));
  const words = [`http://127.0.0.1:${port}`, ...files];
  const { code, output } = await endOf(startChild(childCommand('../../uanataca/transfer.ts', ...words)));
  expect(code).toBe(0);
  const growth = JSON.parse(output) as Record<'uploading' | 'downloading' | 'hugeUp' | 'hugeDown', number>;
  expect(growth.uploading).toBeLessThan(MOST_GROWTH);
  expect(growth.downloading).toBeLessThan(MOST_GROWTH);
  expect(growth.hugeUp).toBeLessThan(MOST_GROWTH);
  expect(growth.hugeDown).toBeLessThan(MOST_GROWTH);
});

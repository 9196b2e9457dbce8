// Uploads and downloads a small file, then large ones, in a separate process. Reports by how many bytes the process grew.
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import type { RequestPk } from '../../src/messages/request.js';
import { DEFAULT_ASSUMPTIONS } from '../../src/uanataca/one-shot/assumptions.js';
import { OneShot } from '../../src/uanataca/one-shot/one-shot.js';
import { fileAt } from './file-source.js';

const PK = '1' as RequestPk;
const [, , baseUrl = '', small = '', large = '', huge = ''] = process.argv;

async function growthWhile(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 1);
  await work();
  clearInterval(sampling);
  return Math.max(peak, process.memoryUsage.rss()) - before;
}

async function main(): Promise<void> {
  const timeouts = { connect: 10_000, answer: 30_000, body: 30_000 };
  const client = new OneShot({ baseUrl, env: 'sandbox', assumptions: DEFAULT_ASSUMPTIONS, timeouts });
  const upload = async (file: string): Promise<void> => {
    await client.uploadDocument(PK, { open: fileAt(file), index: 1 });
  };
  const download = async (uid: string): Promise<void> => {
    const { stream } = await client.getDocument(PK, uid, 'original');
    await pipeline(stream, new Writable({ write: (_piece, _encoding, done) => done() }));
  };
  await upload(small);
  await download('small');
  const uploading = await growthWhile(() => upload(large));
  const downloading = await growthWhile(() => download('large'));
  const hugeUp = await growthWhile(() => upload(huge));
  const hugeDown = await growthWhile(() => download('huge'));
  await client.close();
  process.stdout.write(JSON.stringify({ uploading, downloading, hugeUp, hugeDown }));
}

void main();

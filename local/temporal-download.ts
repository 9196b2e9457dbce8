import { execFile } from 'node:child_process';
import { chmodSync, createWriteStream, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Screen } from './screen.js';

/** The official service's answer about a release. */
const releaseSchema = z.object({ archiveUrl: z.url(), fileToExtract: z.string().min(1) });

/** The time limits for the answer about the release, and for the archive. Milliseconds. */
const ANSWER_WITHIN = 5000;
const ARCHIVE_WITHIN = 180_000;

/**
 * Downloads the official Temporal CLI and renames it into place. It sends the same question as the SDK.
 *
 * @throws Error if the service or its archive is not available. Its message is short, for one line on the screen.
 */
export async function downloadTemporal(order: {
  version: string;
  target: string;
  screen: Screen;
  from?: string;
}): Promise<void> {
  const question = new URL(`/cli/v${order.version}`, order.from ?? 'https://temporal.download');
  question.searchParams.set('arch', process.arch === 'x64' ? 'amd64' : process.arch);
  question.searchParams.set('platform', process.platform);
  question.searchParams.set('format', 'tar.gz');
  const answer = await get(question, ANSWER_WITHIN);
  const release = releaseSchema.safeParse(await answer.json());
  if (!release.success) throw new Error(`${question.host} gave an unexpected answer`);
  const { archiveUrl, fileToExtract } = release.data;

  mkdirSync(dirname(order.target), { recursive: true });
  const work = mkdtempSync(join(dirname(order.target), '.download-'));
  try {
    const archive = join(work, 'archive.tar.gz');
    await order.screen.step(`downloading the Temporal CLI ${order.version}`, (report) =>
      save(new URL(archiveUrl), archive, report),
    );
    await promisify(execFile)('tar', ['-xzf', archive, '-C', work, fileToExtract], { timeout: 60_000 });
    const file = join(work, fileToExtract);
    chmodSync(file, 0o755);
    renameSync(file, order.target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function save(from: URL, file: string, report: (detail: string) => void): Promise<void> {
  const answer = await get(from, ARCHIVE_WITHIN);
  if (answer.body === null) throw new Error(`${from.host} sent an empty archive`);
  const total = Number(answer.headers.get('content-length'));
  let bytes = 0;
  const source = Readable.fromWeb(answer.body).on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    report(`${megabytes(bytes)}${total > 0 ? ` of ${megabytes(total)}` : ''} MB`);
  });
  await pipeline(source, createWriteStream(file));
}

async function get(address: URL, within: number): Promise<Response> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(within) }).catch((cause: unknown) => {
    const reason =
      cause instanceof Error ? (cause.cause instanceof Error ? cause.cause : cause) : new Error(String(cause));
    throw new Error(`${address.host} cannot be reached (${reason.message})`, { cause });
  });
  if (!answer.ok) throw new Error(`${address.host} answered ${answer.status}`);
  return answer;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

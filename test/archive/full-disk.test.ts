import { join } from 'node:path';
import { childCommand, endOf, startChild } from './children/child.js';
import type { Report } from './children/fill.js';
import { newDirectory, removeDirectories } from './sample-start.js';

afterEach(removeDirectories);

const TOO_MUCH = 2_000_000;

/** Runs a command with files limited to 1 MB. Every POSIX shell can set this limit for itself. */
const LIMITED_FILES = ['sh', '-c', 'ulimit -f 2048 && exec "$@"', 'sh'];

/** Runs a command with a disk of 1 MB at the directory, in a mount namespace that ends with the process. */
function smallDisk(directory: string): string[] {
  const script = `mount -t tmpfs -o size=1m,mode=700 tmpfs '${directory}' && exec "$@"`;
  const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  return ['unshare', ...namespace, 'sh', '-c', script, 'sh'];
}

/** A small disk if this system lets us mount one, else the limit on files. Both leave too little space. */
async function withoutRoom(directory: string): Promise<string[]> {
  const disk = smallDisk(directory);
  const works = await endOf(startChild([...disk, 'true'])).catch(() => ({ code: 1 }));
  return works.code === 0 ? disk : LIMITED_FILES;
}

async function fillWith(limit: readonly string[], directory: string): Promise<Report> {
  const command = childCommand('fill.ts', join(directory, 'archive'), String(TOO_MUCH));
  const { code, output } = await endOf(startChild([...limit, ...command]));
  expect(code).toBe(0);
  return JSON.parse(output) as Report;
}

describe('an archive without room', () => {
  it.each(['a full disk', 'a file size limit'])(
    'says so, leaves nothing half-written and goes on: %s',
    async (kind) => {
      const directory = await newDirectory();
      const limit = kind === 'a full disk' ? await withoutRoom(directory) : LIMITED_FILES;
      const report = await fillWith(limit, directory);
      expect(report.storing).toMatchObject({
        code: 'ARCHIVE_FULL',
        field: 'archive.directory',
        facts: { bytesNeeded: TOO_MUCH, bytesFree: expect.any(Number) },
      });
      expect(report.starting).toMatchObject({ code: 'ARCHIVE_FULL', facts: { bytesFree: expect.any(Number) } });
      expect(report.leftovers).toEqual([]);
      expect(report.before).toBe('stored before');
      expect(report.after).toBe('stored');
    },
  );
});

import { join } from 'node:path';
import { childCommand, endOf, startChild } from './children/child.js';
import type { Report } from './children/fill.js';
import { LIMITED_FILES, withoutRoom } from './children/limits.js';
import { newDirectory, removeDirectories } from './sample-start.js';

afterEach(removeDirectories);

const TOO_MUCH = 6_000_000;

const REFUSED = { code: 'ARCHIVE_FULL', facts: { bytesFree: expect.any(Number) } };
/** A document is copied to TMPDIR first. The limit counts there too. */
const COPY_REFUSED = {
  code: 'ARCHIVE_UNAVAILABLE',
  facts: { reason: 'EFBIG' },
  remedy: expect.stringContaining('TMPDIR'),
};

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
      expect(report.starting).toMatchObject(limit === LIMITED_FILES ? COPY_REFUSED : REFUSED);
      expect(report.leftovers).toEqual([]);
      expect(report.before).toBe('stored before');
      expect(report.after).toBe('stored');
    },
  );
});

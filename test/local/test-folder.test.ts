import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openTestFolder } from '../../local/test-folder.js';
import { mounts } from '../installation/disk-space.js';

let parent: string;

/** As a test of a full disk leaves it if it is killed. */
function mountDisk(place: string): void {
  mkdirSync(place);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place]);
}

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'videoid-folders-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

test('the files of a run lie where TMPDIR says, and go with the run', () => {
  const folder = openTestFolder({ TMPDIR: parent });
  expect(folder).toMatchObject({ inMemory: false });
  expect(dirname(folder.path)).toBe(parent);
  folder.remove();
  expect(existsSync(folder.path)).toBe(false);
});

test('what a killed run left is removed, and what a running one uses stays', () => {
  const noProcess = 2 ** 22 + 1; // Linux counts to 2^22
  const [left, used, other] = [`videoid-test-${noProcess}-a`, `videoid-test-${process.pid}-a`, 'other'].map((name) =>
    join(parent, name),
  );
  for (const path of [left, used, other]) mkdirSync(path ?? '');
  if (mounts()) mountDisk(join(left ?? '', 'full disk'));
  openTestFolder({ TMPDIR: parent }).remove();
  expect([left, used, other].map((path) => existsSync(path ?? ''))).toEqual([false, true, true]);
});

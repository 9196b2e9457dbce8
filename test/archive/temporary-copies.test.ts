import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { TemporaryCopies } from '../../src/archive/temporary-copies.js';
import { childCommand, endOf, startChild } from './children/child.js';
import { newDirectory, removeDirectories } from './sample-start.js';

let directory: string;
let copies: TemporaryCopies;
beforeEach(async () => {
  directory = await newDirectory();
  copies = await TemporaryCopies.open({ directory, most: 1000 });
});
afterEach(async () => {
  copies.close();
  await removeDirectories();
});

const stream = (bytes: number, fill = 'x') => Readable.from([Buffer.alloc(bytes, fill)]);

/** All files in the folders of processes. */
async function files(): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

it('a copy is what the stream gave, is private, and goes when it was used', async () => {
  const kept = await copies.withCopy(stream(300), { bytes: 300 }, async ({ path, size, sha256 }) => {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
    const content = await readFile(path);
    expect({ size, sha256 }).toEqual({ size: 300, sha256: createHash('sha256').update(content).digest('hex') });
    return content.toString();
  });
  expect(kept).toBe('x'.repeat(300));
  expect(await files()).toEqual([]);
});

it('a copy that was taken stays until it is released', async () => {
  const { path, release } = await copies.take(stream(300), { bytes: 500 });
  expect((await readFile(path)).length).toBe(300);
  await release();
  await release();
  expect(await files()).toEqual([]);
});

it.each([
  [
    'breaks',
    () =>
      Readable.from(
        (function* () {
          yield Buffer.alloc(10);
          throw new Error('it broke');
        })(),
      ),
    'it broke',
  ],
  ['gives more than was said', () => stream(501), 'larger than was said'],
])('of a stream that %s, nothing is left', async (_name, source, words) => {
  await expect(copies.take(source(), { bytes: 500 })).rejects.toThrow(words);
  expect(await files()).toEqual([]);
  // Its room is free again.
  await (await copies.room({ bytes: 1000 })).release();
});

it('after an error in its use, nothing is left', async () => {
  const error = new Error('not readable');
  await expect(copies.withCopy(stream(300), { bytes: 300 }, () => Promise.reject(error))).rejects.toBe(error);
  expect(await files()).toEqual([]);
});

describe('if there is no room', () => {
  it('copies wait in their order, and what was not needed is given on', async () => {
    const first = await copies.take(stream(100), { bytes: 1000 });
    const order: string[] = [];
    const large = copies.room({ bytes: 950 }).then((room) => (order.push('large'), room));
    const small = copies.room({ bytes: 10 }).then((room) => (order.push('small'), room));
    await new Promise(setImmediate);
    expect(order).toEqual([]);
    await first.release();
    await (await large).release();
    await (await small).release();
    expect(order).toEqual(['large', 'small']);
    const all = await copies.room({ bytes: 900 });
    await (await copies.take(stream(50), { bytes: 100 })).release();
    await all.release();
  });

  it('who gives up waits no longer, and those behind go on', async () => {
    const first = await copies.room({ bytes: 600 });
    const end = new AbortController();
    const source = stream(10);
    const large = copies.take(source, { bytes: 900, signal: end.signal });
    const small = copies.room({ bytes: 400 });
    const reason = new Error('the caller has gone');
    end.abort(reason);
    await expect(large).rejects.toBe(reason);
    expect(source.destroyed).toBe(true);
    await (await small).release();
    await first.release();
  });

  it('who uses a copy gets another one at once, so that nobody waits for himself', async () => {
    const sizes = await copies.withCopy(stream(1000), { bytes: 1000 }, async (first) =>
      copies.withCopy(stream(900), { bytes: 900 }, async (second) => [first.size, second.size]),
    );
    expect(sizes).toEqual([1000, 900]);
  });

  it('who wants more than there is gets all of it', async () => {
    const room = await copies.room({ bytes: 5000 });
    let other = false;
    const waiting = copies.room({ bytes: 1 }).then((got) => ((other = true), got));
    await new Promise(setImmediate);
    expect(other).toBe(false);
    await room.add(stream(5000));
    await room.release();
    await (await waiting).release();
  });
});

it('the folders of ended processes of this machine go, and no others', async () => {
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const child = startChild(['true']);
  await endOf(child);
  const gone = [`videoid-${host}-${child.pid}-abc`, `videoid-${host}-${process.pid}-abc`];
  const stay = [
    `videoid-${host}-${process.ppid}-abc`,
    `videoid-00000000-${child.pid}-abc`,
    'videoid-probe-1-a',
    'other',
  ];
  for (const name of [...gone, ...stay]) {
    await mkdir(join(directory, name));
    await writeFile(join(directory, name, 'file'), 'personal');
  }
  const before = await readdir(directory);
  const second = await TemporaryCopies.open({ directory, most: 1000 });
  const after = await readdir(directory);
  expect(before.filter((name) => !after.includes(name)).sort()).toEqual(gone.sort());
  // The first of this process still works.
  await copies.withCopy(stream(10), { bytes: 10 }, async ({ path }) => expect((await stat(path)).size).toBe(10));
  second.close();
});

it('what belongs to somebody else stays, and is no error', async () => {
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const child = startChild(['true']);
  await endOf(child);
  const foreign = join(directory, `videoid-${host}-${child.pid}-abc`, 'folder');
  await mkdir(foreign, { recursive: true });
  await writeFile(join(foreign, 'file'), 'personal');
  await chmod(foreign, 0);
  await chmod(directory, 0o777);
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    (await TemporaryCopies.open({ directory })).close();
  } finally {
    if (root) process.seteuid?.(0);
    await chmod(foreign, 0o700);
  }
  expect(await readdir(foreign)).toEqual(['file']);
});

it('a process that ends leaves nothing, and one that is killed leaves what the next one removes', async () => {
  for (const kill of [false, true]) {
    const child = startChild(childCommand('hold-copy.ts', directory, kill ? 'wait' : 'end'));
    const end = endOf(child);
    if (child.stdout === null) throw new Error('The child has no output.');
    if (kill) {
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
    }
    await end;
    expect(await files()).toHaveLength(kill ? 1 : 0);
  }
  (await TemporaryCopies.open({ directory, most: 1000 })).close();
  expect(await files()).toEqual([]);
});

it('a directory that cannot be written names TMPDIR', async () => {
  await expect(TemporaryCopies.open({ directory: join(directory, 'missing'), most: 1000 })).rejects.toMatchObject({
    code: 'ARCHIVE_UNAVAILABLE',
    remedy: expect.stringContaining('TMPDIR'),
    facts: { reason: 'ENOENT' },
  });
});

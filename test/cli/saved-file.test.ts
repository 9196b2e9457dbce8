import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathOf, save } from '../../src/cli/saved-file.js';

const folder = mkdtempSync(join(tmpdir(), 'saved-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = () => Readable.from([Buffer.from('bytes')]);

test('a directory gets a file in it, as with documents', async () => {
  expect(await pathOf(true, 'x-contract.pdf')).toBe('x-contract.pdf');
  expect(await pathOf(folder, 'x-contract.pdf')).toBe(join(folder, 'x-contract.pdf'));
  expect(await pathOf(join(folder, 'new/'), 'x-contract.pdf')).toBe(join(folder, 'new', 'x-contract.pdf'));
  expect(await pathOf(join(folder, 'mine.pdf'), 'x-contract.pdf')).toBe(join(folder, 'mine.pdf'));
});

test('a file is saved once, below directories that are made', async () => {
  const path = join(folder, 'made', 'contract.pdf');
  await save(path, bytes());
  expect(readFileSync(path, 'utf8')).toBe('bytes');
  await expect(save(path, bytes())).rejects.toMatchObject({ code: 'BAD_INPUT', message: 'The file exists already.' });
});

test('a file in place of a directory is said to be one', async () => {
  writeFileSync(join(folder, 'file'), '');
  for (const path of ['file/contract.pdf', 'file/below/contract.pdf']) {
    await expect(save(join(folder, path), bytes())).rejects.toMatchObject({
      code: 'BAD_INPUT',
      field: '--save',
      message: 'A part of the path is a file.',
    });
  }
});

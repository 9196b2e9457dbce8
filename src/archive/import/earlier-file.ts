import { join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { VideoIdError } from '../../messages/failures.js';
import type { ArchiveFile } from '../archive.js';
import { checkedFile } from '../files/checked-file.js';
import { Disk } from '../files/disk.js';
import { openFile } from '../files/opened-file.js';
import type { EarlierFile } from './earlier-attempt.js';
import { Unreadable } from './earlier-files.js';

/** What is wrong with the bytes of a file: they are not there, or not those of its record. */
export type FileDamage = 'missing' | 'changed';

class Changed extends Error {}

/**
 * Gives the bytes of a file to `use`. They are checked against its record while they are read. The last piece comes only if all are right.
 *
 * @param use reads the stream to its end, and passes its error on
 * @returns what is wrong with the file, if anything. Then `use` was not called, or it failed.
 * @throws Unreadable if its disk cannot be read; what `use` throws
 */
export async function withEarlierFile(
  root: string,
  file: EarlierFile,
  use: (stream: Readable) => Promise<unknown>,
): Promise<FileDamage | undefined> {
  const source: { error?: unknown } = {};
  try {
    const opened = await openFile(new Disk(root), join(root, file.path)).catch((error: unknown) => {
      source.error = error;
      throw error;
    });
    const stream = checkedFile(opened, file, () => new Changed());
    if (stream === undefined) return 'missing';
    stream.on('error', (error) => {
      source.error = error;
    });
    await use(stream);
    return undefined;
  } catch (error) {
    if (error instanceof Changed) return 'changed';
    if (error !== source.error || !(error instanceof VideoIdError)) throw error;
    const attempt = file.path.split(sep, 3).join(sep);
    throw new Unreadable(attempt, `${fileWords(file.file)} cannot be read: ${String(error.facts['reason'])}`);
  }
}

/** Names a file by kind and number: its own name may be personal data. */
export function fileWords(file: ArchiveFile): string {
  return 'index' in file ? `${file.kind} ${file.index}` : file.kind;
}

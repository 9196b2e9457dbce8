import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Archive } from '../../archive/archive.js';
import { openArchive } from '../../archive/open-archive.js';
import type { Config } from '../../config.js';
import { byteSize } from '../layout.js';
import { check, type Check } from './check.js';

/** Checks that the archive exists, is writable and has space. */
export async function archiveChecks({ archive: settings, documents }: Config): Promise<Check[]> {
  let archive: Archive | undefined;
  try {
    const opened = await check('archive', async () => {
      archive = await openArchive(settings);
      const incoming = await archive.begin();
      try {
        await incoming.addDocument({ name: 'doctor.pdf' }, Readable.from(['written by doctor']), {
          maximumBytes: 100,
        });
      } finally {
        await incoming.discard();
      }
      return { words: `${archive.place} is writable, id ${archive.id}` };
    });
    if (archive === undefined || opened.state === 'fail') return [opened];
    return [opened, await roomCheck(archive, settings.reserve, documents), ...(await volumeCheck(settings.directory))];
  } finally {
    await archive?.close();
  }
}

/** Whether there is room. S3 does not say how much it has. */
async function roomCheck(archive: Archive, reserve: number, documents: Config['documents']): Promise<Check> {
  return await check('archive room', async () => {
    const free = await archive.freeBytes();
    if (free === undefined) return { words: 'not known: S3 does not say' };
    const words = `${byteSize(free)} free, the reserve is ${byteSize(reserve)}`;
    if (free < reserve) {
      return { state: 'fail', words, remedy: 'Free space: below the reserve no request starts and no code is sent.' };
    }
    // The file as given, as signed, and the draft while it is read back.
    const largest = documents.maximumBytes * documents.maximumCount * 3;
    return free < reserve + largest
      ? { state: 'warn', words, remedy: `One request of the largest size needs up to ${byteSize(largest)}.` }
      : { words };
  });
}

/**
 * A full archive must not stop Temporal too. The place of Temporal's database is known only for the local stack: its SQLite file
 * lies beside the settings.
 */
async function volumeCheck(directory: string): Promise<Check[]> {
  const settings = process.env['VIDEOID_CONFIG'];
  if (!settings) return [];
  const database = await found(join(dirname(settings), 'temporal.sqlite'));
  const archive = await found(directory);
  if (database === undefined || archive === undefined) return [];
  const name = 'archive volume';
  if (database.dev !== archive.dev) return [{ name, state: 'ok', words: "not that of the Temporal server's database" }];
  return [
    {
      name,
      state: 'warn',
      words: "the Temporal server's database lies on the same volume: when one fills it, both stop",
      remedy: 'Put the archive on a volume of its own (archive.directory). For a try-out this is fine.',
    },
  ];
}

/** Undefined if it does not exist. */
async function found(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

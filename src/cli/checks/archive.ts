import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { openArchive } from '../../archive/file-archive.js';
import type { Config } from '../../config.js';
import { byteSize } from '../layout.js';
import { check, type Check } from './check.js';

/** Checks that the archive exists, is writable and has space. */
export async function archiveChecks({ archive: settings, documents }: Config): Promise<Check[]> {
  const { directory, reserve } = settings;
  const opened = await check('archive', async () => {
    const archive = await openArchive({ directory, reserveBytes: reserve });
    const incoming = await archive.begin();
    try {
      await incoming.addDocument({ name: 'doctor.pdf' }, Readable.from(['written by doctor']));
    } finally {
      await incoming.discard();
    }
    return { words: `${directory} is writable, id ${archive.id}` };
  });
  if (opened.state === 'fail') return [opened];
  const room = await check('archive room', async () => {
    const free = await (await openArchive({ directory, reserveBytes: reserve })).freeBytes();
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
  return [opened, room, ...(await volumeCheck(directory))];
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

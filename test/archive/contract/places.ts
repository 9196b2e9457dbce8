import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newDirectory } from '../sample-start.js';
import type { Place } from './tested-archive.js';

/** SQLite and a directory, as by default. */
export async function newFolder(): Promise<Place> {
  return folderPlace(join(await newDirectory(), 'archive'));
}

/** The same in a directory that is given. */
export function folderPlace(directory: string): Place {
  const files = join(directory, 'files');
  return {
    settings: { directory, reserve: 0 },
    objects: async () => {
      const entries = await readdir(files, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory() && entry.name !== 'archive.json')
        .map((entry) => join(entry.parentPath, entry.name).slice(files.length + 1))
        .toSorted();
    },
    replace: (object, content) => writeFile(join(files, object), content),
    withFilesOf: async (other) => {
      const mixed = join(await newDirectory(), 'archive');
      await cp(directory, mixed, { recursive: true });
      await rm(join(mixed, 'files'), { recursive: true });
      await cp(join(other.settings.directory, 'files'), join(mixed, 'files'), { recursive: true }).catch(
        () => undefined,
      );
      return { ...other.settings, directory: mixed };
    },
  };
}

import type { Archive } from '../archive/archive.js';
import { openArchive } from '../archive/open-archive.js';
import type { Config } from '../config.js';

/** Opens the archive for one use. @throws VideoIdError what `openArchive` throws */
export async function withArchive<T>(
  { archive: settings }: Pick<Config, 'archive'>,
  use: (archive: Archive) => Promise<T>,
): Promise<T> {
  const archive = await openArchive(settings);
  try {
    return await use(archive);
  } finally {
    await archive.close();
  }
}

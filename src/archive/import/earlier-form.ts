import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VideoIdError } from '../../messages/failures.js';

/** What an archive of the earlier form has at its top: its id, and the folders of the two flows. */
const SIGNS = ['archive.json', 'requests', 'enrolments'];

/** Whether a directory has an archive of the earlier form: folders and JSON files. */
export async function earlierForm(directory: string): Promise<boolean> {
  if (directory === '') return false; // the records and the files are elsewhere
  for (const name of SIGNS) {
    const found = await stat(join(directory, name)).catch(() => undefined);
    if (found !== undefined) return true;
  }
  return false;
}

/**
 * For a place without records: nobody may make a new archive beside one of the earlier form.
 *
 * @throws ARCHIVE_UNAVAILABLE
 */
export async function assertNoEarlierForm(directory: string): Promise<void> {
  if (!(await earlierForm(directory))) return;
  throw new VideoIdError(
    'ARCHIVE_UNAVAILABLE',
    `${directory} has an archive of an earlier form. It was not imported yet.`,
    {
      field: 'archive.directory',
      remedy: `Stop all processes of the earlier release. Then run: videoid archive import ${directory}`,
      facts: { reason: 'earlier form' },
    },
  );
}

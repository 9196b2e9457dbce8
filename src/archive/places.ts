import { join } from 'node:path';
import { isSecretReference } from '../security/secret.js';
import type { ArchiveSettings } from './settings.js';

/** Where the parts of an archive are: the path of a file or folder on this machine, or a reference to the URL of a PostgreSQL database. */
export interface Places {
  records: string;
  index: string;
  /** Absent if the files are in S3. */
  files?: string;
}

export function placesOf({ directory, database, files, index }: ArchiveSettings): Places {
  const folder = index ?? database ?? join(directory, 'index');
  return {
    records: database ?? join(directory, 'records.sqlite'),
    index: isSecretReference(folder) ? folder : join(folder, 'index.sqlite'),
    ...(files === undefined && { files: filesFolder({ directory }) }),
  };
}

/** The folder of the files, if they are not in S3. */
export function filesFolder({ directory }: Pick<ArchiveSettings, 'directory'>): string {
  return join(directory, 'files');
}

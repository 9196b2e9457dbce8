import { randomBytes } from 'node:crypto';
import type { ArchiveFile } from '../archive.js';
import { VideoIdError } from '../../messages/failures.js';

/** So that people, and the programs of their desks, see what it is. Evidence documents that are provided may be of any kind. */
const EXTENSION: Record<ArchiveFile['kind'], string> = {
  document: '.pdf',
  signed: '.pdf',
  contract: '.pdf',
  'signed-contract': '.pdf',
  declaration: '.txt',
  supplied: '',
  evidence: '.json',
};

const KEY = /^[0-9a-f]{2}\/[0-9a-f]{30}(?:\.pdf|\.txt|\.json)?$/;

/** A key that nothing has yet, such as `3f/9c….pdf`. It says nothing about the request. */
export function newKey(kind: ArchiveFile['kind']): string {
  const random = randomBytes(16).toString('hex');
  return `${random.slice(0, 2)}/${random.slice(2)}${EXTENSION[kind]}`;
}

/** A key as `newKey` makes them, so that none leads out of the store. @throws ARCHIVE_UNAVAILABLE */
export function checkedKey(key: string): string {
  if (KEY.test(key)) return key;
  throw new VideoIdError(
    'ARCHIVE_UNAVAILABLE',
    'A row of the archive is damaged: it names a file by a key that has the wrong form.',
    {
      remedy: 'Restore the database of the archive from a backup.',
      facts: { reason: 'damaged key' },
    },
  );
}

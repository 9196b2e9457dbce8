import { join } from 'node:path';
import { VideoIdError } from '../messages/failures.js';
import type { ArchiveFile, AttemptKey } from './archive.js';
import { attemptDirectory, FILE_PLACE, STORED } from './layout.js';

/** A file by kind and number: names may be personal. */
const WORDS: Record<ArchiveFile['kind'], (index: number) => string> = {
  document: (index) => `Document ${index}`,
  supplied: (index) => `Document ${index} of those provided later`,
  signed: (index) => `Signed document ${index}`,
  contract: () => 'The contract as it was shown',
  'signed-contract': () => 'The contract as fetched after signing',
  declaration: () => 'The RAO declaration',
  evidence: () => 'The evidence',
};

/** For a file that its step has not brought yet. */
export function fileNotFound(file: ArchiveFile): VideoIdError {
  return new VideoIdError('DOCUMENT_NOT_FOUND', 'The file is not in the archive, or not yet.', {
    remedy: 'See the stage of the request: files come with the steps that make them.',
    facts: factsOf(file),
  });
}

/** For a file that was stored and is gone. */
export function fileLost(key: AttemptKey, file: ArchiveFile): VideoIdError {
  return new VideoIdError(
    'DOCUMENT_NOT_FOUND',
    `${wordsOf(file)} is lost: it is not in the archive, ${below(key, file)}.`,
    {
      remedy: `Put it back from a copy of the archive, then retry; or cancel${restart(file)}.`,
      facts: factsOf(file),
    },
  );
}

/** For a file that is not the one of which size and hash are recorded, or a link or folder in its place. */
export function fileChanged(key: AttemptKey, file: ArchiveFile): VideoIdError {
  const words = `${wordsOf(file)} is not what was stored: another file lies in the archive, ${below(key, file)}.`;
  return new VideoIdError('ARCHIVED_FILE_CHANGED', `${words} It is neither sent nor shown.`, {
    remedy: `Restore it from a copy of the archive, then retry; or cancel${restart(file)}. Look at the disk, and at who can write there.`,
    facts: factsOf(file),
  });
}

function wordsOf(file: ArchiveFile): string {
  return WORDS[file.kind]('index' in file ? file.index : 0);
}

function below(key: AttemptKey, { kind }: ArchiveFile): string {
  return `below ${join(attemptDirectory(key), kind === 'document' ? FILE_PLACE.document : STORED)}`;
}

function restart({ kind }: ArchiveFile): string {
  return kind === 'document' || kind === 'supplied' ? ', and start again with the document' : '';
}

function factsOf(file: ArchiveFile): Record<string, string | number> {
  return 'index' in file ? { kind: file.kind, index: file.index } : { kind: file.kind };
}

import { VideoIdError } from '../messages/failures.js';
import type { ArchiveFile } from './archive.js';

/** Names a file by kind and number: its own name may be personal data. */
const WORDS: Record<ArchiveFile['kind'], (index: number) => string> = {
  document: (index) => `Document ${index}`,
  supplied: (index) => `Supplied document ${index}`,
  signed: (index) => `Signed document ${index}`,
  contract: () => 'The contract that the signer was shown',
  'signed-contract': () => 'The contract that was fetched after signing',
  declaration: () => 'The RAO declaration',
  evidence: () => 'The evidence',
};

/** The error for a file that no step has stored yet. */
export function fileNotFound(file: ArchiveFile): VideoIdError {
  return new VideoIdError('DOCUMENT_NOT_FOUND', 'The file is not in the archive. It may not be stored yet.', {
    remedy: 'Look at the stage of the request. Each file is stored by a step.',
    facts: factsOf(file),
  });
}

/** The error for a stored file that is gone. @param location where it was */
export function fileLost(file: ArchiveFile, location: string): VideoIdError {
  return new VideoIdError('DOCUMENT_NOT_FOUND', `${wordsOf(file)} is missing in the archive: ${location}.`, {
    remedy: `Restore it from a backup of the archive, then retry. Or cancel${restart(file)}.`,
    facts: factsOf(file),
  });
}

/** The error for a file that differs from its record, or for a link or folder in its place. @param location where it is */
export function fileChanged(file: ArchiveFile, location: string): VideoIdError {
  const words = `${wordsOf(file)} was changed after it was stored in the archive: ${location}.`;
  return new VideoIdError('ARCHIVED_FILE_CHANGED', `${words} It is not sent or shown.`, {
    remedy: `Restore it from a backup of the archive, then retry. Or cancel${restart(file)}. Check the disk or the bucket, and who can write there.`,
    facts: factsOf(file),
  });
}

function wordsOf(file: ArchiveFile): string {
  return WORDS[file.kind]('index' in file ? file.index : 0);
}

function restart({ kind }: ArchiveFile): string {
  return kind === 'document' || kind === 'supplied' ? ' and start again with the document' : '';
}

function factsOf(file: ArchiveFile): Record<string, string | number> {
  return 'index' in file ? { kind: file.kind, index: file.index } : { kind: file.kind };
}

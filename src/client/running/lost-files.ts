import type { Archive, ArchiveFile } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { VideoIdError } from '../../messages/failures.js';
import type { MissingFiles, Outcome } from '../../messages/outcome.js';

/**
 * The signed files that were stored and are not in the archive now. An older copy of the archive was restored, or somebody removed
 * them. Undefined if all are there.
 */
export async function lostFiles(
  archive: Pick<Archive, 'locateFile'>,
  record: RequestRecord,
  outcome: Outcome | undefined,
): Promise<MissingFiles | undefined> {
  if (outcome?.outcome !== 'signed') return undefined;
  const lost: MissingFiles = { documents: [], contract: false };
  for (const { index } of outcome.documents) {
    if (!(await isThere(archive, record, { kind: 'signed', index }))) lost.documents.push(index);
  }
  if (outcome.contract !== undefined) lost.contract = !(await isThere(archive, record, { kind: 'signed-contract' }));
  return lost.documents.length > 0 || lost.contract ? lost : undefined;
}

/** Whether the archive has the file. */
export async function isThere(
  archive: Pick<Archive, 'locateFile'>,
  record: RequestRecord,
  file: ArchiveFile,
): Promise<boolean> {
  try {
    await archive.locateFile(record, file);
    return true;
  } catch (error) {
    if (error instanceof VideoIdError && error.code === 'DOCUMENT_NOT_FOUND') return false;
    throw error;
  }
}

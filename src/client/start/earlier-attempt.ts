import type { Archive } from '../../archive/archive.js';
import { foldedDocumentName } from '../../archive/document-name.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { FIELDS_FROM_VIDEO } from '../../messages/request-fields.js';
import type { EarlierDocument } from '../input/input.js';

/** The record of an ended attempt, with its corrections and provided data. A new attempt begins with these values. */
export async function completedRecord(archive: Archive, record: RequestRecord): Promise<RequestRecord> {
  const signer = { ...record.signer, ...(await archive.readSigner(record)) };
  const { enrolment } = record;
  if (enrolment === undefined) return { ...record, signer };
  const supplements = await archive.supplements(record);
  const fields = { ...enrolment.fields };
  for (const supplement of supplements) Object.assign(fields, supplement.fields);
  // Data that one video lacked is not copied: the next video may give it, or it is asked for again.
  for (const name of FIELDS_FROM_VIDEO) delete fields[name];
  return { ...record, signer, enrolment: { ...enrolment, fields } };
}

/** Its documents: those of the start, then those provided later. If two have the same name, the later one counts. */
export async function earlierDocuments(archive: Archive, record: RequestRecord): Promise<EarlierDocument[]> {
  const byName = new Map<string, EarlierDocument>();
  for (const { index, name, size, sha256 } of record.documents) {
    const open = async () => (await archive.openFile(record, { kind: 'document', index })).stream;
    byName.set(foldedDocumentName(name), { name, size, sha256, open });
  }
  const supplements = record.enrolment === undefined ? [] : await archive.supplements(record);
  for (const { file, name, size, sha256 } of supplements.flatMap(({ documents }) => documents)) {
    const supplied = { kind: 'supplied', index: file } as const;
    const open = async () => (await archive.openFile(record, supplied, { size, sha256 })).stream;
    byName.set(foldedDocumentName(name), { name, size, sha256, open });
  }
  return [...byName.values()];
}

import type { FileDigest } from '../archive/archive.js';
import { UPLOAD } from '../archive/marks.js';
import type { SignatureActivities, UploadedDocument } from '../messages/activities.js';
import { type FailureCode, VideoIdError } from '../messages/failures.js';
import type { DocumentDigest, RequestKey, RequestPk } from '../messages/request.js';
import { downloadLimits, storeDownload } from './engine/download.js';
import type { Dependencies } from './engine/dependencies.js';
import { endOfTry, providerRequest } from './engine/provider-step.js';
import { stepFailure, uploadFailure } from './engine/failures.js';
import { assertExpectedSigner } from './identity.js';

/** Set when documents were uploaded more than once: the provider may have more of them than we know. */
export const UPLOADED_AGAIN = 'upload-again';

/** Set while a deletion of all documents has no answer: the provider may carry it out late. */
const DELETION_IN_DOUBT = 'upload-deletion-in-doubt';

/**
 * Steps 3 and 4: uploads the documents, then stores the contract as the signer will see it. The archive keeps the uids of
 * uploaded documents, so that trouble with the contract does not repeat the upload. What is there already is not fetched again.
 */
export function upload(dependencies: Dependencies): SignatureActivities['upload'] {
  return async (key, { requestPk, documents, download, contractAsItCame, identity: accepted }) => {
    const signal = endOfTry();
    const before = await uploadedBefore(dependencies, key, requestPk, documents);
    const read = await providerRequest(dependencies, key, requestPk);
    // It was restored from an older copy. Another upload would first delete the signed documents.
    if (before === undefined && read.status === 'ISSUED') throw documentsNotKnown();
    // It may have been approved in the provider's console.
    const identity = await assertExpectedSigner(dependencies, key, read, { accepted, remembered: true });
    // The signer may have accepted this contract, or signed it: then the provider gives another.
    const shown = before === undefined ? undefined : await contractBefore(dependencies, key);
    if (before !== undefined && shown !== undefined) return { documents: before, contract: shown, ...identity };
    const uploaded = before ?? (await uploadAll(dependencies, key, requestPk, documents, signal));
    signal.throwIfAborted();
    const pdf = await dependencies.optimizer(key.environment).getContract(requestPk, { anyContent: contractAsItCame });
    const { contract: limit } = downloadLimits(dependencies, key, download);
    const contract = await storeDownload(dependencies, key, { kind: 'contract' }, pdf, limit);
    return { documents: uploaded, contract, ...identity };
  };
}

/** It is signed at the provider, and the archive does not know under which numbers the documents are there. */
export function documentsNotKnown() {
  return stepFailure(
    'SIGNED_FILES_MISSING',
    'The provider says ISSUED: it is signed there. But the archive does not know the documents there, because it was restored from an ' +
      'older copy. Nothing was uploaded or deleted. Restore a newer copy of the archive, then retry. ' +
      "If there is none, save the signed files from the provider's console, then give up: the request ends as signed.",
    { facts: { documents: 'not-known' } },
  );
}

/** The documents that an earlier try uploaded, if it uploaded them all. */
async function uploadedBefore(
  { archive }: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  documents: DocumentDigest[],
): Promise<UploadedDocument[] | undefined> {
  const uploads = await archive.readUploads(key);
  if (uploads?.requestPk !== requestPk || uploads.documents.length !== documents.length) return undefined;
  const same = documents.every(({ index, size, sha256 }, at) => {
    const before = uploads.documents[at];
    return before?.index === index && before.size === size && before.sha256 === sha256;
  });
  return same ? uploads.documents : undefined;
}

/** The contract that was stored after the upload, if it is still as it was. */
export async function contractBefore(
  { archive }: Pick<Dependencies, 'archive'>,
  key: RequestKey,
): Promise<FileDigest | undefined> {
  try {
    const { size, sha256, stream } = await archive.openFile(key, { kind: 'contract' });
    stream.destroy();
    return { size, sha256 };
  } catch (error) {
    const anew = error instanceof VideoIdError && FETCHED_ANEW.has(error.code);
    if (anew) return undefined;
    throw error;
  }
}

const FETCHED_ANEW = new Set<FailureCode>(['DOCUMENT_NOT_FOUND', 'ARCHIVED_FILE_CHANGED']);

/**
 * One call per document, so that uids and documents cannot be mixed up. A second try first deletes what the first may have left;
 * the first has been aborted by then. Each document is checked against the one accepted at the start.
 */
async function uploadAll(
  { archive, optimizer }: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  documents: DocumentDigest[],
  signal: AbortSignal,
): Promise<UploadedDocument[]> {
  const provider = optimizer(key.environment);
  if (!(await archive.mark(key, UPLOAD))) {
    // The provider may carry out a call of the first try late. It leaves a document whose uid nobody knows.
    await archive.mark(key, UPLOADED_AGAIN);
    const first = await archive.mark(key, DELETION_IN_DOUBT);
    signal.throwIfAborted(); // else it would delete what the next try uploaded
    await provider.deleteDocuments(requestPk, { signal });
    if (first) await archive.unmark(key, DELETION_IN_DOUBT);
  }
  const uploaded: UploadedDocument[] = [];
  for (const document of documents) {
    signal.throwIfAborted();
    const { index, size, sha256 } = document;
    const open = () => archive.openFile(key, { kind: 'document', index }, { size, sha256 });
    const { uid } = await provider.uploadDocument(requestPk, { open, index }, { signal }).catch((error: unknown) => {
      throw uploadFailure(error, index);
    });
    uploaded.push({ index, size, sha256, uid });
  }
  if (await archive.hasMark(key, DELETION_IN_DOUBT)) {
    for (const { uid } of uploaded) if (!(await provider.hasDocument(requestPk, uid, 'original'))) throw deletedLate();
  }
  signal.throwIfAborted();
  await archive.writeUploads(key, { requestPk, documents: uploaded });
  return uploaded;
}

function deletedLate() {
  const words = 'A deletion of an earlier try was carried out late and removed documents. They are uploaded again.';
  return stepFailure('PROVIDER_ANSWER_UNKNOWN', words, { retry: true });
}

import type { SignatureActivities, UploadedDocument } from '../messages/activities.js';
import type { DocumentDigest, RequestKey, RequestPk } from '../messages/request.js';
import { downloadLimits, storeDownload } from './engine/download.js';
import type { Dependencies } from './engine/dependencies.js';
import { endOfTry } from './engine/provider-step.js';
import { stepFailure } from './engine/failures.js';
import { signerBeforeUpload } from './identity.js';

/** Set when documents went up more than once: more of them may lie at the provider than we know. */
export const UPLOADED_AGAIN = 'upload-again';

/** Set while a deletion of all documents has no answer: it may be carried out late. */
const DELETION_IN_DOUBT = 'upload-deletion-in-doubt';

/**
 * Seed steps 3 and 4: the documents, then the contract, kept as it will be shown to the signer. Once all documents are up their
 * uids are kept in the archive, so that trouble with the contract repeats the contract alone.
 */
export function upload(dependencies: Dependencies): SignatureActivities['upload'] {
  return async (key, { requestPk, documents, download, contractAsItCame, identity: accepted }) => {
    const identity = await signerBeforeUpload(dependencies, key, requestPk, accepted);
    const signal = endOfTry();
    const uploaded =
      (await uploadedBefore(dependencies, key, requestPk, documents)) ??
      (await uploadAll(dependencies, key, requestPk, documents, signal));
    signal.throwIfAborted();
    const pdf = await dependencies.optimizer(key.environment).getContract(requestPk, { asItCame: contractAsItCame });
    const { contract: limit } = downloadLimits(dependencies, key, download);
    const contract = await storeDownload(dependencies, key, { kind: 'contract' }, pdf, limit);
    return { documents: uploaded, contract, ...identity };
  };
}

/** What an earlier try has uploaded, if that was all of it. */
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

/**
 * One call per document, so that uid and document cannot be mixed up; a second try deletes what the first may have left, and the
 * first does nothing any more by then. A document leaves the archive only as it was accepted at the start.
 */
async function uploadAll(
  { archive, optimizer }: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  documents: DocumentDigest[],
  signal: AbortSignal,
): Promise<UploadedDocument[]> {
  const provider = optimizer(key.environment);
  if (!(await archive.mark(key, 'upload'))) {
    // A call of the first try may be worked off late, and leaves a document whose uid nobody knows.
    await archive.mark(key, UPLOADED_AGAIN);
    const first = await archive.mark(key, DELETION_IN_DOUBT);
    signal.throwIfAborted(); // or it would delete what the next try has uploaded
    await provider.deleteDocuments(requestPk, { signal });
    if (first) await archive.unmark(key, DELETION_IN_DOUBT);
  }
  const uploaded: UploadedDocument[] = [];
  for (const document of documents) {
    signal.throwIfAborted();
    const { index, size, sha256 } = document;
    const open = () => archive.openFile(key, { kind: 'document', index }, { size, sha256 });
    const { uid } = await provider.uploadDocument(requestPk, { open, index }, { signal });
    uploaded.push({ index, size, sha256, uid });
  }
  if (await archive.hasMark(key, DELETION_IN_DOUBT)) {
    for (const { uid } of uploaded) if (!(await provider.hasDocument(requestPk, uid, 'original'))) throw takenAway();
  }
  signal.throwIfAborted();
  await archive.writeUploads(key, { requestPk, documents: uploaded });
  return uploaded;
}

function takenAway() {
  const words = 'A deletion of an earlier try was carried out late and took documents away. They are uploaded again.';
  return stepFailure('PROVIDER_ANSWER_UNKNOWN', words, { retry: true });
}

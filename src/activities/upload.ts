import type { SignatureActivities, UploadedDocument } from '../messages/activities.js';
import type { Dependencies } from './dependencies.js';
import { endOfTry } from './end-of-try.js';
import { signerBeforeUpload } from './identity.js';

/** Set when documents went up more than once: more of them may lie at the provider than we know. */
export const UPLOADED_AGAIN = 'upload-again';

/**
 * Seed steps 3 and 4. One call per document, so that uid and document cannot be mixed up; a second try deletes what the
 * first may have left, and the first does nothing any more by then. The contract is kept as it will be shown to the signer.
 */
export function upload(dependencies: Dependencies): SignatureActivities['upload'] {
  const { archive, optimizer } = dependencies;
  return async (key, { requestPk, documents, identity: accepted }) => {
    const provider = optimizer(key.environment);
    const identity = await signerBeforeUpload(dependencies, key, requestPk, accepted);
    const signal = endOfTry();
    if (!(await archive.mark(key, 'upload'))) {
      // A call of the first try may be worked off late, and leaves a document whose uid nobody knows.
      await archive.mark(key, UPLOADED_AGAIN);
      signal.throwIfAborted(); // or it would delete what the next try has uploaded
      await provider.deleteDocuments(requestPk, { signal });
    }
    const uploaded: UploadedDocument[] = [];
    for (const document of documents) {
      signal.throwIfAborted();
      const { path, size } = await archive.locateFile(key, { kind: 'document', index: document.index });
      const { uid } = await provider.uploadDocument(requestPk, { path, size, index: document.index }, { signal });
      uploaded.push({ ...document, uid });
    }
    signal.throwIfAborted();
    const contract = await provider.getContract(requestPk);
    const stored = await archive.storeFile(key, { kind: 'contract' }, contract.stream, {
      expectedBytes: contract.size,
    });
    return { documents: uploaded, contract: stored, ...identity };
  };
}

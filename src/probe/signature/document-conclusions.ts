import { because, type Conclude, confirmed, contradicted, notSeen, side, type Verdict } from '../findings.js';
import { isAbsent, isDone, refuses, type Seen } from '../seen.js';

/** What a probe says about documents and the contract: upload, reading, deletion. */
export const DOCUMENT_CONCLUSIONS: Readonly<Record<string, Conclude>> = {
  signedFilePath: (seen) => signedFilePath(seen),
  originalDocumentType(seen) {
    const [query, plain] = [seen.last('original-query'), seen.last('original-plain')];
    if (seen.note('documents', 'original-query') === 'same') return confirmed(because(query), 'original');
    if (seen.note('documents', 'original-plain') === 'same') return contradicted(because(query, plain), 'omitted');
    return notSeen(because(query, plain));
  },
  deletionWithoutType(seen) {
    const [deleted, left] = [seen.last('delete'), seen.last('signed-left')];
    if (!isDone(deleted) || left === undefined) return notSeen(because(deleted, left));
    if (left.answer?.file?.pdf === true) return contradicted(because(deleted, left), 'original');
    if (!isAbsent(left)) return notSeen(because(deleted, left));
    return confirmed(because(deleted, left), 'every-kind');
  },
  deletionByType(seen) {
    const [query, leftQuery] = [seen.last('delete-signed-query'), seen.last('signed-left-query')];
    const [path, leftPath] = [seen.last('delete-signed-path'), seen.last('signed-left-path')];
    if (query === undefined) return notSeen('no document was deleted by its kind');
    const evidence = because(query, leftQuery, path, leftPath);
    if (isDone(query) && isAbsent(leftQuery)) return confirmed(because(query, leftQuery), 'query');
    if (isDone(path) && isAbsent(leftPath)) return confirmed(evidence, 'path');
    const isThere = leftQuery?.answer?.file?.pdf === true && leftPath?.answer?.file?.pdf === true;
    return isThere ? contradicted(`${evidence}: neither form deletes the signed file`) : notSeen(evidence);
  },
  deletedIsNotFound(seen) {
    const reads = seen.all('signed-left', 'signed-left-query', 'signed-left-path');
    const gone = reads.find((each) => each.outcome?.code === 'PROVIDER_NOT_FOUND');
    if (gone !== undefined) return confirmed(because(gone), true);
    const other = reads.find(isAbsent);
    return other === undefined ? notSeen(because(...reads)) : contradicted(because(other), false);
  },
  uploadPartName(seen) {
    const other = seen.every.find(({ step, occasion, outcome, parts }) => {
      return (
        step === 'documents' && occasion.startsWith('upload-') && parts !== undefined && outcome?.result !== undefined
      );
    });
    const first = seen.all('upload').at(-1);
    if (isDone(first)) return confirmed(because(first), first?.parts?.at(-1));
    const part = other?.parts?.at(-1);
    if (part !== undefined && part !== first?.parts?.at(-1)) return side(part, 'file', because(first, other));
    return notSeen(because(first));
  },
  slashAfterSignAndContract(seen) {
    const [first, other] = [seen.all('contract')[0], seen.last('contract-slash')];
    if (other !== undefined && isDone(other)) return side(other.path.endsWith('/'), false, because(first, other));
    return first !== undefined && isDone(first)
      ? confirmed(because(first), first.path.endsWith('/'))
      : notSeen(because(first, other));
  },
  documentsMayBeUploadedAgain(seen) {
    const [deleted, again] = [seen.last('delete-all'), seen.last('upload-again')];
    if (isDone(deleted) && isDone(again)) return confirmed(because(deleted, again));
    if (deleted !== undefined && refuses(deleted)) return contradicted(because(deleted, again));
    return again !== undefined && refuses(again) ? contradicted(because(again)) : notSeen(because(deleted, again));
  },
  contractIsSignedInPlace(seen) {
    const signatures = seen.note('signed', 'signatures: contract-signed');
    const read = seen.last('contract-signed');
    if (read !== undefined && refuses(read)) return contradicted(because(read));
    if (typeof signatures !== 'number') return notSeen(because(read));
    const who = seen.note('signed', 'contract-signers');
    return signatures > 0
      ? confirmed(`${because(read)}; signed by ${String(who)}`)
      : contradicted(`${because(read)}; not signed`);
  },
};

function signedFilePath(seen: Seen): Verdict {
  const [query, path] = [seen.last('signed-query'), seen.last('signed-path')];
  const [byQuery, byPath] = [isDone(query), isDone(path)];
  const evidence = because(query, path);
  if (byQuery) return confirmed(evidence, byPath ? 'query-then-path' : 'query');
  if (!byPath) return notSeen(evidence);
  // The default goes on to the path after these answers only.
  const isTried = [404, 405, 422].includes(query?.answer?.status ?? 0);
  return isTried ? confirmed(evidence, 'path') : contradicted(evidence, 'path');
}

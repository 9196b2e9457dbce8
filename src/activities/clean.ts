import type { SignatureActivities } from '../messages/activities.js';
import type { Outcome } from '../messages/outcome.js';
import { ARCHIVE_TROUBLE, type FailureCode, VideoIdError } from '../messages/failures.js';
import { LATE_CERTIFICATE } from '../messages/feed.js';
import type { RequestKey, RequestPk } from '../messages/request.js';
import { CLEANUP_REFUSED } from '../messages/status.js';
import { ProviderError } from '../uanataca/errors.js';
import type { Dependencies } from './engine/dependencies.js';
import { completeEvidence, writeEvidence } from './engine/evidence.js';
import { noteLateProgress } from './late-progress.js';
import { UPLOADED_AGAIN } from './upload.js';
import { withdraw } from './withdraw.js';

/**
 * The last activity of a request. Signatures: step 8, `DELETE document/{request_pk}/{uid}`. Enrolments: cancels; if the certificate
 * was already issued, the feed says so. Then it records the end.
 */
export function clean(dependencies: Dependencies): SignatureActivities['clean'] {
  const { archive } = dependencies;
  return async (key, { requestPks, uids, outcome }) => {
    // A reset request must not delete what its end left at the provider. Another outcome is refused.
    if (outcome && (await archive.readOutcome(key))?.cleanup === 'left') return recordEnd(dependencies, key, outcome);
    for (const requestPk of requestPks) {
      const cleaned =
        key.flow === 'signature'
          ? deleteDocuments(dependencies, key, requestPk, uids)
          : cancel(dependencies, key, requestPk);
      await cleaned.catch((error: unknown) => noteRefusal(dependencies, key, error));
    }
    if (outcome) return recordEnd(dependencies, key, outcome);
    const recorded = await archive.readOutcome(key);
    if (recorded === undefined) return;
    const done: Outcome = { ...recorded, cleanup: 'done' };
    await completeEvidence(archive, key, done);
    await archive.recordOutcome(key, done);
  };
}

async function deleteDocuments(
  { archive, optimizer }: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  uids: string[],
): Promise<void> {
  const provider = optimizer(key.environment);
  // If the contract failed after the upload, the workflow does not know the uids.
  const known = uids.length > 0 ? uids : ((await archive.readUploads(key))?.documents ?? []).map(({ uid }) => uid);
  let byKind = false;
  for (const uid of known) byKind = (await provider.deleteDocument(requestPk, uid)) === 'deleted-by-kind' || byKind;
  const more = known.length === 0 || (await archive.hasMark(key, UPLOADED_AGAIN));
  if (!more) return;
  await provider.deleteDocuments(requestPk); // an upload that did not finish, or was repeated
  if (byKind) await provider.deleteDocuments(requestPk, { kind: 'signed' });
}

/** Notes once what a person must remove before the cleanup succeeds, and rethrows: it is tried again for days. */
async function noteRefusal({ archive }: Dependencies, key: RequestKey, error: unknown): Promise<never> {
  const refusal = refusalIn(error);
  if (refusal === undefined) throw error;
  const { code, words } = refusal;
  if (await archive.mark(key, `${CLEANUP_REFUSED}-${code}`)) {
    await archive.appendEvent(key, { at: archive.time(), what: CLEANUP_REFUSED, facts: { code, words } });
  }
  throw error;
}

/** A refusal of the provider, or trouble with our settings and keys. */
function refusalIn(error: unknown): { code: FailureCode; words: string } | undefined {
  if (error instanceof ProviderError) return error.kind === 'refused' ? error : undefined;
  if (!(error instanceof VideoIdError) || ARCHIVE_TROUBLE.has(error.code)) return undefined;
  return { code: error.code, words: [error.message, error.remedy].filter((part) => part !== undefined).join(' ') };
}

async function cancel(dependencies: Dependencies, key: RequestKey, requestPk: RequestPk): Promise<void> {
  const { status } = await withdraw(dependencies)(key, { requestPk });
  if (status !== 'ISSUED') return;
  await noteLateProgress(dependencies, key, LATE_CERTIFICATE, { requestPk, status, at: dependencies.archive.time() });
}

/** Records the end of a request that has nothing at the Optimizer, or whose cleanup goes on in a workflow of its own. */
export function record(dependencies: Dependencies): SignatureActivities['record'] {
  return (key, { outcome }) => recordEnd(dependencies, key, outcome);
}

async function recordEnd(dependencies: Dependencies, key: RequestKey, outcome: Outcome): Promise<void> {
  const { archive } = dependencies;
  const recorded = await archive.readOutcome(key);
  if (recorded) await archive.recordOutcome(key, outcome); // refuses another end before the evidence is replaced
  // A try that comes late must not take back what a later one has done.
  const cleanup = recorded?.cleanup === 'done' ? 'done' : outcome.cleanup;
  await writeEvidence(dependencies, key, { outcome: { ...outcome, cleanup } });
  await archive.recordOutcome(key, outcome);
}

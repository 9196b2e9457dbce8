import type { SignatureActivities } from '../messages/activities.js';
import type { Outcome } from '../messages/outcome.js';
import { LATE_CERTIFICATE } from '../messages/feed.js';
import type { RequestKey, RequestPk } from '../messages/request.js';
import { CLEANUP_REFUSED, type RequestEvent } from '../messages/status.js';
import { ProviderError } from '../uanataca/errors.js';
import type { Dependencies } from './engine/dependencies.js';
import { writeEvidence } from './engine/evidence.js';
import { tellLate } from './feed.js';
import { UPLOADED_AGAIN } from './upload.js';
import { withdraw } from './withdraw.js';

/**
 * Signatures: seed step 8, `DELETE document/{request_pk}/{uid}`. Enrolments: cancels; where the signer was faster it is told. Then the
 * record of the end: the last activity of a request.
 */
export function clean(dependencies: Dependencies): SignatureActivities['clean'] {
  const { archive } = dependencies;
  return async (key, { requestPks, uids, outcome, events }) => {
    // Reset since, a request could delete what its end has left at the provider. Another end is refused.
    if (outcome && (await archive.readOutcome(key))?.cleanup === 'left')
      return recordEnd(dependencies, key, outcome, events);
    for (const requestPk of requestPks) {
      const cleaned =
        key.flow === 'signature'
          ? deleteDocuments(dependencies, key, requestPk, uids)
          : cancel(dependencies, key, requestPk);
      await cleaned.catch((error: unknown) => noteRefusal(dependencies, key, error));
    }
    if (outcome) return recordEnd(dependencies, key, outcome, events);
    const recorded = await archive.readOutcome(key);
    if (recorded) await archive.recordOutcome(key, { ...recorded, cleanup: 'done' });
  };
}

async function deleteDocuments(
  { archive, optimizer }: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  uids: string[],
): Promise<void> {
  const provider = optimizer(key.environment);
  // An upload whose contract failed has not told its uids.
  const known = uids.length > 0 ? uids : ((await archive.readUploads(key))?.documents ?? []).map(({ uid }) => uid);
  let byKind = false;
  for (const uid of known) byKind = (await provider.deleteDocument(requestPk, uid)) === 'deleted-by-kind' || byKind;
  const more = known.length === 0 || (await archive.hasMark(key, UPLOADED_AGAIN));
  if (!more) return;
  await provider.deleteDocuments(requestPk); // an upload that did not come to its end, or one too many
  if (byKind) await provider.deleteDocuments(requestPk, { kind: 'signed' });
}

/** Rethrows. What is refused is tried again for days, and may need a person all the same. */
async function noteRefusal({ archive }: Dependencies, key: RequestKey, error: unknown): Promise<never> {
  if (!(error instanceof ProviderError) || error.kind !== 'refused') throw error;
  const { code, words } = error;
  if (await archive.mark(key, `${CLEANUP_REFUSED}-${code}`)) {
    await archive.appendEvent(key, { at: new Date().toISOString(), what: CLEANUP_REFUSED, facts: { code, words } });
  }
  throw error;
}

async function cancel(dependencies: Dependencies, key: RequestKey, requestPk: RequestPk): Promise<void> {
  const { status } = await withdraw(dependencies)(key, { requestPk });
  if (status !== 'ISSUED') return;
  await tellLate(dependencies, key, LATE_CERTIFICATE, { requestPk, status, at: new Date().toISOString() });
}

/** Records the end of a request that has nothing at the Optimizer, or whose cleanup goes on by itself. */
export function record(dependencies: Dependencies): SignatureActivities['record'] {
  return (key, { outcome, events }) => recordEnd(dependencies, key, outcome, events);
}

async function recordEnd(
  dependencies: Dependencies,
  key: RequestKey,
  outcome: Outcome,
  events: RequestEvent[],
): Promise<void> {
  await writeEvidence(dependencies, key, { events, outcome });
  await dependencies.archive.recordOutcome(key, outcome);
}

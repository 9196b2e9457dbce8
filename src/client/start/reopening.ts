import { WorkflowNotFoundError } from '@temporalio/client';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import type { VideoIdError } from '../../messages/failures.js';
import { lateVideoIdOf, type ProviderIds } from '../../messages/request.js';
import { temporalFailure } from '../../temporal/calls.js';
import { commitAttempt } from './attempt-record.js';
import { completedRecord, earlierDocuments } from './earlier-attempt.js';
import type { ReasonedOrder } from '../../messages/steering.js';
import { takeOver } from '../input/input.js';
import { assertNoneDeleted } from '../running/access.js';
import { requestSettings } from './request-settings.js';
import { notAllowed, resumeRequest, type Started, type StartPlace } from './starting.js';

/**
 * Starts another attempt for a request that the latest attempt left open at the provider. There is no new video and no new bill.
 * The workflow first reads the status there, and goes on from it.
 *
 * @param before the latest attempt at the time of the order
 * @throws VideoIdError REQUEST_NOT_FOUND, ATTEMPT_NOT_ALLOWED, ARCHIVE_FULL, and what `startWorkflow` throws
 */
export async function reopenRequest(place: StartPlace, before: RequestRecord, order: ReasonedOrder): Promise<Started> {
  const { archive, client } = place;
  const { reference } = before;
  await place.keys.signing();
  // The order is repeated, because its answer was lost or Temporal was away.
  const again = before.reopens !== undefined && (await archive.readOutcome(before)) === undefined;
  const record = again ? before : await nextAttempt(place, before, order);
  const started = await resumeRequest(place, record);
  if (record.previousAttempt !== undefined) {
    const watched = { reference, attempt: record.previousAttempt };
    await client.workflow
      .getHandle(lateVideoIdOf(watched))
      .cancel()
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw temporalFailure(error);
      });
  }
  return started;
}

async function nextAttempt(
  place: StartPlace,
  before: RequestRecord,
  { actor, reason }: ReasonedOrder,
): Promise<RequestRecord> {
  const { archive, config } = place;
  const { reference, attempt: latest, registrationAuthority, profile } = before;
  await assertNoneDeleted(archive, before);
  const ids = await leftOpen(place, before);
  const earlier = await completedRecord(archive, before);
  const settings = requestSettings(config, { registrationAuthority, profile });
  if (settings.environment !== before.environment) {
    throw refused('The registration authority is in another environment now.', { attempt: latest });
  }
  const attempt = latest + 1;
  const record = await commitAttempt(place, {
    reference,
    attempt,
    previousAttempt: latest,
    reopens: ids,
    settings,
    signer: earlier.signer,
    metadata: before.metadata,
    take: async (incoming) => await takeOver(incoming, await earlierDocuments(archive, before)),
  });
  if (record.committed === 'exists') {
    const other = await archive.readRequest({ flow: 'signature', reference, attempt });
    if (other.reopens?.requestPk === ids.requestPk) return other;
    throw refused('Another new attempt was started at the same time.', { attempt });
  }
  const by = { by: actor.kind, ...defined({ id: actor.id }) };
  await archive.appendEvent(record, {
    at: record.createdAt,
    what: 'reopen-ordered',
    facts: { ...by, reason, attempt: latest },
  });
  return record;
}

/** The provider's ids of the request that an attempt left open. @throws VideoIdError ATTEMPT_NOT_ALLOWED */
async function leftOpen({ archive }: StartPlace, before: RequestRecord): Promise<ProviderIds> {
  const { attempt } = before;
  const outcome = await archive.readOutcome(before);
  if (outcome === undefined) throw refused('The request has not ended.', { attempt });
  if (outcome.notKnown) {
    throw refused(`The request ended ${outcome.outcome}, and the provider did not know it then.`, {
      attempt,
      outcome: outcome.outcome,
    });
  }
  if (outcome.leftOpen !== true) {
    throw refused(`The request ended ${outcome.outcome}, and nothing of it is open at the provider.`, {
      attempt,
      outcome: outcome.outcome,
    });
  }
  if (outcome.cleanup === 'pending') {
    throw refused('Copies of the request are still being deleted at the provider.', { attempt });
  }
  const known = await archive.readProvider(before);
  if (known?.videoidPk === undefined) throw refused('The number of its video is not known.', { attempt });
  return { requestPk: known.requestPk, videoidPk: known.videoidPk };
}

function refused(message: string, facts: Record<string, string | number>): VideoIdError {
  return notAllowed(message, 'See `videoid why`: it says what can be done.', facts, 'reference');
}

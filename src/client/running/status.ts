import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { isFailureCode } from '../../messages/failures.js';
import type { FailedTry, Standing } from '../../messages/journal.js';
import type { Outcome } from '../../messages/outcome.js';
import { sentence } from '../../messages/sentences.js';
import { type PresentStatus, type RequestStatus, STAGE_WORDS } from '../../messages/status.js';
import { endedStatus } from './ended-status.js';
import { eventOf } from './entry-event.js';

/** Where an attempt stands, as the rows of the archive say it. */
export interface Recorded {
  status: RequestStatus;
  /** The step that is carried out, if its last try failed. */
  failed?: FailedTry;
}

/**
 * Where an attempt stands. Nobody is asked but the archive, so it is as old as `asOf` of the status says.
 *
 * @param known an outcome that only Temporal knows, because an older copy of the archive was restored
 */
export async function recordedStatus(archive: Archive, record: RequestRecord, known?: Outcome): Promise<Recorded> {
  const outcome = (await archive.readOutcome(record)) ?? known;
  if (outcome !== undefined) return { status: await endedStatus(archive, record, outcome) };
  const standing = await archive.readStanding(record);
  const entries = await archive.journal(record);
  const status = presentStatus(record, standing, entries.at(-1)?.number ?? 0);
  return { status: { ...status, events: entries.map(eventOf) }, ...defined({ failed: standing?.failing }) };
}

/**
 * The status of an attempt that has not ended, without its events.
 *
 * @param standing undefined if no worker has begun with it
 * @param newest the number of the newest event that the caller knows
 */
export function presentStatus(record: RequestRecord, standing: Standing | undefined, newest: number): PresentStatus {
  const { reference, attempt, workflowId, flow, registrationAuthority, reviewMode, metadata } = record;
  const failing = standing?.failing;
  return {
    reference,
    attempt,
    workflowId,
    flow,
    registrationAuthority,
    reviewMode,
    ...defined({ metadata }),
    ...(standing?.stand ?? notBegun(record)),
    ...(failing === undefined ? {} : { failing: failureOf(failing) }),
    event: Math.max(standing?.event ?? 0, newest),
    asOf: standing?.at ?? record.createdAt,
    ...(standing?.over === true && { behind: true as const }),
  };
}

/** A failed try in the words of a status. */
export function failureOf({ code, words, since }: FailedTry): Exclude<RequestStatus['failing'], undefined> {
  return { code: isFailureCode(code) ? code : 'STEP_FAILED', words: sentence(words), since };
}

/** Where a request stands that is recorded, and that no worker has taken yet. */
function notBegun({ createdAt }: RequestRecord): Standing['stand'] {
  return {
    stage: 'creating',
    words: `${STAGE_WORDS.creating}. No worker has begun with it yet`,
    since: createdAt,
    endsBy: ['a worker that begins with it'],
    verbs: [],
    provider: {},
    code: { notAccepted: 0 },
  };
}

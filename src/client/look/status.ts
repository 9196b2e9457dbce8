import type { RequestRecord } from '../../archive/request-record.js';
import type { RequestStatus } from '../../messages/status.js';
import { type AttemptOption, type Beside, lookUntil, recordedStatus, type RequestAccess } from '../running/access.js';
import { withCallbacks } from './callbacks.js';
import { type PendingWork, pendingWork } from './pending-work.js';
import { seenHere, withNextRead } from './seen-here.js';

/** Milliseconds for what Temporal says beside the rows. They are shown without it too. */
export const BESIDE_WITHIN = 2_000;
/** Milliseconds to wait for a row that is as new as the caller wants. */
const NEWER_WITHIN = 2_000;

/** See `VideoIdClient.status`. */
export async function statusOf(
  access: RequestAccess,
  reference: string,
  { atLeast, ...which }: AttemptOption & { atLeast?: number | undefined },
): Promise<RequestStatus> {
  const until = Date.now() + BESIDE_WITHIN;
  const record = await access.recordAnywhere(reference, which);
  const [beside, isBehind] = await Promise.all([
    besideUnlessEnded(access, record, until),
    atLeast === undefined ? false : lags(access, record, atLeast),
  ]);
  const { description, outcome, worker } = beside;
  const pending = description === undefined ? undefined : await pendingWork(access.client, description);
  const { status: said, failed } = await recordedStatus(access.archive, record, outcome);
  const marks = isBehind ? { behind: true as const } : {};
  if (said.stage === 'ended') return { ...said, ...marks };
  const status = seenHere(access.config, record, said, { failed, pending });
  const more = { ...marks, ...(worker === undefined ? {} : { worker }) };
  return { ...(await withCallbacks(read(status, pending), access.archive, record)), ...more };
}

async function besideUnlessEnded(access: RequestAccess, record: RequestRecord, until: number): Promise<Beside> {
  return (await access.archive.readOutcome(record)) === undefined ? await access.beside(record, until) : {};
}

/** Waits a moment for a status that has the event. Returns whether it is still older. */
async function lags({ archive }: RequestAccess, record: RequestRecord, atLeast: number): Promise<boolean> {
  const look = async (): Promise<true | undefined> => {
    const [entry] = await archive.journal(record, { after: atLeast - 1, limit: 1 });
    return entry === undefined ? undefined : true;
  };
  return (await lookUntil(archive, record, look, { within: NEWER_WITHIN })) === undefined;
}

function read(status: RequestStatus, pending: PendingWork | undefined): RequestStatus {
  return pending === undefined ? status : withNextRead(status, pending);
}

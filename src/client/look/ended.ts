import type { Client } from '@temporalio/client';
import type { Archive, ArchivedEvent } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { LATE_WORDS } from '../../messages/feed.js';
import type { Outcome } from '../../messages/outcome.js';
import { CLEANUP_REFUSED, type RequestStatus } from '../../messages/status.js';
import { remediesAfterEnd } from './after-end.js';
import type { Found } from './cause.js';
import { cleanupOf } from './cleanup.js';
import { endWords, lateWords, lostWords } from './end-words.js';
import { lostEndWords } from './not-running.js';
import { lostFiles } from '../running/access.js';

/** How a request ended, what goes on after its end, and what can be done now. */
export async function endedCause(
  { archive, client }: { archive: Archive; client: Client },
  record: RequestRecord,
  outcome: Outcome | undefined,
  status: RequestStatus,
): Promise<Found> {
  const kind = outcome?.outcome ?? status.outcome?.kind ?? 'cancelled';
  const reason = outcome?.reason ?? status.outcome?.reason ?? '';
  const events = await archive.events(record);
  const late = events.filter(({ what }) => LATE_WORDS.some((word) => word === what));
  const lost = await lostFiles(archive, record, outcome);
  const older = lostEndWords(events, outcome !== undefined);
  const pending = outcome?.cleanup === 'pending';
  const cleanup = pending ? await cleanupOf(client, record, refusedCleanup(events)) : undefined;
  return {
    state: 'ended',
    ...(cleanup?.code === undefined ? {} : { code: cleanup.code }),
    words: [
      endWords(kind, reason, outcome, lost),
      ...(older === undefined ? [] : [older]),
      ...(lost === undefined ? [] : [lostWords(lost)]),
      ...late.map(lateWords),
      ...(cleanup === undefined ? [] : [cleanup.words]),
    ].join(' '),
    since: outcome?.at ?? status.since,
    ...(cleanup?.tried === undefined ? {} : { tried: cleanup.tried }),
    leavesByItself: cleanup?.goesOn !== false,
    endsBy: cleanup?.endsBy ?? [],
    remedies: await remediesAfterEnd(archive, record, {
      kind,
      reason,
      open: outcome?.leftOpen === true && !pending,
      refusedDocument: wasDocumentRefused(status),
    }),
  };
}

function refusedCleanup(events: readonly ArchivedEvent[]): ArchivedEvent | undefined {
  return events.findLast(({ what }) => what === CLEANUP_REFUSED);
}

/** Whether the last trouble before the end was a document that the provider refused. */
function wasDocumentRefused({ events }: RequestStatus): boolean {
  return events.findLast(({ what }) => what === 'attention')?.facts?.['document'] !== undefined;
}

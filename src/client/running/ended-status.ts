import { json } from 'node:stream/consumers';
import { z } from 'zod';
import type { Archive, ProviderData } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { JournalEntry } from '../../messages/journal.js';
import type { Outcome } from '../../messages/outcome.js';
import type { NumberedEvent, RequestEvent, RequestStatus } from '../../messages/status.js';
import { eventOf } from './entry-event.js';

const fact = z.union([z.string(), z.number(), z.boolean()]);

/** The part of the evidence that a status shows. */
const evidence = z.object({
  events: z.array(
    z.object({
      at: z.string(),
      what: z.string(),
      actor: z
        .object({
          kind: z.enum(['signer', 'requester', 'officer', 'operator', 'provider', 'policy']),
          id: z.string().exactOptional(),
        })
        .exactOptional(),
      facts: z.record(z.string(), fact).exactOptional(),
    }),
  ),
});

/** The status of an attempt that has ended, from its record and its journal. */
export async function endedStatus(archive: Archive, record: RequestRecord, outcome: Outcome): Promise<RequestStatus> {
  const { reference, attempt, workflowId, flow, registrationAuthority, reviewMode, metadata } = record;
  const provider = await archive.readProvider(record);
  const entries = await archive.journal(record);
  const events = await eventsOf(archive, record, entries, outcome);
  return {
    reference,
    attempt,
    workflowId,
    flow,
    registrationAuthority,
    reviewMode,
    ...defined({ metadata }),
    stage: 'ended',
    words: `ended: ${outcome.outcome}`,
    since: outcome.at,
    endsBy: [],
    verbs: [],
    provider: idsOf(provider),
    code: { notAccepted: events.filter(({ what }) => what === 'code-not-accepted').length },
    events,
    event: entries.at(-1)?.number ?? 0,
    asOf: outcome.at,
    outcome: { kind: outcome.outcome, reason: outcome.reason },
  };
}

function idsOf(provider: ProviderData | undefined): RequestStatus['provider'] {
  if (provider === undefined) return {};
  const { requestPk, videoidPk } = provider;
  return videoidPk === undefined ? { requestPk } : { requestPk, videoidPk };
}

/**
 * The events of the journal. A request that ended with an earlier release has only those outside the workflow there. The others are in its
 * evidence, and then they are numbered by their time.
 */
async function eventsOf(
  archive: Archive,
  record: RequestRecord,
  entries: readonly JournalEntry[],
  { at }: Outcome,
): Promise<NumberedEvent[]> {
  if (entries.some(({ run }) => run !== undefined)) return entries.map(eventOf);
  const earlier = await evidenceEvents(archive, record, at);
  if (earlier.length === 0) return entries.map(eventOf);
  const all = [...earlier, ...entries.map(eventOf)].toSorted((one, other) => (one.at < other.at ? -1 : 1));
  return all.map((event, index) => ({ ...event, number: index + 1 }));
}

/** If the evidence file was changed, only this fact is shown. */
async function evidenceEvents(archive: Archive, record: RequestRecord, endedAt: string): Promise<RequestEvent[]> {
  try {
    const { stream } = await archive.openFile(record, { kind: 'evidence' });
    return evidence.parse(await json(stream)).events;
  } catch (error) {
    if (error instanceof VideoIdError && error.code === 'DOCUMENT_NOT_FOUND') return [];
    if (error instanceof VideoIdError && error.code === 'ARCHIVED_FILE_CHANGED') {
      return [{ at: endedAt, what: 'evidence-changed', facts: { code: error.code } }];
    }
    throw error;
  }
}

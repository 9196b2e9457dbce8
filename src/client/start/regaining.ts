import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import type { Envelope } from '../../messages/journal.js';
import { temporalFailure } from '../../temporal/calls.js';

/**
 * Writes again into the journal what an older copy of the archive lacks, if the request has ended. Every event is in the history, as an
 * argument of an activity. A request that runs does this by itself.
 *
 * @throws VideoIdError TEMPORAL_UNREACHABLE, ARCHIVE_UNAVAILABLE, KEY_NOT_SHARED
 */
export async function regainJournal(
  client: Client,
  archive: Pick<Archive, 'writeJournal'>,
  record: RequestRecord,
): Promise<void> {
  for (const envelope of await envelopesOf(client, record.workflowId)) await archive.writeJournal(record, envelope);
}

/** What the activities of a workflow were given for the archive, in order. */
async function envelopesOf(client: Client, workflowId: string): Promise<Envelope[]> {
  try {
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    const envelopes: Envelope[] = [];
    for (const { activityTaskScheduledEventAttributes: scheduled } of events ?? []) {
      const payloads = scheduled?.input?.payloads;
      if (payloads === undefined || payloads === null) continue;
      const given = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads);
      // Beside the request and the order. The last argument is the name of the activity.
      if (given.length === 4) envelopes.push(given[2] as Envelope);
    }
    return envelopes;
  } catch (error) {
    throw temporalFailure(error);
  }
}

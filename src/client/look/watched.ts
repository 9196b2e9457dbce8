import type { RequestRecord } from '../../archive/request-record.js';
import type { Outcome } from '../../messages/outcome.js';
import type { NumberedEvent, PresentStatus, RequestStatus } from '../../messages/status.js';
import { eventOf, recordedStatus, type RequestAccess } from '../running/access.js';
import type { Following } from './following.js';

/**
 * The whole status, now and after every change, until the end or the signal.
 *
 * @param options.outcome an end that only Temporal knows
 */
export async function* watched(
  { archive }: RequestAccess,
  following: Following,
  record: RequestRecord,
  { outcome, signal }: { outcome?: Outcome | undefined; signal?: AbortSignal | undefined },
): AsyncGenerator<RequestStatus, void> {
  if (outcome !== undefined) {
    yield (await recordedStatus(archive, record, outcome)).status;
    return;
  }
  let events: NumberedEvent[] = [];
  let last: PresentStatus | undefined;
  for await (const changes of following.changes(record, { after: 0, signal })) {
    for (const change of changes) {
      if ('entry' in change) events.push(eventOf(change.entry));
      else if ('status' in change) last = change.status;
      else {
        events = [];
        last = undefined;
      }
    }
    if (last === undefined) continue;
    if (last.stage === 'ended') {
      yield (await recordedStatus(archive, record)).status; // after an earlier release, its events are in the evidence
      return;
    }
    yield { ...last, events: [...events], event: Math.max(last.event, events.at(-1)?.number ?? 0) };
  }
}

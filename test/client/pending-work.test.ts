import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { defaultDataConverter } from '@temporalio/common';
import { encodeErrorToFailure } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { msToTs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import { stillWaiting } from '../../src/activities/engine/failures.js';
import { pendingWork } from '../../src/client/look/pending-work.js';

const { PENDING_ACTIVITY_STATE_SCHEDULED } = proto.temporal.api.enums.v1.PendingActivityState;
const OVER = Date.parse('2026-01-02T03:00:01.000Z');
const client = { options: { loadedDataConverter: defaultDataConverter } } as unknown as Client;

/** A read that found nothing new and waits for the next one. */
async function pendingRead(times: object): Promise<WorkflowExecutionDescription> {
  const lastFailure = await encodeErrorToFailure(defaultDataConverter, stillWaiting(1000, { read: true }));
  const read = { activityType: { name: 'watch' }, state: PENDING_ACTIVITY_STATE_SCHEDULED, attempt: 2, lastFailure };
  return { raw: { pendingActivities: [{ ...read, ...times }] } } as unknown as WorkflowExecutionDescription;
}

test('a read without news counts, also where Temporal forgets when its try began', async () => {
  const over = { triedAt: '2026-01-02T03:00:01.000Z', readAt: '2026-01-02T03:00:01.000Z' };
  for (const times of [{ lastAttemptCompleteTime: msToTs(OVER) }, { lastStartedTime: msToTs(OVER) }]) {
    expect(await pendingWork(client, await pendingRead(times))).toEqual({
      steps: [{ step: 'watch', tries: 2, ...over }],
    });
  }
});

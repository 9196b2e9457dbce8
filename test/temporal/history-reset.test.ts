import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { keepResetting } from '../../src/temporal/history-reset.js';

test('a server that does not know the mark is asked once', async () => {
  const failed: unknown[] = [];
  const refusal = Object.assign(new Error('invalid query'), {
    code: 3,
    details: "column name 'TemporalReportedProblems' is not a valid search attribute",
    metadata: {},
  });
  const client = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
  Object.assign(client.workflowService, { listWorkflowExecutions: () => Promise.reject(refusal) });
  const signal = AbortSignal.timeout(5_000);
  await keepResetting({
    client,
    query: 'true',
    every: 1,
    signal,
    onReset: () => pause(0),
    failed: (error) => failed.push(error),
  });
  expect(failed).toHaveLength(1);
  expect(signal.aborted).toBe(false);
});

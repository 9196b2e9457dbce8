import { setImmediate } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { createLogger } from '../../src/logging/logger.js';
import { installRuntime } from '../../src/logging/temporal.js';
import { TemporalClock } from '../../src/temporal/clock.js';
import { connectWorker } from '../../src/temporal/connection.js';

test('a worker that starts does not wait for the end of the poll that shows it the time of Temporal', async () => {
  installRuntime(createLogger({ process: 'test', level: 'silent' }));
  const settings = { address: process.env['TEMPORAL_ADDRESS'] ?? '', namespace: 'default', taskQueue: 'clock-test' };
  const connection = await connectWorker(settings);
  const client = new Client({ connection, namespace: settings.namespace });
  const { workflowService } = client;
  const polled = jest.spyOn(workflowService, 'pollWorkflowTaskQueue');
  const clock = new TemporalClock();
  await clock.measure(client);
  expect(clock.wrongBy).toEqual(expect.any(Number));
  const poll = polled.mock.results[0]?.value as Promise<unknown>;
  const ended = poll.then(
    () => true,
    () => true,
  );
  expect(await Promise.race([ended, setImmediate(false)])).toBe(false);
  await ended;
  await connection.close();
});

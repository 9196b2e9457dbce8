// TEMPORAL_ADDRESS=127.0.0.1:7233 node docs/sdk-query-defect/main.mjs [queries] [tries]
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

const [queries = 3, tries = 10] = process.argv.slice(2).map(Number);
const address = process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233';
const logger = new DefaultLogger('ERROR');
Runtime.install({ logger, telemetryOptions: { logging: { filter: 'OFF' } } });
const workflowsPath = fileURLToPath(new URL('workflow.mjs', import.meta.url));
const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger });
const client = new Client({ connection: await Connection.connect({ address }) });
const connection = await NativeConnection.connect({ address });

/** Runs one workflow and replays its history. */
async function attempt(number) {
  const taskQueue = `query-defect-${process.pid}-${number}`;
  const handle = await client.workflow.start('story', { taskQueue, workflowId: taskQueue });
  const until = async (event) => {
    while (!(await handle.fetchHistory()).events.some((each) => each[event])) await pause(50);
  };
  const withWorker = async (during) => {
    const worker = await Worker.create({ connection, taskQueue, workflowBundle });
    return await worker.runUntil(during);
  };

  await withWorker(() => until('timerStartedEventAttributes'));
  // No worker runs. The queries wait for one.
  const asked = Array.from({ length: queries }, () => handle.query('status'));
  // The timer fires. Its workflow task waits for a worker too.
  await until('timerFiredEventAttributes');
  // An Update arrives. The server hands it out with that task.
  const ordered = handle.executeUpdate('order');
  await pause(300);
  // A worker comes.
  const both = Promise.allSettled([...asked, ordered]);
  const answered = await withWorker(() => Promise.race([both.then(() => true), pause(15_000, false)]));
  const history = await handle.fetchHistory();
  await handle.terminate().catch(() => undefined);
  if (!answered) return 'the Update has no answer after 15 s';
  try {
    await Worker.runReplayHistory({ workflowBundle }, history);
    return 'replays';
  } catch (error) {
    return /Nondeterminism error: [^"]*/.exec(error.message)?.[0] ?? error.message;
  }
}

const found = await Promise.all(Array.from({ length: tries }, (_, number) => attempt(number)));
for (const what of new Set(found)) console.log(`${found.filter((each) => each === what).length} of ${tries}: ${what}`);
await connection.close();
await client.connection.close();

/** Program: a worker of the bare workflow. Arguments: the server's address, the task queue. */
import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

const [address = '', taskQueue = ''] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('ERROR') });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  workflowsPath: fileURLToPath(new URL('bare-workflow.js', import.meta.url)),
  activities: { step: () => Promise.resolve() },
  // The same as those of our worker.
  maxCachedWorkflows: 500,
  maxConcurrentActivityTaskExecutions: 40,
});
process.stdout.write('ready\n');
await worker.run();

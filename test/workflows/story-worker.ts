import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { journaled } from '../../src/activities/engine/journaled.js';
import type { Activities } from '../../src/messages/activities.js';
import { createLogger } from '../../src/logging/logger.js';
import { installRuntime } from '../../src/logging/temporal.js';
import { WORKFLOW_MODULES } from '../../src/temporal/data-converter.js';
import { ensureSearchAttributes } from '../../src/temporal/namespace.js';
import { workflowBundle } from '../workflow-bundle.js';
import { MemoryJournal } from './memory-journal.js';

/** The stories on the Temporal server of the tests, with the test's activities. Other tests check who may start and order. */
export class StoryWorker {
  private constructor(
    readonly client: Client,
    readonly taskQueue: string,
    readonly journal: MemoryJournal,
    readonly close: () => Promise<void>,
  ) {}

  static async start(activities: Partial<Activities>): Promise<StoryWorker> {
    const logger = createLogger({ process: 'test', level: 'silent' });
    const journal = new MemoryJournal();
    const address = process.env['TEMPORAL_ADDRESS'] ?? '';
    const connection = await Connection.connect({ address });
    await ensureSearchAttributes(connection, 'default');
    installRuntime(logger);
    const native = await NativeConnection.connect({ address });
    const { workflowsPath, workflowInterceptorModules } = WORKFLOW_MODULES;
    const taskQueue = `stories-${randomUUID()}`;
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle: await workflowBundle('stories', {
        workflowsPath,
        workflowInterceptorModules: workflowInterceptorModules.filter((module) => !module.includes('incoming')),
      }),
      activities: { ...journaled(activities as Activities, { archive: journal, logger }) },
    });
    const running = worker.run();
    return new StoryWorker(new Client({ connection }), taskQueue, journal, async () => {
      worker.shutdown();
      await running;
      await native.close();
      await connection.close();
    });
  }
}

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, Connection, Client as TemporalClient, WorkflowNotFoundError } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createLogger } from '../../src/logging/logger.js';
import { installRuntime } from '../../src/logging/temporal.js';
import type { Config } from '../../src/config.js';
import { loadKeyRing } from '../../src/security/keys.js';
import { dataConverter } from '../../src/temporal/data-converter.js';
import { ensureSearchAttributes } from '../../src/temporal/namespace.js';
import { seenQuery } from './stand-in.js';
import { workflowBundle } from '../workflow-bundle.js';

/** The Temporal server of the tests, with a separate task queue. */
export interface Server {
  settings: { address: string; taskQueue: string };
  client: Client;
  /** The first argument that a workflow was started with. */
  argumentOf(workflowId: string, config: Config): Promise<unknown>;
  /** What the stand-in workflow has got. */
  seen(reference: string, config: Config): Promise<{ resolved: string; signs: number }>;
  /** Deletes it, like Temporal does after the retention. */
  forget(workflowId: string): Promise<void>;
  knows(workflowId: string): Promise<boolean>;
  /** Runs the stand-in workflow until the returned function is called. */
  startWorker(config: Config): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export async function connectServer(): Promise<Server> {
  const address = process.env['TEMPORAL_ADDRESS'] ?? '';
  const connection = await Connection.connect({ address });
  await ensureSearchAttributes(connection, 'default');
  const client = new TemporalClient({ connection });
  const taskQueue = `client-test-${randomUUID()}`;
  const knows = async (workflowId: string): Promise<boolean> => {
    try {
      await client.workflow.getHandle(workflowId).describe();
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  };
  return {
    settings: { address, taskQueue },
    client,
    knows,
    argumentOf: async (workflowId, config) => {
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      let payloads = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
      for (const codec of (await converterOf(config)).payloadCodecs ?? []) payloads = await codec.decode(payloads);
      return JSON.parse(Buffer.from(payloads[0]?.data ?? []).toString()) as unknown;
    },
    seen: async (reference, config) => {
      const reading = new TemporalClient({ connection, dataConverter: await converterOf(config) });
      return await reading.workflow.getHandle(`signature-${reference}`).query(seenQuery);
    },
    forget: async (workflowId) => {
      await client.workflowService.deleteWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId },
      });
      while (await knows(workflowId)) await pause(50);
    },
    startWorker: async (config) => {
      installRuntime(createLogger({ process: 'test', level: 'silent' }));
      const native = await NativeConnection.connect({ address });
      const worker = await Worker.create({
        connection: native,
        taskQueue,
        workflowBundle: await workflowBundle('stand-in', { workflowsPath: join(import.meta.dirname, 'stand-in.ts') }),
        dataConverter: await converterOf(config),
      });
      const running = worker.run();
      return async () => {
        worker.shutdown();
        await running;
        await native.close();
      };
    },
    close: () => connection.close(),
  };
}

async function converterOf(config: Config) {
  return dataConverter(await loadKeyRing(config.keys.codec));
}

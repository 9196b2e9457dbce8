import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { msToTs } from '@temporalio/common/lib/time.js';
import { anyPort } from '../../local/ports.js';
import { VideoIdClient } from '../../src/client.js';
import { loadConfig } from '../../src/config.js';
import { connectClient } from '../../src/temporal/connection.js';
import { ensureSearchAttributes } from '../../src/temporal/namespace.js';
import type { Installation } from './installation.js';
import { eventually } from './patience.js';

/** The same installation with another namespace: its settings, its client, and a worker beside the first. */
export class SecondNamespace {
  private constructor(
    readonly namespace: string,
    /** The installation, as people see it who use the other namespace. */
    readonly at: Installation,
    private readonly folder: string,
  ) {}

  static async make(first: Installation): Promise<SecondNamespace> {
    const namespace = `second-${randomUUID()}`;
    await makeNamespace(first.config.temporal.address, namespace);
    const folder = mkdtempSync(join(tmpdir(), 'videoid-second-'));
    const configFile = join(folder, 'config.json');
    const settings = JSON.parse(readFileSync(first.state.configFile, 'utf8')) as { temporal: object };
    writeFileSync(configFile, JSON.stringify({ ...settings, temporal: { ...settings.temporal, namespace } }));
    const config = loadConfig({ VIDEOID_CONFIG: configFile });
    const client = await VideoIdClient.connect(config);
    const at = Object.create(first, {
      config: { value: config },
      client: { value: client },
      state: { value: { ...first.state, configFile } },
    }) as Installation;
    return new SecondNamespace(namespace, at, folder);
  }

  async startWorker(): Promise<void> {
    await this.at.startWorker('second-worker', {
      VIDEOID_TEMPORAL_NAMESPACE: this.namespace,
      VIDEOID_WORKER_HEALTH_PORT: String(await anyPort()),
    });
  }

  async close(): Promise<void> {
    await this.at.client.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** As an operator does. A new namespace is known to all parts of the server some seconds later. */
async function makeNamespace(address: string, namespace: string): Promise<void> {
  const { connection } = await connectClient({ address, namespace, taskQueue: '' }, {});
  const workflowExecutionRetentionPeriod = msToTs('1 day');
  try {
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
    await eventually(async () => {
      try {
        await ensureSearchAttributes(connection, namespace);
        await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
        return true;
      } catch {
        return false;
      }
    });
  } finally {
    await connection.close();
  }
}

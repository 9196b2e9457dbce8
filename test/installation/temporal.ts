import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle, WorkflowUpdateHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { loadSigning } from '../../src/client/running/keys.js';
import { loadKeyRing } from '../../src/security/keys.js';
import type { SignArgument } from '../../src/security/order-signatures.js';
import { connectClient } from '../../src/temporal/connection.js';
import { dataConverter } from '../../src/temporal/data-converter.js';
import type { Installation } from './installation.js';

/** Temporal with only our codec in between: what a person does with Temporal's own tools. */
export class Temporal {
  private constructor(
    readonly client: Client,
    private readonly sign: SignArgument,
    private readonly disconnect: () => Promise<void>,
  ) {}

  static async connect({ config }: Installation): Promise<Temporal> {
    const keyRing = config.keys.encryptPayloads ? await loadKeyRing(config.keys.codec) : undefined;
    const converter = dataConverter(keyRing);
    const { connection, client } = await connectClient(config.temporal, converter);
    return new Temporal(client, await loadSigning(config.keys), () => connection.close());
  }

  workflow(id: string): WorkflowHandle {
    return this.client.workflow.getHandle(id);
  }

  /** Makes the request accept an order, like our client does. The answer may come later, and is not awaited here. */
  async order(id: string, update: string, order: object): Promise<WorkflowUpdateHandle<unknown>> {
    const updateId = randomUUID();
    const { raw } = await this.workflow(id).describe();
    const addressee = { workflowId: id, run: raw.workflowExecutionInfo?.firstRunId ?? '', update, updateId };
    const args: [unknown] = [this.sign('order', { ...order, for: addressee })];
    return await this.workflow(id).startUpdate(update, { args, updateId, waitForStage: 'ACCEPTED' });
  }

  /** The history in the form of Temporal's JSON files. */
  async history(id: string): Promise<{ events: object[] }> {
    return JSON.parse(historyToJSON(await this.workflow(id).fetchHistory())) as { events: object[] };
  }

  async statusOf(id: string): Promise<string> {
    return (await this.workflow(id).describe()).status.name;
  }

  close(): Promise<void> {
    return this.disconnect();
  }
}

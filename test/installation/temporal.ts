import type { Client, WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { loadKeyRing } from '../../src/security/keys.js';
import { connectClient, dataConverter } from '../../src/temporal.js';
import type { Installation } from './installation.js';

/** Temporal with nothing of ours in between but the codec: what somebody does with its own tools. */
export class Temporal {
  private constructor(
    private readonly client: Client,
    private readonly disconnect: () => Promise<void>,
  ) {}

  static async connect({ config }: Installation): Promise<Temporal> {
    const converter = dataConverter(await loadKeyRing(config.keys.codec));
    const { connection, client } = await connectClient(config.temporal, converter);
    return new Temporal(client, () => connection.close());
  }

  workflow(id: string): WorkflowHandle {
    return this.client.workflow.getHandle(id);
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

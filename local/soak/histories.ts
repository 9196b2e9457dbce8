import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { AttemptKey } from '../../src/archive/archive.js';
import type { Config } from '../../src/config.js';
import type { Outcome } from '../../src/messages/outcome.js';
import { workflowIdOf } from '../../src/messages/request.js';
import type { RequestEvent, RequestStatus } from '../../src/messages/status.js';
import { STATUS_QUERY } from '../../src/messages/steering.js';
import { loadKeyRing } from '../../src/security/keys.js';
import { connectClient } from '../../src/temporal/connection.js';
import { dataConverter } from '../../src/temporal/data-converter.js';

const UNHANDLED_COMMAND =
  proto.temporal.api.enums.v1.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND;

/** Temporal, read with its own tools only. */
export class Histories {
  private constructor(
    private readonly client: Client,
    readonly close: () => Promise<void>,
  ) {}

  static async connect({ keys, temporal }: Config): Promise<Histories> {
    const { connection, client } = await connectClient(temporal, dataConverter(await loadKeyRing(keys.codec)), {
      lazy: true,
    });
    return new Histories(client, () => connection.close());
  }

  /** The result of the workflow, what its history shows about failures, and the events that a replay of it tells. */
  async finished(
    key: AttemptKey,
  ): Promise<{ outcome: Outcome; events: number; failedTasks: string[]; replayed: RequestEvent[] }> {
    const handle = this.client.workflow.getHandle(workflowIdOf(key));
    const outcome = (await handle.result()) as Outcome;
    const { events } = await handle.fetchHistory();
    const failedTasks = (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
      // An event arrived while the last command was running, so Temporal runs the task again. Nothing is wrong.
      failed && failed.cause !== UNHANDLED_COMMAND ? [failed.failure?.message ?? 'without words'] : [],
    );
    // A workflow that has closed answers from a replay.
    const { events: replayed } = await handle.query<RequestStatus>(STATUS_QUERY);
    return { outcome, events: events?.length ?? 0, failedTasks, replayed };
  }
}

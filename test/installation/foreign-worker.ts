import proto from '@temporalio/proto';
import type { Payload } from '@temporalio/common';
import type { Attacker } from './attacker.js';
import type { Installation } from './installation.js';

const { Acceptance, Request } = proto.temporal.api.update.v1;
const { CommandType, TaskQueueKind } = proto.temporal.api.enums.v1;
type Task = proto.temporal.api.workflowservice.v1.IPollWorkflowTaskQueueResponse;
type Command = proto.temporal.api.command.v1.ICommand;

/** Milliseconds. */
const WITHIN = 30_000;

/** Somebody who polls the task queue of an installation while no worker of it runs, and has no key of ours. */
export class ForeignWorker {
  private readonly namespace: string;

  constructor(
    private readonly at: Installation,
    private readonly attacker: Attacker,
  ) {
    this.namespace = at.config.temporal.namespace;
  }

  private get service() {
    return this.attacker.outsider.workflowService;
  }

  /** Takes the next task of the only workflow. */
  async task(): Promise<Task> {
    const { taskQueue: name } = this.at.config.temporal;
    return await this.attacker.outsider.withDeadline(Date.now() + WITHIN, async () => {
      for (;;) {
        const task = await this.service.pollWorkflowTaskQueue({
          namespace: this.namespace,
          taskQueue: { name, kind: TaskQueueKind.TASK_QUEUE_KIND_NORMAL },
        });
        if (task.taskToken?.length) return task;
      }
    });
  }

  /** Ends a task with commands, and accepts every waiting Update. */
  async complete({ taskToken, messages }: Task, commands: Command[] = []): Promise<void> {
    const accepted = (messages ?? []).map(({ id, protocolInstanceId, eventId, body }) => ({
      id: `${id}/accept`,
      protocolInstanceId: protocolInstanceId ?? '',
      body: {
        type_url: 'type.googleapis.com/temporal.api.update.v1.Acceptance',
        value: Acceptance.encode({
          acceptedRequestMessageId: id ?? '',
          acceptedRequestSequencingEventId: eventId ?? null,
          acceptedRequest: Request.decode(body?.value ?? new Uint8Array()),
        }).finish(),
      },
    }));
    await this.service.respondWorkflowTaskCompleted({
      namespace: this.namespace,
      taskToken: taskToken ?? null,
      messages: accepted,
      commands: [
        ...accepted.map(({ id }) => ({
          commandType: CommandType.COMMAND_TYPE_PROTOCOL_MESSAGE,
          protocolMessageCommandAttributes: { messageId: id },
        })),
        ...commands,
      ],
    });
  }

  /** The command for one of our steps. */
  step(name: string, activityId: string, payloads: Payload[]): Command {
    return {
      commandType: CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
      scheduleActivityTaskCommandAttributes: {
        activityId,
        activityType: { name },
        taskQueue: { name: this.at.config.temporal.taskQueue },
        input: { payloads },
        // The server may give a try to a worker that was just killed.
        startToCloseTimeout: { seconds: 10 as never },
      },
    };
  }
}

import { createPrivateKey, randomUUID } from 'node:crypto';
import { Client, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, type Payload, RawValue } from '@temporalio/common';
import proto from '@temporalio/proto';
import { isFailureCode } from '../../src/messages/failures.js';
import { FAILURE_CONVERTER_PATH } from '../../src/temporal/data-converter.js';
import { eventually } from './patience.js';
import type { Installation } from './installation.js';
import { Temporal } from './temporal.js';
import { type SignArgument, signing } from '../../src/security/order-signatures.js';
import { generateOrderKeys } from '../../src/security/order-keys.js';

/** Payloads that none of our programs writes. A worker must survive them. */
export const POISON: Record<string, Payload> = {
  'an unknown encoding': payload('something/else', '{}'),
  'no encoding': { data: Buffer.from('{}') },
  'broken JSON': payload('json/plain', '{"by":'),
  'JSON that nests deeply': payload('json/plain', '['.repeat(30_000)),
  'bytes for JSON': payload('json/plain', Buffer.from([0xff, 0xfe, 0x00])),
  'no bytes at all': { metadata: { encoding: Buffer.from('json/plain') } },
  'a broken ciphertext': payload('binary/encrypted', 'nothing', { 'encryption-key-id': 'local' }),
  'an unknown codec key': payload('binary/encrypted', Buffer.alloc(100), { 'encryption-key-id': 'nobody-has-it' }),
  'no codec key': payload('binary/encrypted', Buffer.alloc(100)),
  'a text that is far too long': payload('json/plain', JSON.stringify('x'.repeat(200_000))),
  'a reference to a storage that is not there': payload('json/protobuf', '{"driverName":"s3","claimData":{}}', {
    messageType: 'temporal.api.sdk.v1.ExternalStorageReference',
  }),
  'a broken reference to a storage': payload('json/protobuf', '{', {
    messageType: 'temporal.api.sdk.v1.ExternalStorageReference',
  }),
};

export function payload(encoding: string, data: string | Uint8Array, metadata: Record<string, string> = {}): Payload {
  return {
    metadata: Object.fromEntries(
      Object.entries({ encoding, ...metadata }).map(([name, value]) => [name, Buffer.from(value)]),
    ),
    data: Buffer.from(data as string),
  };
}

const SCHEDULE_ACTIVITY = proto.temporal.api.enums.v1.CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK;

/** Milliseconds. */
const UPDATE_WITHIN = 10_000;

/** Somebody who can write to Temporal, with Temporal's own tools. */
export class Attacker {
  private constructor(
    private readonly temporal: Temporal,
    /** Writes without any key of ours. Only the test can read the answers. */
    readonly outsider: Client,
    private readonly namespace: string,
  ) {}

  static async connect(at: Installation): Promise<Attacker> {
    const temporal = await Temporal.connect(at);
    const { connection, options } = temporal.client;
    const codecs = options.loadedDataConverter.payloadCodecs;
    const outsider = new Client({
      connection,
      dataConverter: {
        failureConverterPath: FAILURE_CONVERTER_PATH,
        payloadCodecs: codecs.map((codec) => ({
          encode: async (payloads) => payloads,
          decode: async (payloads) => await codec.decode(payloads),
        })),
      },
    });
    return new Attacker(temporal, outsider, at.config.temporal.namespace);
  }

  /** Has the codec key, like codec servers. */
  get keyHolder(): Client {
    return this.temporal.client;
  }

  /** The first run of a workflow. Orders name it. */
  async runOf(workflowId: string): Promise<string> {
    const { raw } = await this.outsider.workflow.getHandle(workflowId).describe();
    return raw.workflowExecutionInfo?.firstRunId ?? '';
  }

  /** An order as our client makes it, except for the given changes. */
  async orderFor(
    workflowId: string,
    update: string,
    order: unknown,
    sign: SignArgument | undefined,
    updateId: string,
  ): Promise<unknown> {
    const addressee = { workflowId, run: await this.runOf(workflowId), update, updateId };
    const addressed = typeof order === 'object' && order !== null ? { ...order, for: addressee } : order;
    return sign === undefined ? addressed : sign('order', addressed as object);
  }

  /** Sends an Update. Returns the code of the refusal, or the answer. */
  async update(
    client: Client,
    workflowId: string,
    name: string,
    args: unknown[],
    updateId: string = randomUUID(),
  ): Promise<unknown> {
    const handle = client.workflow.getHandle(workflowId);
    const call = async () => await handle.executeUpdate(name, { args: args as [], updateId });
    try {
      return await client.withDeadline(Date.now() + UPDATE_WITHIN, call);
    } catch (error) {
      const cause = error instanceof WorkflowUpdateFailedError ? error.cause : error;
      if (cause instanceof ApplicationFailure) return isFailureCode(cause.type) ? cause.type : cause.message;
      throw error;
    }
  }

  /** The arguments of an accepted Update, as the history has them. */
  async copied(workflowId: string, update: string): Promise<{ args: RawValue[]; updateId: string }> {
    const { events } = await this.outsider.workflow.getHandle(workflowId).fetchHistory();
    for (const { workflowExecutionUpdateAcceptedEventAttributes: accepted } of events ?? []) {
      const request = accepted?.acceptedRequest;
      if (request?.input?.name !== update) continue;
      const payloads = request.input.args?.payloads ?? [];
      return { args: payloads.map((each) => RawValue.fromPayload(each)), updateId: request.meta?.updateId ?? '' };
    }
    throw new Error(`there is no Update ${update}`);
  }

  /** The arguments of a workflow's start, as the history has them. */
  async startOf(workflowId: string): Promise<RawValue[]> {
    const { events } = await this.outsider.workflow.getHandle(workflowId).fetchHistory();
    const payloads = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    return payloads.map((each) => RawValue.fromPayload(each));
  }

  /** Whether a worker ever failed a task of this workflow. */
  async hasStumbled(workflowId: string): Promise<boolean> {
    const { events } = await this.outsider.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).some((event) => event.workflowTaskFailedEventAttributes);
  }

  /** Calls one of our steps from a workflow of the attacker. Returns the failure, if there is one. */
  async callStep(
    at: Installation,
    call: { workflowId: string; workflowType: string; step: string; args: Payload[] },
  ): Promise<string | undefined> {
    const taskQueue = `attack-${randomUUID()}`;
    const { workflowService } = this.outsider;
    const { namespace } = this;
    const handle = await this.outsider.workflow.start<() => Promise<void>>(call.workflowType, {
      workflowId: call.workflowId,
      taskQueue,
    });
    try {
      const poll = async () =>
        await workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: { name: taskQueue } });
      const task = await this.outsider.withDeadline(Date.now() + UPDATE_WITHIN, poll);
      await workflowService.respondWorkflowTaskCompleted({
        namespace,
        taskToken: task.taskToken,
        commands: [
          {
            commandType: SCHEDULE_ACTIVITY,
            scheduleActivityTaskCommandAttributes: {
              activityId: '1',
              activityType: { name: call.step },
              taskQueue: { name: at.config.temporal.taskQueue },
              input: { payloads: call.args },
              startToCloseTimeout: { seconds: 10 as never },
              scheduleToCloseTimeout: { seconds: 60 as never },
              retryPolicy: { maximumAttempts: 1 },
            },
          },
        ],
      });
      return await eventually(async () => {
        const { events } = await handle.fetchHistory();
        for (const event of events ?? []) {
          if (event.activityTaskCompletedEventAttributes) return 'completed';
          const failure = event.activityTaskFailedEventAttributes?.failure;
          if (failure) return failure.applicationFailureInfo?.type ?? 'failed';
        }
        return undefined;
      });
    } finally {
      await handle.terminate();
    }
  }

  /** Answers a step that runs in the worker's place. */
  async answerStep(workflowId: string, activityId: string, answer: Payload): Promise<void> {
    await this.outsider.workflowService.respondActivityTaskCompletedById({
      namespace: this.namespace,
      workflowId,
      activityId,
      result: { payloads: [answer] },
    });
  }

  close(): Promise<void> {
    return this.temporal.close();
  }
}

/** Signs with a key that no worker knows. */
export function unknownSigner(id = 'local'): SignArgument {
  return signing({ id, key: createPrivateKey(generateOrderKeys().privateKey) });
}

import { isDeepStrictEqual } from 'node:util';
import vm from 'node:vm';
import { defaultPayloadConverter, fromPayloadsAtIndex, toPayloads } from '@temporalio/common';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { Workflow, WorkflowCreateOptions } from '@temporalio/worker/lib/workflow/interface.js';
import { VMWorkflowCreator } from '@temporalio/worker/lib/workflow/vm.js';
import type { Activities, StepFailure } from '../../src/messages/activities.js';
import { type Envelope, MOST_EVENTS, type Stand, type Told } from '../../src/messages/journal.js';
import type { RequestStatus } from '../../src/messages/status.js';
import { STATUS_QUERY } from '../../src/messages/steering.js';
import { WORKFLOW_MODULES } from '../../src/temporal/data-converter.js';
import { QUIET } from '../quiet.js';

const { WorkflowActivation } = proto.coresdk.workflow_activation;
type Job = NonNullable<proto.coresdk.workflow_activation.IWorkflowActivation['jobs']>[number];
type Command = NonNullable<proto.coresdk.workflow_completion.ISuccess['commands']>[number];
type Name = keyof Activities;

/** An activity that the workflow waits for. */
interface Pending {
  seq: number;
  name: Name;
  order: unknown;
  envelope: Envelope | undefined;
  /** Milliseconds. The first is the time of a step within its budget. */
  budget: number | undefined;
  retries: { from: number; to: number } | undefined;
}

/** Compiles the workflows once for a test file. */
export async function workflows(): Promise<VMWorkflowCreator> {
  const modules = WORKFLOW_MODULES.workflowInterceptorModules.filter((path) => !path.includes('incoming'));
  const { code } = await bundleWorkflowCode({
    ...WORKFLOW_MODULES,
    workflowInterceptorModules: modules,
    logger: QUIET,
  });
  const script = new vm.Script(code, { filename: 'workflows.js' });
  const activities = new Set(['create']); // names are not checked
  return new VMWorkflowCreator(script, { code, filename: 'workflows.js', sourceMap: {} as never }, 60_000, activities);
}

/**
 * A workflow in this process, run like by the SDK. The test controls clock, timers and activities, so an hour passes
 * in a millisecond. This does what Temporal would do, except retries: a test answers each activity as a whole.
 */
export class InProcess {
  now = Date.parse('2026-01-01T00:00:00Z');
  /** The result of the workflow. */
  result: unknown;
  /** How many activities of each name were started. */
  readonly called = new Map<Name, number>();
  /** The search attributes, as Temporal has them. */
  readonly attributes = new Map<string, unknown>();
  /** What the activities were given for the archive, in order. */
  readonly envelopes: Envelope[] = [];
  /** What the last answer to an order says about the journal. */
  told: Told | undefined;
  /** Whether the archive answers the activities that only write an envelope. */
  archiveIsThere = true;
  /** If this is the replay of another run's history: the run that the archive has answered. */
  earlierRun: string | undefined;
  private readonly pending: Pending[] = [];
  private readonly timers = new Map<number, number>();
  /** The workflows that it has started, with what they were given. */
  readonly children: { seq: number; workflowId: string; order: unknown }[] = [];
  private readonly updates = new Map<string, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();

  private working: Promise<unknown> = Promise.resolve();

  private constructor(private readonly workflow: Workflow) {}

  static async start(creator: VMWorkflowCreator, workflowType: string, workflowId: string, argument: object) {
    const info = {
      workflowId,
      runId: workflowId,
      firstExecutionRunId: workflowId,
      workflowType,
      namespace: 'default',
      startTime: new Date(0),
      unsafe: {},
    };
    const randomnessSeed = [1, 2, 3, 4];
    const options = { info, randomnessSeed, now: 0, showStackTraceSources: false } as unknown as WorkflowCreateOptions;
    const started = new InProcess(await creator.createWorkflow(options));
    const input = toPayloads(defaultPayloadConverter, argument) ?? [];
    await started.activate([{ initializeWorkflow: { workflowId, workflowType, arguments: input } }]);
    return started;
  }

  async close(): Promise<void> {
    await this.workflow.dispose();
  }

  /** The names of the activities that the workflow waits for. */
  get waitsFor(): Name[] {
    return this.pending.map(({ name }) => name);
  }

  /** The activity with this name that the workflow waits for. */
  activity(name: Name): Pending {
    const found = this.pending.find((pending) => pending.name === name);
    if (found === undefined)
      throw new Error(`${name} is not waited for, but: ${this.waitsFor.join(', ') || 'nothing'}`);
    return found;
  }

  async answers<K extends Name>(name: K, value: Awaited<ReturnType<Activities[K]>>): Promise<void> {
    await this.completes(this.activity(name), { done: { value } });
  }

  /** The archive has so many events of the run, and the step did not run, because more are needed before it. */
  async lacks(name: Name, upTo: number): Promise<void> {
    const run = this.activity(name).envelope?.run ?? '';
    await this.completes(this.activity(name), { acknowledged: { run, upTo } });
  }

  private async completes(pending: Pending, answer: { done?: object; acknowledged?: object }): Promise<void> {
    const { envelope } = pending;
    const run = this.earlierRun ?? envelope?.run;
    const acknowledged = envelope && { run, upTo: envelope.after + envelope.events.length };
    const [result] = toPayloads(defaultPayloadConverter, { ...(acknowledged && { acknowledged }), ...answer }) ?? [];
    await this.resolve(pending, { completed: { result: result ?? null } });
  }

  /** It fails finally: after its last retry, or because its budget ended. */
  async fails(name: Name, failure: Partial<StepFailure> & Pick<StepFailure, 'code'>): Promise<void> {
    const details = { words: 'words', temporary: false, ...failure };
    const payloads = toPayloads(defaultPayloadConverter, details) ?? [];
    const cause = { applicationFailureInfo: { type: failure.code, nonRetryable: true, details: { payloads } } };
    await this.resolve(this.activity(name), { failed: { failure: failed(name, cause) } });
  }

  /** A workflow that it has started ends. */
  async childEnds(workflowId: string, value: unknown): Promise<void> {
    const { seq = 0 } = this.children.find((child) => child.workflowId === workflowId) ?? {};
    const [result] = toPayloads(defaultPayloadConverter, value) ?? [];
    await this.activate([
      { resolveChildWorkflowExecution: { seq, result: { completed: { result: result ?? null } } } },
    ]);
  }

  async hint(): Promise<void> {
    await this.activate([{ signalWorkflow: { signalName: 'hint', input: [] } }]);
  }

  /** What the caller of an Update gets. */
  update<Answer = unknown>(name: string, order: object): Promise<Answer> {
    const id = `update-${this.updates.size}`;
    const answer = new Promise<unknown>((resolve, reject) => this.updates.set(id, { resolve, reject }));
    const input = toPayloads(defaultPayloadConverter, order) ?? [];
    const job = { doUpdate: { id, protocolInstanceId: id, name, input, runValidator: true, meta: { updateId: id } } };
    const answered = this.activate([job]).then(() => answer as Promise<Answer>);
    answered.catch(() => undefined); // some callers ignore it
    return answered;
  }

  /** The order has reached the workflow. */
  async settles(): Promise<void> {
    await this.working;
  }

  async status(): Promise<RequestStatus> {
    const commands = await this.activate([{ queryWorkflow: { queryId: 'q', queryType: STATUS_QUERY, arguments: [] } }]);
    const [response] = commands.map(({ respondToQuery }) => respondToQuery?.succeeded?.response);
    return fromPayloadsAtIndex<RequestStatus>(defaultPayloadConverter, 0, response ? [response] : []);
  }

  /** @throws if somebody who reads the archive would not know what the workflow knows */
  private async assertTold(): Promise<void> {
    const last = this.envelopes.at(-1);
    if (last === undefined || !this.archiveIsThere || this.result !== undefined) return;
    const status = await this.status();
    if (status.stage === 'ended') return; // the archive knows it from the outcome
    const isFull = last.events.length === MOST_EVENTS; // the others come in the next one
    const told = { event: isFull ? status.event : last.after + last.events.length, stand: last.stand };
    const known = { event: status.event, stand: standOf(status) };
    if (!isDeepStrictEqual(told, known))
      throw new Error(`not told: ${JSON.stringify(known)}, but ${JSON.stringify(told)}`);
  }

  /** Time passes, and the due timers fire. */
  async passes(milliseconds: number): Promise<void> {
    const until = this.now + milliseconds;
    for (;;) {
      const [next] = [...this.timers].toSorted(([, one], [, other]) => one - other);
      if (next === undefined || next[1] > until) break;
      const [seq, due] = next;
      this.timers.delete(seq);
      this.now = Math.max(this.now, due);
      await this.activate([{ fireTimer: { seq } }]);
    }
    this.now = until;
  }

  /** No worker runs for this long. Timers that become due are handled at the end of it. */
  async passesWithoutWorker(milliseconds: number): Promise<void> {
    this.now += milliseconds;
    await this.passes(0);
  }

  private async resolve({ seq }: Pending, result: proto.coresdk.activity_result.IActivityResolution): Promise<void> {
    this.pending.splice(
      this.pending.findIndex((pending) => pending.seq === seq),
      1,
    );
    await this.activate([{ resolveActivity: { seq, result } }]);
  }

  private activate(jobs: Job[]): Promise<Command[]> {
    const working = this.work(jobs);
    this.working = working.catch(() => undefined); // the caller gets the error
    return working;
  }

  private async work(jobs: Job[]): Promise<Command[]> {
    const activation = { runId: 'run', timestamp: msToTs(this.now), historyLength: 1, jobs };
    const completion = await this.workflow.activate(WorkflowActivation.fromObject(activation));
    const { failed: failure, successful } = completion;
    if (failure) throw new Error(failure.failure?.message ?? 'the workflow task failed', { cause: failure.failure });
    const commands = successful?.commands ?? [];
    for (const command of commands) await this.carryOut(command);
    const written = this.pending.find(({ name }) => name === 'journal');
    if (written && this.archiveIsThere) await this.completes(written, { done: {} });
    if (!jobs.some(({ queryWorkflow }) => queryWorkflow)) await this.assertTold();
    return commands;
  }

  private async carryOut(command: Command): Promise<void> {
    const { scheduleActivity, startTimer, cancelTimer, requestCancelActivity, updateResponse } = command;
    if (scheduleActivity) {
      const { seq, activityType, arguments: given, scheduleToCloseTimeout, retryPolicy } = scheduleActivity;
      const name = activityType as Name;
      this.called.set(name, (this.called.get(name) ?? 0) + 1);
      const envelope = given?.[2] && fromPayloadsAtIndex<Envelope>(defaultPayloadConverter, 2, given);
      if (envelope) this.envelopes.push(envelope);
      this.pending.push({
        seq: seq ?? 0,
        name,
        order: fromPayloadsAtIndex(defaultPayloadConverter, 1, given ?? []),
        envelope: envelope ?? undefined,
        budget: scheduleToCloseTimeout ? tsToMs(scheduleToCloseTimeout) : undefined,
        retries: retryPolicy?.maximumInterval
          ? { from: tsToMs(retryPolicy.initialInterval), to: tsToMs(retryPolicy.maximumInterval) }
          : undefined,
      });
    }
    if (startTimer) this.timers.set(startTimer.seq ?? 0, this.now + tsToMs(startTimer.startToFireTimeout));
    if (cancelTimer) this.timers.delete(cancelTimer.seq ?? 0);
    if (requestCancelActivity) {
      const cut = this.pending.find(({ seq }) => seq === requestCancelActivity.seq);
      const cause = { message: 'cancelled', canceledFailureInfo: {} };
      if (cut) await this.resolve(cut, { cancelled: { failure: failed(cut.name, cause) } });
    }
    if (updateResponse) this.respond(updateResponse);
    const upserted = command.upsertWorkflowSearchAttributes?.searchAttributes?.indexedFields ?? {};
    for (const [name, payload] of Object.entries(upserted))
      this.attributes.set(name, fromPayloadsAtIndex(defaultPayloadConverter, 0, [payload]));
    if (command.startChildWorkflowExecution) {
      const { seq = null, workflowId, input } = command.startChildWorkflowExecution;
      const order = fromPayloadsAtIndex(defaultPayloadConverter, 0, input ?? []);
      this.children.push({ seq: seq ?? 0, workflowId: workflowId ?? '', order });
      await this.activate([{ resolveChildWorkflowExecutionStart: { seq, succeeded: { runId: 'child' } } }]);
    }
    if (command.signalExternalWorkflowExecution) {
      const { seq = null } = command.signalExternalWorkflowExecution;
      await this.activate([{ resolveSignalExternalWorkflow: { seq } }]);
    }
    if (command.completeWorkflowExecution) {
      const { result } = command.completeWorkflowExecution;
      this.result = fromPayloadsAtIndex(defaultPayloadConverter, 0, result ? [result] : []);
    }
  }

  private respond({ protocolInstanceId, completed, rejected }: proto.coresdk.workflow_commands.IUpdateResponse): void {
    const waiting = this.updates.get(protocolInstanceId ?? '');
    if (completed) {
      const { told, ...answer } = fromPayloadsAtIndex<{ told: Told }>(defaultPayloadConverter, 0, [completed]);
      this.told = told;
      waiting?.resolve(answer);
    }
    if (rejected) {
      const code = rejected.applicationFailureInfo?.type ?? '';
      waiting?.reject(Object.assign(new Error(rejected.message ?? ''), { code }));
    }
  }
}

/** What of a status an envelope has. */
function standOf(status: RequestStatus): Stand {
  const {
    reference: _reference,
    attempt: _attempt,
    workflowId: _workflowId,
    flow: _flow,
    registrationAuthority: _registrationAuthority,
    reviewMode: _reviewMode,
    events: _events,
    event: _event,
    asOf: _asOf,
    outcome: _outcome,
    ...stand
  } = status;
  return stand;
}

function failed(name: Name, cause: proto.temporal.api.failure.v1.IFailure): proto.temporal.api.failure.v1.IFailure {
  return { message: 'Activity task failed', activityFailureInfo: { activityType: { name }, activityId: '1' }, cause };
}

import type { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Archive } from '../../archive/archive.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Outcome } from '../../messages/outcome.js';
import { lateVideoIdOf, cleanupIdOf, type RequestKey, workflowIdOf } from '../../messages/request.js';
import { stepFailure } from './failures.js';
import type { Whereabouts } from './whereabouts.js';

/** What the workflows that run after a request's end may call. The workflow of a request may call everything. */
const AFTER_THE_END: Record<string, { activities: string[]; idOf: (key: RequestKey) => string }> = {
  cleanup: { activities: ['clean'], idOf: cleanupIdOf },
  lateVideo: { activities: ['watch', 'noteLateVideo'], idOf: lateVideoIdOf },
};

/** These record the end, so they may run again when their answer was lost. But no other end may be recorded. */
const RECORDING = new Set(['clean', 'record']);

/**
 * Lets a step run only for the workflow that it belongs to. Anybody who can write to Temporal can start a workflow that calls our steps.
 * Steps of a cleanup or of a late video's watch run only if the archive knows that the request has ended: a made-up cleanup must not
 * delete the documents of a running request. An earlier video is watched before the end too. All other steps run only before the end: a
 * request that has ended and is started again, reset, or restored with Temporal, does nothing, and ends as recorded. No step runs for a
 * request that lives in another Temporal.
 */
export function callersOf(
  archive: Pick<Archive, 'readOutcome' | 'readProvider' | 'assertArchive'>,
  whereabouts: Whereabouts,
): ActivityInterceptorsFactory {
  return (context) => ({ inbound: new Callers(archive, whereabouts, context) });
}

class Callers implements ActivityInboundCallsInterceptor {
  constructor(
    private readonly archive: Pick<Archive, 'readOutcome' | 'readProvider' | 'assertArchive'>,
    private readonly whereabouts: Whereabouts,
    private readonly context: Context,
  ) {}

  execute: Exclude<ActivityInboundCallsInterceptor['execute'], undefined> = async (input, next) => {
    const { workflowExecution, workflowType = '', activityType } = this.context.info;
    const [key] = input.args;
    if (!isKey(key) || workflowExecution === undefined) throw refused();
    // Somebody who polls as a worker could run a step with the order of another: an approval with a refusal.
    if (input.args.at(-1) !== activityType) throw refused();
    const own = { ...input, args: input.args.slice(0, -1) };
    const later = Object.hasOwn(AFTER_THE_END, workflowType) ? AFTER_THE_END[workflowType] : undefined;
    if (later === undefined) {
      if (workflowType !== key.flow || workflowExecution.workflowId !== workflowIdOf(key)) throw refused();
      await this.whereabouts.assertHere(key, workflowExecution.workflowId);
      const recorded = await this.#knownOutcome(key);
      const repeated = RECORDING.has(activityType) && isSameEnd(recorded, input.args[1]);
      if (recorded !== undefined && !repeated) throw ended(recorded);
      return await next(own);
    }
    const { workflowId } = workflowExecution;
    const earlier = workflowType === 'lateVideo' ? requestPkIn(input.args[1]) : undefined;
    const ofEarlierVideo = earlier !== undefined && workflowId === lateVideoIdOf(key, earlier);
    const itsOwn = ofEarlierVideo || workflowId === later.idOf(key);
    if (!itsOwn || !later.activities.includes(activityType)) throw refused();
    this.archive.assertArchive(key);
    await this.whereabouts.assertHere(key, workflowId);
    if (ofEarlierVideo) {
      if ((await this.archive.readProvider(key))?.requestPk === earlier) throw refused();
      return await next(own);
    }
    const recorded = await this.archive.readOutcome(key);
    if (recorded === undefined) throw refused();
    // A restored Temporal may run a cleanup that is done.
    if (activityType === 'clean' && recorded.cleanup !== 'pending') return undefined;
    return await next(own);
  };

  /** If the archive does not answer, the step itself will fail with the same trouble, in better words. */
  async #knownOutcome(key: RequestKey): Promise<Outcome | undefined> {
    try {
      this.archive.assertArchive(key);
      return await this.archive.readOutcome(key);
    } catch (error) {
      if (error instanceof VideoIdError) return undefined;
      throw error;
    }
  }
}

/** Whether a step records the end that is recorded already. Another end has another time. */
function isSameEnd(recorded: Outcome | undefined, order: unknown): boolean {
  const { outcome } = (order ?? {}) as { outcome?: Outcome };
  return outcome?.at === recorded?.at && outcome?.outcome === recorded?.outcome;
}

function requestPkIn(order: unknown): string | undefined {
  const { requestPk } = (order ?? {}) as { requestPk?: unknown };
  return typeof requestPk === 'string' ? requestPk : undefined;
}

function isKey(value: unknown): value is RequestKey {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return (
    ['flow', 'reference', 'archiveId', 'environment', 'registrationAuthority'].every(
      (name) => typeof fields.get(name) === 'string',
    ) && Number.isSafeInteger(fields.get('attempt'))
  );
}

function refused(): ApplicationFailure {
  return stepFailure('ORDER_REFUSED', 'The step was called by a workflow that it does not belong to.');
}

function ended(recorded: Outcome): ApplicationFailure {
  return stepFailure('REQUEST_ENDED', `The request has ended: ${recorded.outcome}. It ends as recorded.`, { recorded });
}

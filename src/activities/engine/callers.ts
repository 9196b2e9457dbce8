import type { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Archive } from '../../archive/archive.js';
import { VideoIdError } from '../../messages/failures.js';
import { lateVideoIdOf, cleanupIdOf, type RequestKey, workflowIdOf } from '../../messages/request.js';
import { stepFailure } from './failures.js';

/** What the workflows that run after a request's end may call. The workflow of a request may call everything. */
const AFTER_THE_END: Record<string, { activities: string[]; idOf: (key: RequestKey) => string }> = {
  cleanup: { activities: ['clean'], idOf: cleanupIdOf },
  lateVideo: { activities: ['watch', 'noteLateVideo'], idOf: lateVideoIdOf },
};

/** These record the end, so they may run again when their answer was lost. */
const RECORDING = new Set(['clean', 'record']);

/**
 * Lets a step run only for the workflow that it belongs to. Anybody who can write to Temporal can start a workflow that calls our steps.
 * Steps of a cleanup or of a late video's watch run only if the archive knows that the request has ended: a made-up cleanup must not delete the
 * documents of a running request. All other steps run only before the end: a request that has ended and is started again, or reset, does
 * nothing.
 */
export function callersOf(archive: Pick<Archive, 'readOutcome' | 'assertArchive'>): ActivityInterceptorsFactory {
  return (context) => ({ inbound: new Callers(archive, context) });
}

class Callers implements ActivityInboundCallsInterceptor {
  constructor(
    private readonly archive: Pick<Archive, 'readOutcome' | 'assertArchive'>,
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
      if (!RECORDING.has(activityType) && (await this.#isKnownToHaveEnded(key))) throw ended();
      return await next(own);
    }
    const itsOwn = later.activities.includes(activityType) && workflowExecution.workflowId === later.idOf(key);
    if (!itsOwn) throw refused();
    this.archive.assertArchive(key);
    if (!(await this.#hasEnded(key))) throw refused();
    return await next(own);
  };

  /** If the archive does not answer, the step itself will fail with the same trouble, in better words. */
  async #isKnownToHaveEnded(key: RequestKey): Promise<boolean> {
    try {
      return await this.#hasEnded(key);
    } catch (error) {
      if (error instanceof VideoIdError) return false;
      throw error;
    }
  }

  async #hasEnded(key: RequestKey): Promise<boolean> {
    return (await this.archive.readOutcome(key)) !== undefined;
  }
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

function ended(): ApplicationFailure {
  return stepFailure(
    'REQUEST_ENDED',
    'The request has ended, as the archive says. Somebody started or reset it afterwards. Terminate it in Temporal.',
  );
}

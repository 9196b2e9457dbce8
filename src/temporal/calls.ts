import { setTimeout as pause } from 'node:timers/promises';
import { type Client, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, PayloadConverterError, ValueError } from '@temporalio/common';
import { defined } from '../messages/defined.js';
import { VideoIdError, isFailureCode } from '../messages/failures.js';
import { GRPC, grpcStatusOf, noNamespace } from './failures.js';
import { credentialsRefused } from './unreachable.js';

/** The longest time of a call. The default, in milliseconds. */
export const CALL_WITHIN = 10_000;

/** The pauses between two tries. Milliseconds. Each try may be a whole replay for a worker. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1000;

/**
 * Repeats a call while it fails for a temporary reason.
 *
 * @param until milliseconds since 1970; then the last failure is thrown
 * @param signal then no more is asked
 */
export async function askedAgain<Answer>(
  ask: () => Promise<Answer>,
  passes: (error: unknown) => boolean,
  until: number,
  signal?: AbortSignal,
): Promise<Answer> {
  for (let gap = FIRST_PAUSE; ; gap = Math.min(gap * 1.5, LONGEST_PAUSE)) {
    try {
      return await ask();
    } catch (error) {
      if (!passes(error) || Date.now() + gap >= until) throw error;
      await pause(gap, undefined, defined({ signal }));
    }
  }
}

/**
 * Makes calls that end with the signal: they are cancelled, and whoever waits gets the signal's reason at once.
 *
 * @throws the signal's reason; what the calls throw
 */
export async function endedBy<Answer>(
  signal: AbortSignal | undefined,
  client: Pick<Client, 'withAbortSignal'>,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  if (signal === undefined) return await ask();
  signal.throwIfAborted();
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(signal.reason);
  signal.addEventListener('abort', end);
  try {
    return await Promise.race([client.withAbortSignal(alsoLater(signal), ask), ended]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/**
 * The SDK (1.24) only listens for the moment of the abort. Without this, a call that begins after that moment is never cancelled: a wait
 * for the end of a workflow would then poll for ever.
 */
function alsoLater(signal: AbortSignal): AbortSignal {
  const listen = (_type: string, listener: () => void): void => {
    if (signal.aborted) queueMicrotask(listener);
    else signal.addEventListener('abort', listener, { once: true });
  };
  return { addEventListener: listen } as unknown as AbortSignal;
}

/** Whether a call timed out. If the server notices it first, it cancels the call. We cancel one only if nobody waits for it. */
export function isDeadlineExceeded(error: unknown): boolean {
  const code = grpcStatusOf(error)?.code;
  return code === GRPC.DEADLINE_EXCEEDED || code === GRPC.CANCELLED;
}

/** Temporal answers an Update like this when two workers in a row did not finish the workflow's task. */
export function isTaskUndone(error: unknown): boolean {
  const status = grpcStatusOf(error);
  return status?.code === GRPC.FAILED_PRECONDITION && /workflow task in failed state/i.test(status.details);
}

/** The SDK puts words of its own before the message for the input of a step. */
const ABOUT_KEYS = /\b(KEY_NOT_SHARED|START_REFUSED): (?:Failed to parse activity args for activity \w+: )?(.*)/s;

/**
 * A failure about keys, from words that a worker left readable for everybody (`failure-converter.ts`). Undefined for other words.
 */
export function aboutKeys(words: string | null | undefined): VideoIdError | undefined {
  const [, code, message] = ABOUT_KEYS.exec(words ?? '') ?? [];
  if (!isFailureCode(code) || message === undefined) return undefined;
  return new VideoIdError(code, message, { field: 'keys' });
}

/** The failure type of an Update that was running when its workflow closed. */
const UPDATE_UNANSWERED = 'AcceptedUpdateCompletedWorkflow';

/** Whether an Update failed because the request ended before it was answered. */
export function isUpdateUnanswered(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === UPDATE_UNANSWERED
  );
}

/**
 * The failure with which a workflow answered an Update. `type` is its code, `details[0]` has the facts.
 * Undefined for any other error.
 */
export function failureOfWorkflow(error: unknown): VideoIdError | undefined {
  const failure = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(failure instanceof ApplicationFailure) || !isFailureCode(failure.type)) return undefined;
  const more: unknown = failure.details?.[0];
  return new VideoIdError(failure.type, failure.message, {
    remedy: textIn(more, 'remedy'),
    field: textIn(more, 'field'),
    facts: factsIn(more),
  });
}

/** Words of OpenSSL and Node in the details of a call without a connection. `videoid doctor` finds out more. */
const TLS_WORDS = /certificate|SSL|TLS|altnames/;

/**
 * Turns an error between us and Temporal into a failure for people.
 *
 * @param words a sentence that is true even though Temporal did not answer
 */
export function temporalFailure(
  error: unknown,
  more: { words?: string; remedy?: string; facts?: Readonly<Record<string, string | number | boolean>> } = {},
): VideoIdError {
  if (error instanceof VideoIdError) return error;
  const { facts } = more;
  const status = grpcStatusOf(error);
  const missing = noNamespace(error, facts);
  if (missing !== undefined) return missing;
  if (status?.code === GRPC.PERMISSION_DENIED || status?.code === GRPC.UNAUTHENTICATED) {
    return credentialsRefused(error, facts);
  }
  if (status?.code === GRPC.INVALID_ARGUMENT && /search attribute/i.test(status.details)) {
    return new VideoIdError('SETUP_FAILED', 'The search attributes are not registered in the namespace.', {
      field: 'temporal.namespace',
      remedy: 'Run `videoid setup`, then repeat the call.',
      facts,
      cause: error,
    });
  }
  if (error instanceof ValueError || error instanceof PayloadConverterError) {
    return new VideoIdError('KEY_NOT_SHARED', 'An answer in Temporal has a form that no worker of ours writes.', {
      field: 'keys.encryptPayloads',
      remedy: 'Run videoid doctor, which compares the processes. If they are alike, check who can write to Temporal.',
      facts,
      cause: error,
    });
  }
  const said = TLS_WORDS.test(status?.details ?? '')
    ? 'No trusted TLS connection to Temporal.'
    : 'Temporal did not answer.';
  return new VideoIdError('TEMPORAL_UNREACHABLE', [said, more.words].filter(Boolean).join(' '), {
    field: 'temporal.address',
    remedy: more.remedy ?? 'See whether Temporal runs and `videoid doctor` reaches it, then repeat the call.',
    facts,
    cause: error,
  });
}

function textIn(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null || !(name in value)) return undefined;
  const text: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof text === 'string' ? text : undefined;
}

function factsIn(value: unknown): Record<string, string | number | boolean> {
  if (typeof value !== 'object' || value === null || !('facts' in value)) return {};
  const { facts } = value;
  if (typeof facts !== 'object' || facts === null) return {};
  const entries = Object.entries(facts).filter((entry): entry is [string, string | number | boolean] =>
    ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return Object.fromEntries(entries);
}

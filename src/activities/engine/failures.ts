import { ApplicationFailureCategory } from '@temporalio/common';
import { ApplicationFailure } from '@temporalio/activity';
import type { StepFailure, StillWaiting } from '../../messages/activities.js';
import type { Outcome } from '../../messages/outcome.js';
import { defined } from '../../messages/defined.js';
import { ARCHIVE_TROUBLE, type FailureCode, VideoIdError } from '../../messages/failures.js';
import type { Logger } from '../../logging/logger.js';
import { ProviderError } from '../../uanataca/errors.js';

/** The longest pause before the next try, whatever the provider asks for. Milliseconds. */
const LONGEST_PAUSE = 300_000;

/**
 * Runs a step and turns what it throws into a failure that the workflow understands. `type` and `details[0].code` say what
 * happened. `temporary` says whether trying again may help. Temporary failures are always retryable.
 */
export async function asStep<T>(logger: Logger, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof ApplicationFailure) throw error;
    if (error instanceof ProviderError) throw providerFailure(error);
    if (error instanceof VideoIdError) throw ofOurs(error);
    logger.error({ error }, 'a step failed in our own code');
    throw error;
  }
}

/**
 * Nothing is new yet: Temporal tries again after `pause` milliseconds. It is benign, so logs and metrics stay quiet.
 *
 * @param how.read whether this try read the provider. `why` tells from it when that was
 */
export function stillWaiting(pause: number, how: StillWaiting = {}): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'STILL_WAITING',
    message: 'still waiting',
    details: [how],
    nextRetryDelay: Math.max(1, Math.round(pause)),
    category: ApplicationFailureCategory.BENIGN,
  });
}

/** A failure with one of our codes. `retryIn` (milliseconds) sets the next try. Without retry it waits for a decision. */
export function stepFailure(
  code: FailureCode,
  words: string,
  more: {
    retry?: boolean;
    retryIn?: number | undefined;
    temporary?: boolean;
    optimizer?: string;
    since?: number | undefined;
    facts?: StepFailure['facts'];
    recorded?: Outcome;
  } = {},
): ApplicationFailure {
  const retry = more.retry ?? more.retryIn !== undefined;
  const details: StepFailure = {
    code,
    words,
    temporary: more.temporary ?? retry,
    ...defined({ optimizer: more.optimizer, recorded: more.recorded }),
    ...(more.since === undefined ? {} : { since: new Date(more.since).toISOString() }),
    ...(more.facts === undefined || Object.keys(more.facts).length === 0 ? {} : { facts: more.facts }),
  };
  return ApplicationFailure.create({
    type: code,
    message: words,
    nonRetryable: !retry,
    details: [details],
    ...(more.retryIn === undefined ? {} : { nextRetryDelay: Math.max(1, Math.round(more.retryIn)) }),
  });
}

/**
 * The failure for an error of the provider. An unknown result is tried again, because each step reads before it writes. When
 * its budget is used up, a person decides.
 *
 * @param more.retryIn milliseconds until the next try
 * @param more.since when the Optimizer was first out of reach, milliseconds since 1970
 */
export function providerFailure(
  error: ProviderError,
  more: { retryIn?: number | undefined; since?: number; facts?: StepFailure['facts'] } = {},
): ApplicationFailure {
  const retry = error.kind !== 'refused' && !(error.kind === 'unknown' && error.mayBeRefusal);
  return stepFailure(error.code, error.toldHere, {
    retry,
    retryIn: retry && more.retryIn !== undefined ? Math.min(more.retryIn, LONGEST_PAUSE) : undefined,
    temporary: error.kind === 'not-sent' || error.kind === 'temporary',
    optimizer: error.optimizer,
    since: more.since,
    facts: more.facts,
  });
}

/** The failure of an upload. If the provider refused the document, it names the document by its number. Else the same error. */
export function uploadFailure(error: unknown, index: number): unknown {
  if (!(error instanceof ProviderError) || error.kind !== 'refused') return error;
  const { code, words, optimizer } = error;
  return stepFailure(code, `The provider refused document ${index}: ${words}`, {
    optimizer,
    facts: { document: index },
  });
}

function ofOurs(error: VideoIdError): ApplicationFailure {
  return stepFailure(error.code, error.words, { retry: ARCHIVE_TROUBLE.has(error.code), facts: error.facts });
}

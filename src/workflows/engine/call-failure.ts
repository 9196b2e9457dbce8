import { ApplicationFailure } from '@temporalio/workflow';
import type { StepFailure } from '../../messages/activities.js';
import { defined } from '../../messages/defined.js';
import type { FailureCode } from '../../messages/failures.js';
import type { Told } from '../../messages/journal.js';
import type { OutcomeKind } from '../../messages/outcome.js';

/** A failure that reaches the caller of an Update with its code. */
export function callFailure(
  code: FailureCode,
  message: string,
  facts: Record<string, string | number | boolean> = {},
  field?: string,
): ApplicationFailure {
  const more = field === undefined ? { facts } : { facts, field };
  return ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [more] });
}

/** The failure of a step, for the caller who started it. */
export function callFailureOf({ code, words, facts }: StepFailure): ApplicationFailure {
  return callFailure(code, words, facts);
}

/** The same failure with the number of events when it was answered. @param error any other error stays as it is */
export function withTold(error: unknown, told: Told): unknown {
  if (!(error instanceof ApplicationFailure)) return error;
  const { type, message, details } = error;
  const more = details?.[0] ?? {};
  return ApplicationFailure.create({
    ...defined({ type: type ?? undefined }),
    message,
    nonRetryable: true,
    details: [{ ...more, told }],
  });
}

/** For callers who come after the end. */
export function requestEnded(outcome: OutcomeKind): ApplicationFailure {
  return callFailure('REQUEST_ENDED', `The request has ended: ${outcome}.`, { outcome });
}

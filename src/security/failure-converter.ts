import { DefaultFailureConverter } from '@temporalio/common';
import type { FailureCode } from '../messages/failures.js';
import { ASKED_AHEAD } from '../messages/steering.js';

/** Their words name a key and a machine. They must be readable for a process that has other keys, so they stay in clear too. */
const ABOUT_KEYS = new Set<FailureCode>(['KEY_NOT_SHARED', 'START_REFUSED']);

/**
 * Puts messages and stacks of failures into a payload, where the codec encrypts them. A failed query gives its caller only the
 * message, never the payload. So the fixed text that asks the caller to try again stays readable.
 */
class FailureConverter extends DefaultFailureConverter {
  override errorToFailure(
    ...given: Parameters<DefaultFailureConverter['errorToFailure']>
  ): ReturnType<DefaultFailureConverter['errorToFailure']> {
    const failure = super.errorToFailure(...given);
    const [error] = given;
    if (!(error instanceof Error)) return failure;
    const code = failure.applicationFailureInfo?.type as FailureCode;
    if (ABOUT_KEYS.has(code)) return { ...failure, message: `${code}: ${error.message}` };
    // From the workflow's thread, an error comes with its message alone.
    const readable = error.message === ASKED_AHEAD || error.message.startsWith('KEY_NOT_SHARED: ');
    return readable ? { ...failure, message: error.message } : failure;
  }
}

/** The SDK loads it by path, also into the workflow sandbox. */
export const failureConverter = new FailureConverter({ encodeCommonAttributes: true });

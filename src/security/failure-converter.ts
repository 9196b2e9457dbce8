import { DefaultFailureConverter } from '@temporalio/common';
import { ASKED_AHEAD } from '../messages/steering.js';

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
    return error instanceof Error && error.message === ASKED_AHEAD ? { ...failure, message: ASKED_AHEAD } : failure;
  }
}

/** The SDK loads it by path, also into the workflow sandbox. */
export const failureConverter = new FailureConverter({ encodeCommonAttributes: true });

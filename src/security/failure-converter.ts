import { DefaultFailureConverter } from '@temporalio/common';
import { ASKED_AHEAD } from '../messages/steering.js';

/**
 * Puts messages and stacks of failures into a payload, where the codec encrypts them. A query that fails gives its caller
 * the message alone, never the payload: the one that tells to ask again is a fixed text, and stays readable.
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

/** Loaded by path, into the workflow sandbox too. */
export const failureConverter = new FailureConverter({ encodeCommonAttributes: true });

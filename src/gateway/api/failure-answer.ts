import { FAILURES, type FailureView, VideoIdError } from '../../messages/failures.js';

/** Seconds a caller should wait before it tries again what could not be done now. */
const RETRY_AFTER = 10;

/** What the API answers to any error. Only our own errors show words: they carry no personal data. */
export function answerFailure(error: unknown): Response {
  const failure = failureView(error);
  const { http: status } = FAILURES[failure.code];
  const updateId = failure.facts?.['updateId'];
  return Response.json(
    { error: failure },
    {
      status,
      headers: {
        'Cache-Control': 'no-store',
        ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
        ...(status === 503 ? { 'Retry-After': String(RETRY_AFTER) } : {}),
        ...(updateId === undefined ? {} : { 'Idempotency-Key': String(updateId) }),
      },
    },
  );
}

/** An error as a caller may see it. */
export function failureView(error: unknown): FailureView {
  if (error instanceof VideoIdError) return error.toJSON();
  return {
    code: 'STEP_FAILED',
    message: 'The gateway could not carry this out.',
    remedy: 'See the log of the gateway; it is a defect, or something on its machine failed.',
  };
}

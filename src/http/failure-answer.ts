import { FAILURES, type FailureView, VideoIdError } from '../messages/failures.js';

/** Seconds that a caller should wait before it repeats a call that was not possible now, or that came too soon. */
const RETRY_AFTER = { 429: 60, 503: 10 } as const;

/**
 * The answer to an error: `{"error"}` with the status of its code. 202 is no error, so it is `{"pending"}`. Only our own errors show
 * their words, because these contain no personal data.
 */
export function answerFailure(error: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  const failure = failureView(error);
  const { http: status } = FAILURES[failure.code];
  const updateId = failure.facts?.['updateId'];
  return Response.json(status === 202 ? { pending: failure } : { error: failure }, {
    status,
    headers: {
      'Cache-Control': 'no-store',
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...(status === 429 || status === 503
        ? { 'Retry-After': String(failure.facts?.['secondsLeft'] ?? RETRY_AFTER[status]) }
        : {}),
      ...(updateId === undefined ? {} : { 'Idempotency-Key': String(updateId) }),
      ...headers,
    },
  });
}

/** An error in the form that a caller may see. */
export function failureView(error: unknown): FailureView {
  if (error instanceof VideoIdError) return error.toJSON();
  return {
    code: 'STEP_FAILED',
    message: 'The call could not be carried out.',
    remedy: 'This is a defect, or something failed on the machine that answers. See the log there.',
  };
}

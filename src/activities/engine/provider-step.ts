import { activityInfo } from '@temporalio/activity';
import type { RetryPolicy, TemporalFailure } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time.js';
import type { ProviderStatus, RequestKey, RequestPk } from '../../messages/request.js';
import { ProviderError } from '../../uanataca/errors.js';
import type { ProviderRequest } from '../../uanataca/provider-request.js';
import type { Dependencies } from './dependencies.js';
import { providerFailure, stepFailure } from './failures.js';

/**
 * A step that calls the provider. It notes whether the Optimizer answers. Retries are spread in time, so that waiting
 * requests do not all come at once when the Optimizer answers again.
 */
export function providerStep<Order, Result>(
  { trouble }: Pick<Dependencies, 'trouble'>,
  run: (key: RequestKey, order: Order) => Promise<Result>,
): (key: RequestKey, order: Order) => Promise<Result> {
  return async (key, order) => {
    try {
      const result = await run(key, order);
      await trouble.answered(key);
      return result;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      throw await sorted(error, key, trouble);
    }
  };
}

async function sorted(
  error: ProviderError,
  key: RequestKey,
  trouble: Dependencies['trouble'],
): Promise<TemporalFailure> {
  if (error.kind === 'refused') {
    await trouble.answered(key);
    return providerFailure(error);
  }
  const { attempt, retryPolicy } = activityInfo();
  const retryIn = error.retryAfter === undefined ? spreadPause(attempt, retryPolicy) : later(error.retryAfter);
  if (error.kind === 'unknown') return providerFailure(error, { retryIn });
  return providerFailure(error, { retryIn, since: await trouble.failed(key, error) });
}

/** The random share of a pause. */
const SPREAD = 0.5;

/** The pause of the retry policy, made shorter by up to half. Undefined without a policy. */
function spreadPause(attempt: number, policy: RetryPolicy | undefined): number | undefined {
  if (policy?.initialInterval === undefined) return undefined;
  const first = msToNumber(policy.initialInterval);
  const longest = policy.maximumInterval === undefined ? 100 * first : msToNumber(policy.maximumInterval);
  const planned = Math.min(first * (policy.backoffCoefficient ?? 2) ** (attempt - 1), longest);
  return planned * (1 - SPREAD * Math.random());
}

/** At least as long as the provider asks for. */
function later(pause: number): number {
  return pause * (1 + SPREAD * Math.random());
}

/** Reads the request: at the Optimizer for signatures, at the Registration Authority API for enrolments. */
export async function providerRequest(
  { optimizer, registrationAuthority }: Pick<Dependencies, 'optimizer' | 'registrationAuthority'>,
  key: RequestKey,
  requestPk: RequestPk,
): Promise<ProviderRequest> {
  const system = key.flow === 'signature' ? optimizer(key.environment) : registrationAuthority(key.environment);
  return await system.getRequest(requestPk);
}

/** Reads the request's status. */
export async function providerStatus(
  dependencies: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
): Promise<ProviderStatus> {
  return (await providerRequest(dependencies, key, requestPk)).status;
}

/**
 * A signal that aborts when Temporal gives up this try, so that a slow try does nothing while the next one runs. Without
 * heartbeats, Temporal does not stop a try itself.
 */
export function endOfTry(): AbortSignal {
  const { startToCloseTimeoutMs, scheduleToCloseTimeoutMs, scheduledTimestampMs, currentAttemptScheduledTimestampMs } =
    activityInfo();
  // Both times are from the server: our clock may differ.
  const spent = currentAttemptScheduledTimestampMs - scheduledTimestampMs;
  const ofBudget = scheduleToCloseTimeoutMs > 0 ? scheduleToCloseTimeoutMs - spent : Infinity;
  const end = new AbortController();
  const failure = stepFailure('STEP_FAILED', 'It took longer than one try may take. It is tried again.', {
    retry: true,
  });
  setTimeout(() => end.abort(failure), Math.max(0, Math.min(startToCloseTimeoutMs, ofBudget))).unref();
  return end.signal;
}

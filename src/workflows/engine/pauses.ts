import type { RetryPolicy } from '@temporalio/workflow';

/** Pauses between tries, doubling from `first` to `longest` milliseconds. Temporal refuses a first pause above the longest. */
export function pauses(first: number, longest: number): RetryPolicy {
  return { initialInterval: first, maximumInterval: Math.max(first, longest), backoffCoefficient: 2 };
}

/** Milliseconds. After the end of a request, work at the provider may go on this long. */
export const AFTER_END = 30 * 24 * 3_600_000;

import type { FailureCode } from '../messages/failures.js';

type Call = (...args: unknown[]) => unknown;

/**
 * The same activities, told which failure is shown while they keep trying, as a third argument: they end when it is
 * another. Undefined shows none, and they are as they were.
 */
export function showing<Some extends object>(shown: FailureCode | undefined, activities: Some): Some {
  if (shown === undefined) return activities;
  return new Proxy(activities, {
    get: (target, name) => (key: unknown, order: unknown) =>
      (target as Record<string | symbol, Call | undefined>)[name]?.(key, order, shown),
  });
}

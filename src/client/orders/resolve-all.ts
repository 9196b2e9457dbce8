import { z } from 'zod';
import { VideoIdError } from '../../messages/failures.js';
import type { Flow } from '../../messages/request.js';
import type { Resolution } from '../../messages/steering.js';
import { actorPart, checkedInput, words } from '../input/input.js';
import { type CallOptions, orderName, type RequestAccess } from '../running/access.js';
import { anyRemedy } from './order-schemas.js';
import { listRequests, MOST } from '../../temporal/listing.js';

/** One decision for every request that is in attention with the same failure. */
export interface ResolveAllOrder extends Omit<Resolution, 'remedy' | 'ids'> {
  code: string;
  /** `retry` if left out. */
  remedy?: Resolution['remedy'] | undefined;
  /** Without it no request is told. The answer then says which requests would be. */
  carryOut?: boolean | undefined;
}

/** What became of it. */
export interface ResolvedAll {
  code: string;
  remedy: Resolution['remedy'];
  carriedOut: boolean;
  /** How many requests are in attention with this failure. */
  found: number;
  /** `told`, or the failure's code. `not-told` where a failure before would have come again. */
  results: { flow: Flow; reference: string; attempt: number; result: string }[];
}

/** Requests that are told at a time. Each tries its step at once, so the provider gets as many calls. */
const AT_A_TIME = 8;

/** After one of these failures the other requests would fail in the same way. */
const HOPELESS = new Set<string>(['WORKER_AWAY', 'TEMPORAL_UNREACHABLE', 'ARCHIVE_UNAVAILABLE']);

const schema: z.ZodType<ResolveAllOrder> = z.strictObject({
  code: z.string().min(1, 'must not be empty'),
  remedy: anyRemedy.exactOptional(),
  actor: actorPart,
  note: words.exactOptional(),
  carryOut: z.boolean().exactOptional(),
});

/**
 * Tells each by itself: one that cannot take it does not keep the others.
 *
 * @param each.updateId every request is ordered by itself with it; the same for another code is another order
 * @throws VideoIdError BAD_INPUT, also for `adopt`, which needs ids of each request, and for CREATE_IN_DOUBT without a
 *   remedy; what listing throws
 */
export async function resolveAll(
  { client, config }: RequestAccess,
  order: ResolveAllOrder,
  each: {
    updateId?: string | undefined;
    resolve: (reference: string, resolution: Resolution, options: CallOptions) => Promise<unknown>;
  },
): Promise<ResolvedAll> {
  const { code, remedy = 'retry', carryOut = false, ...decider } = checkedInput(schema, order);
  if (code === 'CREATE_IN_DOUBT' && order.remedy === undefined) {
    throw new VideoIdError('BAD_INPUT', 'A create in doubt that is tried again may be billed twice.', {
      field: 'remedy',
      remedy: "Look in the provider's console first; then name the remedy: adopt for one, or retry.",
    });
  }
  if (remedy === 'adopt') {
    throw new VideoIdError('BAD_INPUT', 'What was created is adopted for each request by itself.', {
      field: 'remedy',
      remedy: 'Name one request and its ids.',
    });
  }
  // The oldest first.
  const place = { client, taskQueue: config.temporal.taskQueue };
  const found = (await listRequests(place, { code, limit: MOST })).toReversed();
  const key = each.updateId === undefined ? {} : { updateId: orderName(`${each.updateId} ${code}`) };
  const results = found.map(({ flow, reference, attempt }) => ({ flow, reference, attempt, result: 'not-told' }));
  if (carryOut) {
    let next = 0;
    let hopeless = false;
    const tell = async (): Promise<void> => {
      while (!hopeless && next < found.length) {
        const at = next++;
        const [request, result] = [found[at], results[at]];
        if (request === undefined || result === undefined) return;
        try {
          const { flow, reference, attempt } = request;
          await each.resolve(reference, { remedy, ...decider }, { flow, attempt, ...key });
          result.result = 'told';
        } catch (error) {
          if (!(error instanceof VideoIdError)) throw error;
          result.result = error.code;
          hopeless ||= HOPELESS.has(error.code);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, tell));
  }
  return { code, remedy, carriedOut: carryOut, found: found.length, results };
}

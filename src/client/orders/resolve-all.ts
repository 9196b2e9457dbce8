import { z } from 'zod';
import type { AttemptKey } from '../../archive/archive.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Flow } from '../../messages/request.js';
import type { Resolution } from '../../messages/steering.js';
import { actorPart, checkedInput, words } from '../input/input.js';
import { allListed, type CallOptions, orderName, type RequestAccess } from '../running/access.js';
import { anyRemedy } from './order-schemas.js';
import { listRequests, MOST } from '../../temporal/listing.js';

/** One decision for all requests in attention with the same failure. */
export interface ResolveAllOrder extends Omit<Resolution, 'remedy' | 'ids'> {
  code: string;
  /** Default: `retry`. */
  remedy?: Resolution['remedy'] | undefined;
  /** If false, nothing is sent. The answer then lists the requests that would get the decision. */
  carryOut?: boolean | undefined;
}

/** The results. */
export interface ResolvedAll {
  code: string;
  remedy: Resolution['remedy'];
  carriedOut: boolean;
  /** How many requests are in attention with this failure. */
  found: number;
  /** `sent`, or the failure's code. `not-sent`: only listed, or an earlier failure would have happened again. */
  results: { flow: Flow; reference: string; attempt: number; result: string }[];
}

/** How many requests get the decision at once. Each retries its step at once, so the provider gets as many calls. */
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
 * Sends the decision to each request separately. If one refuses it, the others still get it.
 *
 * @param each.updateId the key of the order to each request. With another code it is another order
 * @throws VideoIdError BAD_INPUT, also for `adopt`, which needs ids of each request, and for CREATE_IN_DOUBT without a
 *   remedy; TEMPORAL_UNREACHABLE for a failure that only Temporal knows
 */
export async function resolveAll(
  access: RequestAccess,
  order: ResolveAllOrder,
  each: {
    updateId?: string | undefined;
    resolve: (reference: string, resolution: Resolution, options: CallOptions) => Promise<unknown>;
  },
): Promise<ResolvedAll> {
  const { code, remedy = 'retry', carryOut = false, ...decider } = checkedInput(schema, order);
  if (code === 'CREATE_IN_DOUBT' && order.remedy === undefined) {
    throw new VideoIdError('BAD_INPUT', 'A retry of a create in doubt may be billed twice.', {
      field: 'remedy',
      remedy: "Look in the provider's console first; then name the remedy: adopt for one, or retry.",
    });
  }
  if (remedy === 'adopt') {
    throw new VideoIdError('BAD_INPUT', 'Each request needs its own ids to adopt.', {
      field: 'remedy',
      remedy: 'Name one request and its ids.',
    });
  }
  const found = await inAttention(access, code);
  const key = each.updateId === undefined ? {} : { updateId: orderName(`${each.updateId} ${code}`) };
  const results = found.map(({ flow, reference, attempt }) => ({ flow, reference, attempt, result: 'not-sent' }));
  if (carryOut) {
    let next = 0;
    let hopeless = false;
    const sendToRest = async (): Promise<void> => {
      while (!hopeless && next < found.length) {
        const at = next++;
        const [request, result] = [found[at], results[at]];
        if (request === undefined || result === undefined) return;
        try {
          const { flow, reference, attempt } = request;
          await each.resolve(reference, { remedy, ...decider }, { flow, attempt, ...key });
          result.result = 'sent';
        } catch (error) {
          if (!(error instanceof VideoIdError)) throw error;
          result.result = error.code;
          hopeless ||= HOPELESS.has(error.code);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, sendToRest));
  }
  return { code, remedy, carriedOut: carryOut, found: found.length, results };
}

/** The requests in attention with a failure, the oldest first. Temporal knows which ones no worker can continue. */
async function inAttention({ archive, client, config }: RequestAccess, code: string): Promise<AttemptKey[]> {
  const found = new Map<string, AttemptKey>();
  for await (const request of allListed(archive, { code, ended: false })) found.set(request.workflowId, request);
  if (code === 'NOT_REPLAYABLE' || code === 'STEP_FAILED') {
    const place = { client, taskQueue: config.temporal.taskQueue };
    const problems = await listRequests(place, { problem: true, limit: MOST });
    for (const request of problems) if (request.problem === code) found.set(request.workflowId, request);
  }
  return [...found.values()].toReversed();
}

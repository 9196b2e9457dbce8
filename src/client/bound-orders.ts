import { createHash } from 'node:crypto';
import type { Archive, BoundOrder } from '../archive/archive.js';
import type { RequestRecord } from '../archive/request-record.js';
import { defined } from '../messages/defined.js';
import { type FailureCode, VideoIdError } from '../messages/failures.js';
import type { Fingerprints } from '../security/fingerprints.js';
import { hasEnded } from './ending.js';
import { canonicalJson } from './input-hash.js';
import { type CallOptions, checkedUpdateId } from './updates.js';

/** One order of a person about one request. */
export interface Order<Answer> {
  /** The Update's name, or the verb's where there is none. */
  verb: string;
  /** What was ordered, in clear, as JSON: tells the same order from another. Only a keyed fingerprint of it is kept. */
  given: object;
  options: CallOptions;
  /** Whether it is about a request that has ended. */
  afterEnd?: boolean;
  /** What is in the way whatever the request says; not looked at when the order was taken before. */
  check?: () => Promise<void> | void;
  /** What the order brings along into the archive. */
  brings?: {
    /** Answers its number. */
    add: () => Promise<number>;
    /** Takes it back when the request did not take the order. */
    drop?: (number: number) => Promise<void>;
  };
  /** Asks the request. Runs again when the same is ordered again before there was an answer. */
  carryOut: (call: CallOptions & { updateId: string }, number: number) => Promise<Answer>;
}

/** What only a code that was sent to the provider gets: it stays so. Of other refusals Temporal knows which are final. */
const SETTLED = new Set<FailureCode>(['CODE_NOT_ACCEPTED', 'CODE_SPENT']);

/**
 * Carries an order out once for its key: the same again gets the settled answer, or waits for it; with other input, or
 * another verb, it is refused and nothing is done. Temporal joins those that come while the order is under way, by the Update's id.
 *
 * @throws VideoIdError IDEMPOTENCY_KEY_REUSED; REQUEST_ENDED for what was not ordered before the end; what `check` and `carryOut` throw
 */
export async function orderOnce<Answer>(
  { archive, fingerprints }: { archive: Archive; fingerprints: Fingerprints },
  record: RequestRecord,
  order: Order<Answer>,
): Promise<Answer> {
  const updateId = checkedUpdateId(order.options.updateId);
  const name = orderName(updateId);
  const text = canonicalJson({ workflow: record.workflowId, verb: order.verb, given: order.given });
  let bound = await archive.readOrder(record, name);
  if (bound === undefined) {
    const outcome = order.afterEnd === true ? undefined : await archive.readOutcome(record);
    if (outcome !== undefined) throw hasEnded(outcome);
    await order.check?.();
    const wanted = { verb: order.verb, ...fingerprints.of(text), at: new Date().toISOString() };
    bound = await archive.bindOrder(record, name, wanted);
  }
  if (bound.verb !== order.verb || !fingerprints.matches(bound, text)) throw reused(bound);
  if (bound.settled !== undefined) return settledAnswer(bound.settled) as Answer; // of the same verb
  const known = bound.number !== undefined;
  const taken = order.brings === undefined || known ? bound : { ...bound, number: await order.brings.add() };
  if (taken !== bound) await archive.noteOrder(record, name, taken);
  const settle = async (settled: Exclude<BoundOrder['settled'], undefined>): Promise<void> => {
    try {
      await archive.noteOrder(record, name, { ...taken, settled });
    } catch (error) {
      // It is done, and Temporal knows the answer as long as it knows the request.
      if (!(error instanceof VideoIdError)) throw error;
    }
  };
  try {
    const answer = await order.carryOut({ ...order.options, updateId }, taken.number ?? 0);
    await settle(defined({ answer }));
    return answer;
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    if (SETTLED.has(error.code)) await settle({ failure: error.toJSON() });
    // After the end a number from before may be somebody else's by now.
    const notTaken = error.code === 'NOT_NOW' || (error.code === 'REQUEST_ENDED' && !known);
    if (notTaken && taken.number !== undefined && order.brings?.drop !== undefined) {
      const { number, ...without } = taken;
      await archive.noteOrder(record, name, without);
      await order.brings.drop(number);
    }
    throw error;
  }
}

/**
 * The attempt that a key was used for: when its answer was lost, a later attempt may have been started since.
 *
 * @param latest the one that is meant otherwise
 */
export async function attemptOrdered(
  archive: Archive,
  latest: RequestRecord,
  updateId: string | undefined,
): Promise<RequestRecord> {
  if (updateId === undefined || latest.attempt === 1) return latest;
  const name = orderName(checkedUpdateId(updateId));
  const { flow, reference } = latest;
  for (let { attempt } = latest; attempt > 0; attempt -= 1) {
    if ((await archive.readOrder({ flow, reference, attempt }, name)) === undefined) continue;
    return await archive.readRequest({ flow, reference, attempt });
  }
  return latest;
}

/** Where the order of a key is kept. The principal will belong to it. */
export function orderName(updateId: string): string {
  return createHash('sha256').update(`videoid order\0${updateId}`, 'utf8').digest('hex');
}

function settledAnswer(settled: Exclude<BoundOrder['settled'], undefined>): unknown {
  if (!('failure' in settled)) return settled.answer;
  const { code, message, ...more } = settled.failure;
  throw new VideoIdError(code, message, more);
}

/** A key that was used for something else. */
export function reused({ verb, at }: Pick<BoundOrder, 'verb' | 'at'>): VideoIdError {
  return new VideoIdError(
    'IDEMPOTENCY_KEY_REUSED',
    'The Idempotency-Key (updateId) was used for another order before.',
    {
      field: 'Idempotency-Key',
      remedy:
        'Nothing was done. Use a new key for every human action; also where the codec key of that time is not in the settings any more.',
      facts: { verb, at },
    },
  );
}

import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { RequestStatus } from '../../messages/status.js';
import type { Told } from '../../messages/journal.js';
import { HINT_SIGNAL, STATUS_QUERY } from '../../messages/steering.js';
import type { Answers, OrderName, Orders } from '../../messages/verbs.js';

/** The provider called back: something may have changed. The signal has no argument, so a forged one can do no harm. */
export const hintSignal = defineSignal(HINT_SIGNAL);
/** For people in the Temporal UI. Everybody else reads the archive. */
export const statusQuery = defineQuery<RequestStatus>(STATUS_QUERY);

/** The Update that carries an order. */
export function updateOf<Name extends OrderName>(order: Name) {
  return defineUpdate<Answers[Name] & { told: Told }, [Orders[Name]]>(order);
}

import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { RequestStatus } from '../../messages/status.js';
import { HINT_SIGNAL, STATUS_QUERY, type StatusQuestion } from '../../messages/steering.js';
import type { Answers, OrderName, Orders } from '../../messages/verbs.js';

/** The provider called back: something may have changed. The signal has no argument, so a forged one can do no harm. */
export const hintSignal = defineSignal(HINT_SIGNAL);
export const statusQuery = defineQuery<RequestStatus, StatusQuestion>(STATUS_QUERY);

/** The Update that carries an order. */
export function updateOf<Name extends OrderName>(order: Name) {
  return defineUpdate<Answers[Name], [Orders[Name]]>(order);
}

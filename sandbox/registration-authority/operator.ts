import { Refusal } from '../calls/answers.js';
import type { Provider } from '../provider.js';
import { isPossible } from '../requests/transitions.js';
import { hasDocuments, missingFields, validationApproves } from './completeness.js';
import type { Enrolment } from './enrolment.js';

/** What the provider's Certified Operator, or the authority's own staff in the console, can do without the API. */
export type OperatorAct = 'validate' | 'refuse' | 'approve' | 'cancel';
export const OPERATOR_ACTS: readonly OperatorAct[] = ['validate', 'refuse', 'approve', 'cancel'];

export function canOperate(provider: Provider, request: Enrolment, act: OperatorAct): boolean {
  switch (act) {
    case 'validate':
    case 'refuse':
      return request.status === 'VIDEOREVIEW';
    case 'approve':
      return (
        request.status === 'CREATED' &&
        missingFields(request).length === 0 &&
        hasDocuments(request, provider.behaviourOf(request))
      );
    case 'cancel':
      return isPossible(request, 'cancelled', provider.behaviourOf(request));
  }
}

/** @throws Refusal 412 if the status or the data do not allow it */
export function operate(provider: Provider, request: Enrolment, act: OperatorAct, reason: string): void {
  if (!canOperate(provider, request, act)) throw new Refusal(412, 'Invalid request status');
  switch (act) {
    case 'validate':
      validate(provider, request, 'as-operator');
      break;
    case 'refuse':
      provider.refuse(request, reason);
      break;
    case 'approve':
      provider.move(request, 'approved');
      break;
    case 'cancel':
      provider.move(request, 'cancelled');
      break;
  }
}

/**
 * The video is accepted. The profile decides which status follows, unless the caller does. Returns whether this also approves.
 * @throws Refusal 412
 */
export function validate(
  provider: Provider,
  request: Enrolment,
  to: 'ENROLLREADY' | 'CREATED' | 'as-operator',
): boolean {
  if (request.status !== 'VIDEOREVIEW') throw new Refusal(412, 'Invalid request status');
  const approves =
    to === 'as-operator' ? validationApproves(request, provider.behaviourOf(request)) : to === 'ENROLLREADY';
  provider.move(request, approves ? 'approved' : 'validated');
  return approves;
}

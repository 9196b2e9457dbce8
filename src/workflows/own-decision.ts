import { defined } from '../messages/defined.js';
import type { OwnCall } from '../messages/own-calls.js';
import type { ProviderStatus } from '../messages/request.js';
import type { ReviewDecision } from '../messages/steering.js';
import type { RequestRun } from './engine/request-run.js';
import type { RequestState } from './engine/request-state.js';
import { DECISION_AWAITED } from './engine/verbs.js';

/** The status at the provider after a decision. CREATED: approved in the first of two steps. */
export const DECIDED = {
  approve: new Set<ProviderStatus>(['CREATED', 'ENROLLREADY', 'ISSUED']),
  refuse: new Set<ProviderStatus>(['CANCELLED']),
};

/** What the request notes if the provider takes the decision. */
export function ownDecision({ state, request }: RequestRun, decision: ReviewDecision, id: string): OwnCall {
  const shows = [...DECIDED[decision.decision]].filter((status) => status !== DECISION_AWAITED[request.key.flow]);
  const actor = actorOf(decision);
  const event = { at: new Date().toISOString(), actor, facts: factsOf(state, decision) };
  if (decision.decision === 'approve') return state.sends({ id, shows, events: [{ ...event, what: 'approved' }] });
  const { reason, note, textForSigner } = decision;
  const ending = { outcome: 'refused', reason, actor, ...defined({ note, textForSigner }) } as const;
  return state.sends({ id, shows, events: [{ ...event, what: 'refused' }], ending });
}

/** The facts of a decision, for the evidence. */
export function factsOf({ decidedBy: mode }: RequestState, decision: ReviewDecision): Record<string, string> {
  const { evidenceSeen } = decision;
  if (decision.decision === 'refuse') return { evidenceSeen, reason: decision.reason };
  return { evidenceSeen, mode, ...defined({ identity: decision.identity }) };
}

export function actorOf({ officer }: ReviewDecision) {
  return { kind: 'officer', id: officer } as const;
}

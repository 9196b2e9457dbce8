import type { StepFailure } from '../messages/activities.js';
import type { FailureCode } from '../messages/failures.js';
import type { ProviderStatus } from '../messages/request.js';
import type { Teller } from './inbox.js';
import type { RequestRun } from './request-run.js';
import type { Remedies } from './steps.js';

/** After these the create may have happened all the same. */
const MAY_BE_CREATED = new Set<FailureCode>([
  'CREATE_IN_DOUBT',
  'PROVIDER_ANSWER_UNKNOWN',
  'SCRATCHCARD_USED',
  'STEP_FAILED',
]);

/**
 * What an operator can do about a create that failed: have it made again, or adopt what it may have made all the same. Where
 * it has made nothing, the signer's data can be corrected too: it is in the archive alone, and the next create takes it from there.
 */
export function createRemedies<T extends { status: ProviderStatus }>(
  run: RequestRun,
  { code }: StepFailure,
  { again, adopt }: { again: (asked?: Teller) => Promise<T>; adopt: Required<Remedies<T>>['adopt'] },
): Remedies<T> {
  const { state, request } = run;
  const inDoubt = MAY_BE_CREATED.has(code);
  state.createInDoubt ||= inDoubt;
  // An enrolment that may have been created is found by the signer it was created for.
  state.createRefused = !inDoubt && !(request.key.flow === 'enrolment' && state.createInDoubt);
  return { retry: () => corrected(run, again), ...(state.createInDoubt ? { adopt } : {}) };
}

/** Whoever corrected the data is answered when the create has it, or told why it failed again; the correction stays. */
async function corrected<T extends { status: ProviderStatus }>(
  run: RequestRun,
  again: (asked?: Teller) => Promise<T>,
): Promise<T> {
  const asked = run.inbox.take('correct');
  if (!asked) return again();
  const { number, reason, actor } = asked.question;
  run.state.happened('corrected', { number, reason }, actor);
  const made = await again(asked);
  if (!asked.settled) asked.answer({ status: made.status });
  return made;
}

import type { StepFailure } from '../../messages/activities.js';

/** A failure that puts a request in attention. `people`: they must act, and neither another try nor an operator's decision helps. */
export interface Trouble extends StepFailure {
  awaits?: 'people';
}

import { VideoIdError } from '../messages/failures.js';
import { type Flow, workflowIdOf } from '../messages/request.js';
import type { AttemptKey } from './archive.js';

const NAME_64 = /^[A-Za-z0-9._-]{1,64}$/;
const MARK_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;
const FLOWS: Record<Flow, true> = { signature: true, enrolment: true };

/** The problem with a reference, as the end of the sentence "the reference …". Undefined if there is none. */
export function referenceProblem(reference: string): string | undefined {
  if (reference === '') return 'is empty';
  if (reference.length > 64) return 'is longer than 64 characters';
  if (!NAME_64.test(reference)) return 'has characters other than A-Z a-z 0-9 . _ -';
  if (reference === '.' || reference === '..') return 'is a dot name';
  return undefined;
}

/** Checks a reference. @throws BAD_REFERENCE */
export function checkedReference(reference: string): string {
  const problem = referenceProblem(reference);
  if (problem === undefined) return reference;
  throw new VideoIdError('BAD_REFERENCE', `The reference ${problem}.`, {
    field: 'reference',
    remedy: 'Use 1 to 64 of the characters A-Z a-z 0-9 . _ - and no personal data.',
  });
}

/** Checks a flow that was read from a file or the network. @throws BAD_INPUT */
export function checkedFlow(flow: Flow): Flow {
  if (!Object.hasOwn(FLOWS, flow)) throw badName('flow', 'signature or enrolment');
  return flow;
}

/** The key of an attempt's row, which is its workflow's id. @throws BAD_REFERENCE, BAD_INPUT */
export function requestOf({ flow, reference, attempt }: AttemptKey): string {
  if (!Number.isSafeInteger(attempt) || attempt < 1) throw badName('attempt', 'a whole number from 1');
  return workflowIdOf({ flow: checkedFlow(flow), reference: checkedReference(reference), attempt });
}

/** Checks the name of a mark or of a call. @throws BAD_INPUT */
export function markName(name: string): string {
  if (!MARK_NAME.test(name)) throw badName('mark', '1 to 128 of A-Z a-z 0-9 . _ -, not beginning with a dot');
  return name;
}

/** Checks the name of an order, a sealed value or an environment. @throws BAD_INPUT */
export function plainName(name: string, field = 'name'): string {
  if (referenceProblem(name) !== undefined) throw badName(field, '1 to 64 of A-Z a-z 0-9 . _ -');
  return name;
}

/** Whether an id can be one of the provider's. Those are numbers (§3), so this is generous. */
export function isProviderId(requestPk: string): boolean {
  return referenceProblem(requestPk) === undefined;
}

function badName(field: string, allowed: string): VideoIdError {
  return new VideoIdError('BAD_INPUT', `The ${field} cannot be used as a name in the archive.`, {
    field,
    remedy: `It must be ${allowed}.`,
  });
}

import type { FailureCode } from '../../src/messages/failures.js';
import type { Flow } from '../../src/messages/request.js';
import { createRemedies } from '../../src/workflows/creating.js';
import type { RequestRun } from '../../src/workflows/request-run.js';

const never = () => Promise.reject<{ status: string }>(new Error('nobody asked'));

/** What is possible after each of these failures, one after the other. */
function after(flow: Flow, ...codes: FailureCode[]): string[] {
  const state = { createRefused: false, createInDoubt: false };
  const run = { state, request: { key: { flow } } } as unknown as RequestRun;
  return codes.map((code) => {
    const failure = { code, temporary: false, words: '' };
    const remedies = Object.keys(createRemedies(run, failure, { again: never, adopt: never }));
    return [...remedies, ...(state.createRefused ? ['correct'] : [])].join(' ');
  });
}

test('what was refused can be corrected; what may have been made can be adopted, from then on', () => {
  expect(after('signature', 'PROVIDER_REFUSED', 'CREATE_IN_DOUBT', 'PROVIDER_REFUSED')).toEqual([
    'retry correct',
    'retry adopt',
    'retry adopt correct',
  ]);
});

test('an enrolment that may have been made is found by its signer, who is not corrected until it is settled', () => {
  expect(after('enrolment', 'PROVIDER_REFUSED', 'PROVIDER_ANSWER_UNKNOWN', 'PROVIDER_REFUSED')).toEqual([
    'retry correct',
    'retry adopt',
    'retry adopt',
  ]);
});

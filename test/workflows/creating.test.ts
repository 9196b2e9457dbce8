import type { FailureCode } from '../../src/messages/failures.js';
import type { AnyRequest, Flow } from '../../src/messages/request.js';
import { createRemedies } from '../../src/workflows/creating.js';
import { attentionOf } from '../../src/workflows/engine/attention.js';
import { mayCorrectCreate } from '../../src/workflows/engine/create-doubt.js';
import { RequestState } from '../../src/workflows/engine/request-state.js';

/** What is possible after each of these failures of a create, in order. */
function after(flow: Flow, ...codes: FailureCode[]): string[] {
  const state = new RequestState({ key: { flow } } as AnyRequest, () => undefined);
  return codes.map((code) => {
    const failure = { code, temporary: false, words: '' };
    const remedies = createRemedies(failure, state.events);
    state.attention = attentionOf('create', failure, remedies, state.attention);
    state.happened('attention', { step: 'create', code });
    return [...remedies, ...(mayCorrectCreate(state) ? ['correct'] : [])].join(' ');
  });
}

test('what was refused can be corrected; what may have been made can be adopted, from then on', () => {
  expect(after('signature', 'PROVIDER_REFUSED', 'CREATE_IN_DOUBT', 'PROVIDER_REFUSED')).toEqual([
    'retry correct',
    'adopt retry',
    'adopt retry correct',
  ]);
});

test('an enrolment that may have been made is found by its signer, who is not corrected until it is settled', () => {
  expect(after('enrolment', 'PROVIDER_REFUSED', 'PROVIDER_ANSWER_UNKNOWN', 'PROVIDER_REFUSED')).toEqual([
    'retry correct',
    'adopt retry',
    'adopt retry',
  ]);
});

test('what was in doubt before a create that succeeded is in doubt no more', () => {
  const events = [
    { at: '', what: 'attention', facts: { step: 'create', code: 'CREATE_IN_DOUBT' } },
    { at: '', what: 'created' },
  ];
  expect(createRemedies({ code: 'PROVIDER_REFUSED' }, events)).toEqual(['retry']);
});

test('an attempt that takes up another again creates nothing, and has nothing to correct', () => {
  const request = { key: { flow: 'signature' }, reopens: { videoidPk: '1', requestPk: '2' } };
  const state = new RequestState(request as unknown as AnyRequest, () => undefined);
  const failure = { code: 'PROVIDER_REFUSED', temporary: false, words: '' } as const;
  state.attention = attentionOf('create', failure, [], undefined);
  expect(mayCorrectCreate(state)).toBe(false);
});

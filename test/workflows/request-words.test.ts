import type { Attention, Verb } from '../../src/messages/status.js';
import type { AnyRequest, Flow, ReviewMode } from '../../src/messages/request.js';
import { RequestState } from '../../src/workflows/engine/request-state.js';
import { checklist, statusOf } from '../../src/workflows/engine/status.js';
import { verbsOf } from '../../src/workflows/engine/verbs.js';

const DEADLINE = '2026-02-01T00:00:00.000Z';
const TROUBLE: Attention = {
  step: 'upload',
  code: 'PROVIDER_BUSY',
  words: 'It is busy.',
  since: '2026-01-01T00:00:00.000Z',
  tries: 1,
  awaits: 'next-try',
  leavesByItself: true,
  remedies: ['retry', 'cancel'],
};

const OPERATOR_AWAITED = { awaits: 'operator', leavesByItself: false } as const;

function aState(fields: Partial<RequestState>, flow: Flow = 'signature', reviewMode: ReviewMode = 'manual') {
  const key = { flow, reference: 'r', attempt: 2, registrationAuthority: '139' };
  const state = new RequestState({ key, reviewMode } as AnyRequest, () => undefined);
  return Object.assign(state, fields);
}

const IN_REVIEW = { stage: 'review', providerStatus: 'VIDEOREVIEW' } as const;
const TO_ACCEPT = { documents: ['d'], contract: 'c' };

test.each<[string, Partial<RequestState>, Verb[]]>([
  ['creating', { stage: 'creating' }, ['cancel']],
  ['video', { stage: 'video' }, ['link', 'new-video', 'correct', 'abandon', 'cancel']],
  ['review', IN_REVIEW, ['approve', 'refuse', 'correct', 'identity', 'cancel']],
  [
    'acceptance',
    { stage: 'acceptance', toAccept: TO_ACCEPT },
    ['identity', 'documents', 'contract', 'accept', 'code', 'abandon', 'cancel'],
  ],
  [
    'acceptance, accepted',
    { stage: 'acceptance', toAccept: TO_ACCEPT, acceptedAt: 'then' },
    ['identity', 'documents', 'contract', 'accept', 'code', 'sign', 'abandon', 'cancel'],
  ],
  [
    'code',
    { stage: 'code', toAccept: TO_ACCEPT },
    ['identity', 'documents', 'contract', 'accept', 'code', 'sign', 'abandon', 'cancel'],
  ],
  ['archiving: it is signed, and nothing ends it any more', { stage: 'archiving' }, []],
  ['cleaning', { stage: 'cleaning' }, []],
  ['ended', { stage: 'ended', attention: TROUBLE }, []],
])('what a person may do in the stage %s', (_stage, fields, verbs) => {
  expect(verbsOf(aState(fields), undefined)).toEqual(verbs);
});

test('the deadline can be extended while one runs', () => {
  expect(verbsOf(aState({ stage: 'video' }), DEADLINE)).toContain('extend');
  expect(verbsOf(aState({ stage: 'video' }), undefined)).not.toContain('extend');
});

test('trouble that leaves by itself takes no verb away; while an operator is awaited, nothing is asked of the story', () => {
  const busy = verbsOf(aState({ ...IN_REVIEW, attention: TROUBLE }), undefined);
  expect(busy).toEqual(['approve', 'refuse', 'correct', 'identity', 'resolve', 'cancel']);
  const awaited = { ...TROUBLE, ...OPERATOR_AWAITED };
  expect(verbsOf(aState({ stage: 'review', attention: awaited }), undefined)).toEqual([
    'identity',
    'resolve',
    'cancel',
  ]);
});

test.each<[Partial<RequestState>, Verb[]]>([
  [{ stage: 'issuing' }, ['resolve', 'abandon', 'cancel']],
  [{ stage: 'completing' }, ['identity', 'resolve', 'abandon', 'cancel']],
  [
    { stage: 'code', toAccept: TO_ACCEPT },
    ['identity', 'documents', 'contract', 'accept', 'resolve', 'abandon', 'cancel'],
  ],
])('nothing hangs while an operator is awaited: %j', (fields, verbs) => {
  const attention = { ...TROUBLE, ...OPERATOR_AWAITED };
  expect(verbsOf(aState({ ...fields, attention }, 'enrolment'), undefined)).toEqual(verbs);
});

test('data that a create was refused for can be corrected', () => {
  const attention: Attention = { ...TROUBLE, step: 'create', code: 'PROVIDER_REFUSED', ...OPERATOR_AWAITED };
  expect(verbsOf(aState({ attention }), undefined)).toEqual(['correct', 'resolve', 'cancel']);
});

test.each<[ReviewMode, boolean, boolean]>([
  ['manual', false, true],
  ['at-provider', false, false],
  ['automatic', false, false],
  ['automatic', true, true],
])('in review mode %s (held back: %s) an officer decides here: %s', (mode, officerAwaited, decides) => {
  const verbs = verbsOf(aState({ ...IN_REVIEW, officerAwaited }, 'signature', mode), undefined);
  expect(verbs.includes('approve')).toBe(decides);
});

describe('the words of a request', () => {
  test.each<[string, Partial<RequestState>, string]>([
    ['the stage', { stage: 'code' }, 'waiting for the signer to type the code'],
    ['that it is accepted', { stage: 'acceptance', acceptedAt: 'then' }, 'accepted. The signer has to ask'],
    [
      'another number at the review',
      { stage: 'review', identity: 'different' },
      'decision. The document number is not',
    ],
    ['what is in the way', { stage: 'code', attention: TROUBLE }, 'It is busy.'],
    ['first that it is signed', { stage: 'archiving', attention: TROUBLE }, 'signed, copy not yet stored. It is busy.'],
  ])('say %s', (_what, fields, words) => {
    expect(statusOf(aState(fields), undefined).words).toContain(words);
  });
});

test('what ends the wait: people, the deadline, the trouble’s own end, an operator', () => {
  expect(statusOf(aState({ stage: 'video', attention: TROUBLE }), DEADLINE).endsBy).toEqual([
    'the signer finishes the video behind the link',
    `the deadline at ${DEADLINE}`,
    'the next try that succeeds',
    "an operator's decision: retry, cancel",
  ]);
  const awaited = { ...TROUBLE, ...OPERATOR_AWAITED };
  const unknown = { ...TROUBLE, step: 'watch', code: 'PROVIDER_NOT_FOUND', ...OPERATOR_AWAITED } as const;
  expect(statusOf(aState({ stage: 'video', attention: unknown }), undefined).endsBy).not.toContain(
    'the signer finishes the video behind the link',
  );
  expect(statusOf(aState({ stage: 'preparing', attention: awaited }), DEADLINE).endsBy).toEqual([
    "an operator's decision: retry, cancel",
  ]);
});

test('a status at the provider that is awaited comes from people there, not from another try', () => {
  const attention: Attention = { ...TROUBLE, step: 'wait', code: 'VIDEO_FAILED' };
  expect(statusOf(aState({ stage: 'video', attention }), undefined).endsBy).toContain('another status at the provider');
});

test('the status has the id of the attempt, and leaves out what there is not', () => {
  const status = statusOf(aState({ stage: 'video' }), undefined);
  expect(status).toMatchObject({ workflowId: 'signature-r~2', flow: 'signature', attempt: 2 });
  expect(Object.values(status)).not.toContain(undefined);
});

test('the screen in Temporal ticks off the stages, and says what to do', () => {
  const screen = checklist(aState({ stage: 'review', attention: TROUBLE }), DEADLINE);
  expect(screen).toContain('✓ waiting for the signer to finish the video');
  expect(screen).toContain("▶ **waiting for the registration authority operator's decision**");
  expect(screen).toContain('· uploading the documents');
  expect(screen).toContain('⚠ **PROVIDER_BUSY**');
  const ended = checklist(aState({ stage: 'ended', outcome: { kind: 'signed', reason: 'signed' } }), undefined);
  expect(ended).toContain('■ ended: **signed** (signed)');
});

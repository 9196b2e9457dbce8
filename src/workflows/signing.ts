import { type ApplicationFailure, condition, sleep } from '@temporalio/workflow';
import type { SignatureActivities, SignResult } from '../messages/activities.js';
import type { FailureCode } from '../messages/failures.js';
import type { OwnCall } from '../messages/own-calls.js';
import type { SignOrder } from '../messages/steering.js';
import type { Acceptances } from './acceptances.js';
import { codesExhausted } from './attention-words.js';
import { callFailure, callFailureOf } from './engine/call-failure.js';
import { endedAtProvider } from './engine/endings.js';
import type { Call } from './engine/inbox.js';
import { orderId } from './engine/order-id.js';
import type { RequestRun } from './engine/request-run.js';
import type { RequestState } from './engine/request-state.js';

/**
 * Steps 5 and 6: the signer accepts what was shown, then types a code or signs in another way. Repeats until ISSUED. The provider
 * is watched only after a hint, during attention, or if the signer takes longer than the slow pause between two reads.
 */
export async function signedBySigner(run: RequestRun, acceptances: Acceptances): Promise<void> {
  const { state, inbox, watch } = run;
  run.enter('acceptance');
  let takesLong = false;
  // Hints until now are most likely the provider's callback about the approval. They need no read.
  void sleep(watch.takePatience(), { summary: 'until the provider is watched while the signer signs' }).then(
    () => (takesLong = true),
    () => undefined, // only at the end of the run
  );
  const called = (): boolean => inbox.has('code') || inbox.has('sign');
  const watched = (): boolean => takesLong || watch.hinted || state.attention !== undefined;
  for (;;) {
    if (state.providerStatus === 'ISSUED') {
      noteSigned(run);
      inbox.take('sign')?.answer({ signed: true });
      return;
    }
    if (state.providerStatus === 'CANCELLED') throw endedAtProvider(state);
    run.endOrder.throwIfGiven();
    if (run.deadline.expired && (await run.readStatus())) continue;
    run.throwIfExpired('signing-deadline');
    state.show();
    if (watched()) {
      await run.statusChanged('watch the provider while the signer signs', 'signing-deadline', { until: called });
    } else {
      run.journal.tell();
      await condition(() => called() || watched() || run.endOrder.given || run.deadline.expired);
    }
    const code = inbox.take('code');
    const order = inbox.take('sign');
    if (code) await sendCode(run, acceptances, code);
    if (order) await sign(run, acceptances, order);
  }
}

/** The caller gets these failures and may ask for a code again. The request needs no attention. */
const NO_ATTENTION = new Set<FailureCode>(['CODE_COOL_DOWN', 'ARCHIVE_FULL', 'REQUEST_STATUS_REFUSED']);

/** Step 5: the provider sends a code to the signer's phone. */
async function sendCode(run: RequestRun, acceptances: Acceptances, call: Call<'code'>): Promise<void> {
  const { state, steps, request } = run;
  const { coolDown } = request.policy.code;
  const since = state.sentAt;
  const left = since === undefined ? 0 : Date.parse(since) + coolDown - Date.now();
  if (left > 0) {
    const secondsLeft = Math.ceil(left / 1000);
    const words = `Another code can be asked for in ${secondsLeft} seconds.`;
    return call.fail(callFailure('CODE_COOL_DOWN', words, { secondsLeft }));
  }
  acceptances.record(call.order);
  const order = { requestPk: run.requestPk, coolDown, round: (state.codesAsked += 1) };
  const sending = await steps.run('code', (activities, journal) => activities.sendCode(request.key, order, journal), {
    summary: 'let the provider send a code to the signer',
    caller: call,
    failsOn: ({ code }) => NO_ATTENTION.has(code),
    remedies: ({ temporary }) => (temporary ? [] : ['skip']),
    overtakenBy: (status) => status !== 'ENROLLREADY',
  });
  switch (sending.end) {
    case 'done': {
      // A worker whose clock is ahead must not lengthen the pause before another code.
      const sentAt = new Date(Math.min(Date.parse(sending.value.sentAt), Date.now())).toISOString();
      state.sentAt = sentAt;
      state.happened('code-sent', undefined, { kind: 'signer' });
      run.enter('code');
      return call.answer({ sentAt, resendFrom: new Date(Date.parse(sentAt) + coolDown).toISOString() });
    }
    case 'failed':
      call.fail(callFailureOf(sending.failure));
      break;
    case 'resolved': // without a code the signer can still sign in another way
      run.attention.clear();
      break;
    case 'overtaken':
  }
  await run.readStatus(); // the provider may know why
}

/** For validators. The code or other value must be usable now, and the signer must have accepted. */
export function checkSignOrder(run: RequestRun, acceptances: Acceptances, { secret, unlock }: SignOrder): void {
  if (!secret && !unlock) throw callFailure('BAD_INPUT', 'Give the code, or another way to unlock.', {}, 'secret');
  const { stage, attention } = run.state;
  if (stage === 'acceptance' && acceptances.count === 0 && !attention)
    throw callFailure(
      'NOT_ACCEPTED',
      'The signer has not accepted yet: `accept`, or ask for a code, which accepts too.',
    );
  run.allow('sign');
  if (secret && stage !== 'code') throw noValidCode();
}

function noValidCode(): ApplicationFailure {
  return callFailure('NOT_NOW', 'There is no valid code to type. Ask for a code, or sign in another way.');
}

const CAME_BEFORE = 'An earlier order to sign was sent, and it did not sign. This order was not sent. Sign again.';
const TRY_AGAIN = 'was not accepted (wrong or expired). Try again, or ask for a new code.';

/** The signer gets these failures. Nothing was sent, and the request needs no attention. */
const NOT_SENT = new Set<FailureCode>(['BAD_INPUT', 'ARCHIVE_FULL', 'SEAL_NOT_OPENED']);

/** Step 6. The code or other value is sent at most once. While the step keeps trying, nothing ends the request. */
async function sign(run: RequestRun, acceptances: Acceptances, call: Call<'sign'>): Promise<void> {
  const { state, steps, request } = run;
  const { secret } = call.order;
  if (secret && state.stage !== 'code') return call.fail(noValidCode()); // the previous code is spent
  state.happened('sign-asked', { acceptance: acceptances.count, ...waysOf(call.order) }, { kind: 'signer' });
  const codeId = orderId((state.signOrders += 1));
  const order: Parameters<SignatureActivities['sign']>[1] = {
    ...call.order,
    requestPk: run.requestPk,
    codeId,
    settle: request.policy.sign.settle,
    own: ownSignature(state, `sign-${codeId}`),
  };
  state.signInDoubt = true;
  const signing = await steps.run('sign', (activities, journal) => activities.sign(request.key, order, journal), {
    summary: secret ? 'sign with the code of the signer' : 'sign in the way that the signer unlocks it',
    mayEnd: 'while-operator-awaited',
    caller: call,
    failsOn: ({ code }) => NOT_SENT.has(code),
    // When an unexpected status has passed, it is clear whether the order has signed.
    overtakenBy: (status, { code }) =>
      status === 'ISSUED' || (status === 'ENROLLREADY' && code === 'STATUS_UNEXPECTED'),
  });
  state.signInDoubt = false;
  switch (signing.end) {
    case 'done':
      return signAnswered(run, call, signing.value);
    case 'failed':
      return call.fail(callFailureOf(signing.failure));
    case 'overtaken':
      return signAnswered(run, call, { result: signing.status === 'ISSUED' ? 'issued' : 'spent' });
  }
}

/** What the request notes if the order signs: the signature rests on an acceptance. */
function ownSignature(state: RequestState, id: string): OwnCall {
  const accepted = state.events.filter(({ what }) => what === 'accepted');
  const [first, last, asked] = [
    accepted[0],
    accepted.at(-1),
    state.events.findLast(({ what }) => what === 'sign-asked'),
  ];
  const events = [...new Set([first, last, asked])].filter((event) => event !== undefined);
  return state.sends({ id, shows: ['ISSUED'], events });
}

/** It is signed, and no order of this run has the answer. Without an order that is known, somebody else signed there. */
export function noteSigned({ state }: RequestRun): void {
  const known = (what: string): boolean => state.events.some((event) => event.what === what);
  if (known('signed')) return;
  if (known('sign-asked')) state.happened('signed', undefined, { kind: 'signer' });
  else state.happened('signed-at-provider', undefined, { kind: 'provider' });
}

async function signAnswered(run: RequestRun, call: Call<'sign'>, answer: SignResult): Promise<void> {
  const { state } = run;
  const { secret } = call.order;
  // An order that came meanwhile may have the same code, and that code did not sign.
  if (answer.result !== 'issued') run.inbox.take('sign')?.fail(callFailure('NOT_NOW', CAME_BEFORE));
  switch (answer.result) {
    case 'issued':
      state.providerStatus = 'ISSUED';
      if (answer.notSent) state.happened('sign-overtaken', undefined, { kind: 'signer' });
      state.happened('signed', undefined, { kind: 'signer' });
      return call.answer({ signed: true });
    case 'not-signable':
      state.see(answer, 'poll');
      if (answer.sent)
        return countSpent(run, call, { became: `and the provider says ${answer.status}`, next: 'see the status' });
      return call.fail(
        callFailure(
          'REQUEST_STATUS_REFUSED',
          `The provider says ${answer.status}: there is nothing to sign now. Nothing was sent.`,
        ),
      );
    case 'not-accepted':
      state.notAccepted += 1;
      state.happened('code-not-accepted');
      call.fail(callFailure('CODE_NOT_ACCEPTED', `${whatOf(call)} ${TRY_AGAIN}`, { notAccepted: state.notAccepted }));
      return checkCodeLimit(run, 'was not accepted (wrong or expired)');
    case 'refused':
    case 'spent': {
      const certain = answer.result === 'refused';
      const words = answer.words === undefined ? '' : ` (${answer.words})`;
      const became = `${certain ? 'was refused' : 'got no clear answer from the provider'}${words}`;
      const anew = certain ? 'type another, or ask for a new one' : 'ask for a new one';
      const next = secret ? anew : 'unlock again, or ask for a code';
      countSpent(run, call, { became, words: answer.words, next });
      // A code is never sent twice: a new one must be asked for.
      if (secret && !certain) run.enter('acceptance');
      return checkCodeLimit(run, became);
    }
  }
}

/** After too many codes that did not sign, an operator has to help. */
async function checkCodeLimit({ state, attention, operator, request }: RequestRun, last: string): Promise<void> {
  if ((state.notAccepted + state.codesSpent) % request.policy.code.notAcceptedLimit !== 0) return;
  attention.set('sign', codesExhausted(last));
  await operator.decision({ overtakenBy: (status) => status !== 'ENROLLREADY' });
  attention.clear();
}

/** The code or other value was sent and did not sign. It is never sent again. */
function countSpent(
  { state }: RequestRun,
  call: Call<'sign'>,
  { became, next, words }: { became: string; next: string; words?: string | undefined },
): void {
  state.codesSpent += 1;
  state.happened('code-spent', words === undefined ? undefined : { words });
  call.fail(callFailure('CODE_SPENT', `${whatOf(call)} ${became}, and did not sign. It is not sent again: ${next}.`));
}

function whatOf({ order: { secret } }: Call<'sign'>): string {
  return secret ? 'The code' : 'The unlock value';
}

/** How the signer unlocks, for the evidence. The caller chooses the type, so it is kept only if it looks like a name. */
function waysOf({ secret, unlock }: SignOrder): Record<string, string> {
  const type = unlock && (/^[\w.-]{1,64}$/.test(unlock.type) ? unlock.type : 'another way');
  return { with: [secret && 'code', type].filter((way) => way !== undefined).join(' and ') };
}

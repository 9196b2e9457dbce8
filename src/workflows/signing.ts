import { type ApplicationFailure, condition, sleep } from '@temporalio/workflow';
import type { SignResult } from '../messages/activities.js';
import type { FailureCode } from '../messages/failures.js';
import type { SignOrder } from '../messages/steering.js';
import { codesExhausted } from './attentions.js';
import { endedAtProvider } from './endings.js';
import { type Asked, told } from './inbox.js';
import type { RequestRun } from './request-run.js';

/**
 * Steps 5 and 6: the signer accepts what was shown, gets a code and types it, or unlocks in another way, as often as it
 * takes. Ends at ISSUED. A signer who is quick costs no reads; the provider is watched after a hint, and once the signer takes
 * longer than the slow pause between two reads.
 */
export async function signedBySigner(run: RequestRun): Promise<void> {
  const { state, inbox, watch } = run;
  const { watch: policy } = run.request.policy;
  run.enter('acceptance');
  let takesLong = false;
  // What came until now is the provider's own hook about the approval, most likely; asking for a code reads the request too.
  const pause = watch.takeHint() ? (policy.soon.at(-1) ?? policy.slow) : policy.slow;
  void sleep(pause, { summary: 'until the provider is watched while the signer signs' }).then(
    () => (takesLong = true),
    () => undefined, // only at the end of the run
  );
  const asked = (): boolean => inbox.has('code') || inbox.has('sign');
  const watched = (): boolean => takesLong || watch.hinted || state.attention !== undefined;
  for (;;) {
    if (state.providerStatus === 'ISSUED') {
      inbox.take('sign')?.answer({ signed: true });
      return;
    }
    if (state.providerStatus === 'CANCELLED') throw endedAtProvider(state);
    run.wish.heed();
    if (run.deadline.expired && (await run.readStatus())) continue;
    run.heedDeadline('signing-deadline');
    state.show();
    if (watched()) {
      await run.statusChanged('watch the provider while the signer signs', 'signing-deadline', { until: asked });
    } else {
      await condition(() => asked() || watched() || run.wish.expressed || run.deadline.expired);
    }
    const code = inbox.take('code');
    const order = inbox.take('sign');
    if (code) await sendCode(run, code);
    if (order) await sign(run, order);
  }
}

/** These are told to who asks for the code, who may ask again; the request itself is well. */
const NO_ATTENTION = new Set<FailureCode>(['CODE_COOL_DOWN', 'ARCHIVE_FULL', 'REQUEST_STATUS_REFUSED']);

async function sendCode(run: RequestRun, asked: Asked<'code'>): Promise<void> {
  const { state, steps, request } = run;
  const { coolDown } = request.policy.code;
  const since = state.sentAt;
  const left = since === undefined ? 0 : Date.parse(since) + coolDown - Date.now();
  if (left > 0) {
    const secondsLeft = Math.ceil(left / 1000);
    asked.fail(told('CODE_COOL_DOWN', `Another code can be asked for in ${secondsLeft} seconds.`, { secondsLeft }));
    return;
  }
  run.acceptances.record(asked.question);
  const order = { requestPk: run.requestPk, coolDown, round: (state.codesAsked += 1) };
  const sent = await steps.run<{ sentAt: string | undefined }>(
    'code',
    (activities) => activities.sendCode(request.key, order),
    {
      summary: 'let the provider send a code to the signer',
      asked,
      moot: (status) => (status === 'ENROLLREADY' ? undefined : { sentAt: undefined }),
      // Without a code the signer can still sign in another way.
      remedies: ({ temporary }) => (temporary ? {} : { skip: () => Promise.resolve({ sentAt: undefined }) }),
      answers: (failure) => {
        if (!NO_ATTENTION.has(failure.code)) return undefined;
        if (!asked.settled) asked.fail(told(failure.code, failure.words, failure.facts));
        return { sentAt: undefined };
      },
    },
  );
  if (sent.sentAt === undefined) {
    await run.readStatus(); // the provider may know why
    return;
  }
  state.sentAt = sent.sentAt;
  state.happened('code-sent', undefined, { kind: 'signer' });
  run.enter('code');
  const resendFrom = new Date(Date.parse(sent.sentAt) + coolDown).toISOString();
  if (!asked.settled) asked.answer({ sentAt: sent.sentAt, resendFrom });
}

/** For validators: whether what unlocks can be used now, and there is an acceptance that it stands for. */
export function checkSignOrder(run: RequestRun, { secret, unlock }: SignOrder): void {
  if (!secret && !unlock) throw told('BAD_INPUT', 'Give the code, or another way to unlock.', {}, 'secret');
  const { stage, attention } = run.state;
  if (stage === 'acceptance' && run.acceptances.count === 0 && !attention)
    throw told('NOT_ACCEPTED', 'The signer has not accepted yet: `accept`, or ask for a code, which accepts too.');
  run.allow('sign');
  if (secret && stage !== 'code') throw noCodeOut();
}

function noCodeOut(): ApplicationFailure {
  return told('NOT_NOW', 'No code is out that could sign: ask for one, or sign in another way.');
}

type Tried = SignResult | { result: 'not-sent' };
const ISSUED = { result: 'issued' } as const;
const SPENT = { result: 'spent' } as const;
const NOT_SENT = { result: 'not-sent' } as const;

/** These are told to who wants to sign; nothing was sent, and the request itself is well. */
const NOT_SENT_AND_TOLD = new Set<FailureCode>(['BAD_INPUT', 'ARCHIVE_FULL']);

/** What unlocks is sent once. While the answer is in doubt nothing ends the request. */
async function sign(run: RequestRun, asked: Asked<'sign'>): Promise<void> {
  const { state, steps, request } = run;
  const { secret } = asked.question;
  if (secret && state.stage !== 'code') return asked.fail(noCodeOut()); // the code before it is spent
  const order: SignOrder & { requestPk: typeof run.requestPk; codeId: string; settle: number } = {
    ...asked.question,
    requestPk: run.requestPk,
    // A number, not a random id: done again after a reset, the order finds the mark of the first time.
    codeId: String((run.signOrders += 1)),
    settle: request.policy.sign.settle,
  };
  state.happened('sign-asked', { acceptance: run.acceptances.count, ...waysOf(asked.question) }, { kind: 'signer' });
  run.signInDoubt = true;
  const tried = await steps.run<Tried>('sign', (activities) => activities.sign(request.key, order), {
    summary: secret ? 'sign with the code of the signer' : 'sign in the way that the signer unlocks it',
    mayEnd: false,
    mayGiveUp: true,
    asked,
    moot: (status) => {
      if (status === 'ISSUED') return ISSUED;
      // What was in the way has gone by itself; by then it is settled.
      return status === 'ENROLLREADY' && state.attention?.code === 'STATUS_UNEXPECTED' ? SPENT : undefined;
    },
    answers: ({ code, words, facts }) => {
      if (!NOT_SENT_AND_TOLD.has(code)) return undefined;
      if (!asked.settled) asked.fail(told(code, words, facts));
      return NOT_SENT;
    },
  });
  run.signInDoubt = false;
  // Handed over before anybody knew that this one did not sign, it may be the same again.
  if (tried.result !== 'issued' && tried.result !== 'not-sent') run.inbox.take('sign')?.fail(cameBefore());
  switch (tried.result) {
    case 'issued':
      state.providerStatus = 'ISSUED';
      state.happened('signed', undefined, { kind: 'signer' });
      if (!asked.settled) asked.answer({ signed: true });
      return;
    case 'not-sent':
      return;
    case 'not-signable':
      state.see(tried.status, 'poll');
      if (tried.sent)
        countSpent(run, asked, { became: `and the provider says ${tried.status}`, next: 'see the status' });
      else if (!asked.settled) asked.fail(notSignable(tried.status));
      return;
    case 'not-accepted':
      state.notAccepted += 1;
      state.happened('code-not-accepted');
      if (!asked.settled) asked.fail(codeNotAccepted(whatOf(asked), state.notAccepted));
      return heedLimit(run, 'was not accepted (wrong or expired)');
    case 'refused': {
      const became = `was refused${said(tried.words)}`;
      const next = secret ? 'type another, or ask for a new one' : 'unlock again, or ask for a code';
      countSpent(run, asked, { became, words: tried.words, next });
      return heedLimit(run, became);
    }
    case 'spent': {
      const became = `got no clear answer of the provider${said(tried.words)}`;
      const next = secret ? 'ask for a new one' : 'unlock again, or ask for a code';
      countSpent(run, asked, { became, words: tried.words, next });
      // Typed again, the same code would be sent again: without a new one nothing can be signed with a code.
      if (secret) run.enter('acceptance');
      return heedLimit(run, became);
    }
  }
}

/** So many codes that did not sign, for whatever reason, are more than the signer can put right alone. */
async function heedLimit({ state, steps, request }: RequestRun, last: string): Promise<void> {
  if ((state.notAccepted + state.codesSpent) % request.policy.code.notAcceptedLimit !== 0) return;
  steps.enterAttention('sign', codesExhausted(last));
  await steps.decision({ moot: (status) => (status === 'ENROLLREADY' ? undefined : status) });
  steps.leaveAttention();
}

/** What was sent has left, did not sign, and is never sent again. */
function countSpent(
  { state }: RequestRun,
  asked: Asked<'sign'>,
  { became, next, words }: { became: string; next: string; words?: string | undefined },
): void {
  state.codesSpent += 1;
  state.happened('code-spent', words === undefined ? undefined : { words });
  if (asked.settled) return;
  asked.fail(told('CODE_SPENT', `${whatOf(asked)} ${became}, and did not sign. It is not sent again: ${next}.`));
}

function whatOf({ question: { secret } }: Asked<'sign'>): string {
  return secret ? 'The code' : 'What should unlock';
}

function said(words: string | undefined): string {
  return words === undefined ? '' : ` (${words})`;
}

function cameBefore(): ApplicationFailure {
  const words = 'Something else was handed over before, and did not sign. This was not sent: sign again.';
  return told('NOT_NOW', words);
}

function notSignable(status: string): ApplicationFailure {
  return told('REQUEST_STATUS_REFUSED', `The provider says ${status}: there is nothing to sign now. Nothing was sent.`);
}

/** With what it is signed, for the evidence. The type is the caller's word, and kept only where it can be no more than a name. */
function waysOf({ secret, unlock }: SignOrder): Record<string, string> {
  const type = unlock && (/^[\w.-]{1,64}$/.test(unlock.type) ? unlock.type : 'another way');
  return { with: [secret && 'code', type].filter((way) => way !== undefined).join(' and ') };
}

function codeNotAccepted(what: string, notAccepted: number): ApplicationFailure {
  const words = `${what} was not accepted (wrong or expired). Try again, or ask for a new code.`;
  return told('CODE_NOT_ACCEPTED', words, { notAccepted });
}

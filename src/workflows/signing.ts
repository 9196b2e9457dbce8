import { condition, sleep } from '@temporalio/workflow';
import type { FailureCode } from '../messages/failures.js';
import type { Acceptance, SignOrder } from '../messages/steering.js';
import { codesExhausted } from './attentions.js';
import { Ending } from './endings.js';
import { type Asked, told } from './inbox.js';
import type { RequestRun } from './request-run.js';

/**
 * Steps 5 and 6: the signer accepts what was shown and gets a code, types it, as often as it takes. Ends at ISSUED. A signer who is
 * quick costs no reads; the provider is watched after a hint, and once the signer takes longer than the slow pause between two reads.
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
    if (state.providerStatus === 'ISSUED') return;
    if (state.providerStatus === 'CANCELLED')
      throw new Ending('cancelled', 'cancelled-at-provider', { kind: 'provider' });
    run.wish.heed();
    if (run.deadline.expired && (await run.readStatus())) continue;
    run.heedDeadline('signing-deadline');
    state.show();
    if (watched()) {
      await run.statusChanged('watch the provider while the signer signs', 'signing-deadline', { until: asked });
    } else {
      await condition(() => asked() || watched() || run.wish.expressed || run.deadline.expired);
    }
    const acceptance = inbox.take('code');
    const order = inbox.take('sign');
    if (acceptance) await sendCode(run, acceptance);
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
  recordAcceptance(run, asked.question);
  const order = { requestPk: run.requestPk, coolDown, round: (state.codesAsked += 1) };
  const sent = await steps.run<{ sentAt: string | undefined }>(
    'code',
    (activities) => activities.sendCode(request.key, order),
    {
      summary: 'let the provider send a code to the signer',
      asked,
      moot: (status) => (status === 'ENROLLREADY' ? undefined : { sentAt: undefined }),
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

function recordAcceptance({ state }: RequestRun, acceptance: Acceptance): void {
  const { consentVersion, channel, at, contract, documents } = acceptance;
  state.happened(
    'accepted',
    { consentVersion, channel, acceptedAt: at, contract, documents: documents.join(' ') },
    { kind: 'signer' },
  );
}

const ISSUED = { result: 'issued' } as const;

/** One code, sent once. While the answer is in doubt nothing ends the request. */
async function sign(run: RequestRun, asked: Asked<'sign'>): Promise<void> {
  const { state, steps, request } = run;
  const order: SignOrder & { requestPk: typeof run.requestPk; codeId: string; settle: number } = {
    ...asked.question,
    requestPk: run.requestPk,
    // A number, not a random id: done again after a rewind, the order finds the mark of the first time.
    codeId: String((run.signOrders += 1)),
    settle: request.policy.sign.settle,
  };
  run.signInDoubt = true;
  const tried = await steps.run('sign', (activities) => activities.sign(request.key, order), {
    summary: 'sign with the code of the signer',
    mayEnd: false,
    mayGiveUp: true,
    asked,
    moot: (status) => (status === 'ISSUED' ? ISSUED : undefined),
  });
  run.signInDoubt = false;
  if (tried.result === 'issued') {
    state.providerStatus = 'ISSUED';
    state.happened('signed', undefined, { kind: 'signer' });
    if (!asked.settled) asked.answer({ signed: true });
    return;
  }
  if (tried.result === 'spent') {
    state.codesSpent += 1;
    state.happened('code-spent', tried.words === undefined ? undefined : { words: tried.words });
    const failure = codeSpent(tried.words);
    if (!asked.settled) asked.fail(failure);
    run.inbox.take('sign')?.fail(failure);
    run.enter('acceptance'); // without a new code nothing can be signed
    return heedLimit(run, `got ${noClearAnswer(tried.words)}`);
  }
  state.notAccepted += 1;
  state.happened('code-not-accepted');
  if (!asked.settled) asked.fail(codeNotAccepted(state.notAccepted));
  return heedLimit(run, 'was not accepted (wrong or expired)');
}

/** So many codes that did not sign, for whatever reason, are more than the signer can put right alone. */
async function heedLimit({ state, steps, request }: RequestRun, last: string): Promise<void> {
  if ((state.notAccepted + state.codesSpent) % request.policy.code.notAcceptedLimit !== 0) return;
  steps.enterAttention('sign', codesExhausted(last));
  await steps.decision({ moot: (status) => (status === 'ENROLLREADY' ? undefined : status) });
  steps.leaveAttention();
}

function codeSpent(said: string | undefined) {
  return told(
    'CODE_SPENT',
    `The code got ${noClearAnswer(said)}, and did not sign. A code is never sent twice: ask for a new one.`,
  );
}

function noClearAnswer(said: string | undefined): string {
  return `no clear answer of the provider${said === undefined ? '' : ` (${said})`}`;
}

function codeNotAccepted(notAccepted: number) {
  return told(
    'CODE_NOT_ACCEPTED',
    'The code was not accepted (wrong or expired). Type it again, or ask for a new one.',
    { notAccepted },
  );
}

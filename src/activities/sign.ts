import type { Archive } from '../archive/archive.js';
import type { SignatureActivities, SignResult } from '../messages/activities.js';
import { defined } from '../messages/defined.js';
import { VideoIdError } from '../messages/failures.js';
import type { ProviderStatus, RequestKey } from '../messages/request.js';
import type { SignOrder } from '../messages/steering.js';
import type { SealPrivateKeys } from '../security/keys.js';
import { openSealed } from '../security/sealing.js';
import { ProviderError } from '../uanataca/errors.js';
import type { SignatureOrder } from '../uanataca/one-shot/one-shot.js';
import type { Dependencies } from './engine/dependencies.js';
import { assertRoom } from './send-code.js';
import { stepFailure } from './engine/failures.js';

/** Beside the mark of a code that was handed over: what the provider answered, and what it said. */
const ANSWERS = { done: 'sign-not-shown', refused: 'sign-refused', doubt: 'sign-in-doubt' } as const;
const HOWS = Object.keys(ANSWERS) as (keyof typeof ANSWERS)[];
type Answered = { how: keyof typeof ANSWERS; words?: string | undefined };

/** A provider that said yes is given so many times longer until its request shows it. */
const SAID_YES = 10;

/** Milliseconds. The first read after a yes that does not show yet. */
const SOON = 250;

/**
 * Seed step 6, `POST sign/{request_pk}`. What unlocks leaves at most once, whatever is answered and whoever asks for another
 * try: a mark in the archive is set before, and taken back only where nothing has left. What became of it is read: ISSUED
 * means signed, whatever was answered; still ENROLLREADY, once that is settled, means that the code is spent.
 */
export function sign(dependencies: Dependencies): SignatureActivities['sign'] {
  const { archive, optimizer, sealKeys } = dependencies;
  return async (key, { requestPk, codeId, settle, ...given }) => {
    const provider = optimizer(key.environment);
    const mark = `sign-${codeId}`;
    const read = async (): Promise<ProviderStatus> => (await provider.getRequest(requestPk)).status;
    const mayHaveBeenSent = await archive.hasMark(key, mark);
    const status = await read();
    if (mayHaveBeenSent) {
      const markedAt = Date.parse((await archive.markedAt(key, mark)) ?? '');
      return whatBecame(await noted(archive, key, codeId), { status, markedAt, settle });
    }
    if (status === 'ISSUED') return { result: 'issued' };
    if (status !== 'ENROLLREADY') return { result: 'not-signable', status, sent: false };
    if (given.unlock) await assertRoom(archive); // a code was not sent without it
    const order = opened(given, sealKeys);
    if (!(await archive.mark(key, mark))) throw inDoubt(settle); // another worker was faster
    const markedAt = Date.now();
    let answered: Answered;
    try {
      if ((await provider.sign(requestPk, order)) === 'not-accepted') return { result: 'not-accepted' };
      answered = { how: 'done' };
    } catch (error) {
      if (neverLeft(error)) await archive.unmark(key, mark);
      if (!(error instanceof ProviderError) || error.kind === 'not-sent') throw error;
      const { kind, words } = error;
      answered = { how: kind === 'unknown' ? 'doubt' : 'refused', words };
      await note(dependencies, key, codeId, answered);
      if (ofTheInstallation(error)) throw installationRefused(error);
      if (kind === 'unknown') throw inDoubt(settle, words);
    }
    try {
      const now = await read();
      if (now === 'ISSUED') return { result: 'issued' };
      return whatBecame(answered, { status: now, markedAt, settle });
    } catch (error) {
      if (answered.how === 'done') await note(dependencies, key, codeId, answered);
      throw error;
    }
  };
}

/**
 * What became of a code that has left, or may have.
 *
 * @throws SIGN_IN_DOUBT until that is settled; STATUS_UNEXPECTED
 */
function whatBecame(
  { how, words }: Answered,
  { status, markedAt, settle }: { status: ProviderStatus; markedAt: number; settle: number },
): SignResult {
  if (status === 'ISSUED') return { result: 'issued' };
  if (how !== 'refused') {
    const passed = Date.now() - markedAt;
    const left = (how === 'done' ? SAID_YES * settle : settle) - passed;
    if (left > 0) throw inDoubt(how === 'done' ? Math.min(left, Math.max(passed, SOON)) : left, words);
  }
  if (status === 'CANCELLED') return { result: 'not-signable', status, sent: true };
  if (status !== 'ENROLLREADY') throw unexpectedly(status);
  return { result: how === 'refused' ? 'refused' : 'spent', ...defined({ words }) };
}

function opened({ secret, unlock }: SignOrder, sealKeys: SealPrivateKeys): SignatureOrder {
  return {
    secret: secret && openSealed(secret, sealKeys),
    unlock: unlock && { type: unlock.type, value: openSealed(unlock.value, sealKeys) },
  };
}

/** No connection stood, or the order was refused by our own client: then it may be tried again. */
function neverLeft(error: unknown): boolean {
  return error instanceof VideoIdError || (error instanceof ProviderError && error.kind === 'not-sent');
}

/** Refused for what the signer cannot put right: credentials of ours or of the Optimizer, what is not there, a wrong address. */
function ofTheInstallation({ kind, code, familiar, status = 0 }: ProviderError): boolean {
  if (kind !== 'refused') return false;
  const redirected = status >= 300 && status < 400;
  return redirected || (familiar && (code === 'CREDENTIALS_REFUSED' || code === 'PROVIDER_NOT_FOUND'));
}

function installationRefused({ code, words }: ProviderError) {
  const check =
    code === 'CREDENTIALS_REFUSED'
      ? ' Check registrationAuthorities.<id>.billing, and what the Optimizer holds itself.'
      : '';
  const rest = 'What was sent is spent and not sent again: after `retry` the signer can type another, or ask for one.';
  return stepFailure(code, `${words}.${check} ${rest}`);
}

async function note(
  { archive, logger }: Dependencies,
  key: RequestKey,
  codeId: string,
  { how, words }: Answered,
): Promise<void> {
  const facts = { codeId, ...defined({ words }) };
  const event = { at: new Date().toISOString(), what: ANSWERS[how], facts };
  await archive.appendEvent(key, event).catch((failed: unknown) => {
    logger.warn({ error: failed }, 'what the provider said to a signature was not kept');
  });
}

/** Without a note the answer was lost with its worker, and is in doubt. */
async function noted(archive: Archive, key: RequestKey, codeId: string): Promise<Answered> {
  for (const { what, facts } of (await archive.events(key)).toReversed()) {
    const how = HOWS.find((each) => ANSWERS[each] === what);
    if (how === undefined || facts?.['codeId'] !== codeId) continue;
    const words = facts['words'];
    return words === undefined ? { how } : { how, words: String(words) };
  }
  return { how: 'doubt' };
}

function inDoubt(readAgainIn: number, said?: string) {
  const words = `What became of the signature is not known${said === undefined ? '' : `: ${said}`}; it is read again.`;
  return stepFailure('SIGN_IN_DOUBT', words, { retryIn: readAgainIn });
}

function unexpectedly(status: ProviderStatus) {
  const words = `The provider says ${status} after a signature. Look in its console: retry reads it again, cancel ends the request unless it is signed.`;
  return stepFailure('STATUS_UNEXPECTED', words);
}

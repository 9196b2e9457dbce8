import type { Archive } from '../archive/archive.js';
import type { SignatureActivities, SignResult } from '../messages/activities.js';
import { defined } from '../messages/defined.js';
import { sentence } from '../messages/sentences.js';
import { leftOf } from '../messages/age.js';
import { VideoIdError } from '../messages/failures.js';
import type { ProviderStatus, RequestKey } from '../messages/request.js';
import type { SignOrder } from '../messages/steering.js';
import type { SealPrivateKeys } from '../security/keys.js';
import { openSealed } from '../security/sealing.js';
import { ProviderError } from '../uanataca/errors.js';
import type { SignatureOrder } from '../uanataca/one-shot/one-shot.js';
import type { Dependencies } from './engine/dependencies.js';
import { assertArchiveSpace } from './send-code.js';
import { stepFailure } from './engine/failures.js';
import { keep } from './engine/own-calls.js';

/** The event that notes the provider's answer to a code, for each kind of answer. */
const ANSWERS = { done: 'sign-not-shown', refused: 'sign-refused', doubt: 'sign-in-doubt' } as const;
const HOWS = Object.keys(ANSWERS) as (keyof typeof ANSWERS)[];
type Answered = { how: keyof typeof ANSWERS; words?: string | undefined };

/** After a success, the settle time is so many times longer, until the request shows it. */
const SAID_YES = 10;

/** The pause before reading again after a success that the request does not show yet. Milliseconds. */
const SOON = 250;

/**
 * Step 6, `POST sign/{request_pk}`. A code is sent at most once, with any answer and any retry. A mark in the
 * archive is set before, and removed only if nothing was sent. The result is read from the request: ISSUED means signed,
 * whatever the answer was. ENROLLREADY after the settle time means that the code is spent.
 */
export function sign(dependencies: Dependencies): SignatureActivities['sign'] {
  const { archive, optimizer, sealKeys } = dependencies;
  return async (key, { requestPk, codeId, settle, own, ...given }) => {
    const provider = optimizer(key.environment);
    const mark = `sign-${codeId}`;
    const read = async (): Promise<ProviderStatus> => (await provider.getRequest(requestPk)).status;
    const mayHaveBeenSent = await archive.hasMark(key, mark);
    const status = await (mayHaveBeenSent ? read().catch(inDoubtMeanwhile) : read());
    if (mayHaveBeenSent) {
      const markedAt = Date.parse((await archive.markedAt(key, mark)) ?? '');
      return resultOf(await noted(archive, key, codeId), { status, markedAt, now: archive.now(), settle });
    }
    if (status === 'ISSUED') return { result: 'issued', notSent: true };
    if (status !== 'ENROLLREADY') return { result: 'not-signable', status, sent: false };
    if (given.unlock) await assertArchiveSpace(archive); // for a code, `sendCode` has checked it
    const order = opened(given, sealKeys);
    await keep(archive, key, mark, { ...own, requestPk, answered: false });
    if (!(await archive.mark(key, mark))) throw inDoubt(settle); // another worker was faster
    const markedAt = archive.now();
    let answered: Answered;
    try {
      if ((await provider.sign(requestPk, order)) === 'not-accepted') return { result: 'not-accepted' };
      answered = { how: 'done' };
    } catch (error) {
      if (wasNotSent(error)) {
        await archive.unmark(key, mark);
        await archive.dropCall(key, mark);
      }
      if (!(error instanceof ProviderError) || error.kind === 'not-sent') throw error;
      const { kind, words } = error;
      answered = { how: kind === 'unknown' ? 'doubt' : 'refused', words };
      await note(dependencies, key, codeId, answered);
      if (isInstallationFault(error)) throw installationRefused(error, key);
      if (kind === 'unknown') throw inDoubt(settle, words);
    }
    try {
      const after = await read();
      if (after === 'ISSUED') return { result: 'issued' };
      return resultOf(answered, { status: after, markedAt, now: archive.now(), settle });
    } catch (error) {
      if (answered.how === 'done') await note(dependencies, key, codeId, answered);
      throw error;
    }
  };
}

/**
 * The result of a code that was sent, or may have been.
 *
 * @throws SIGN_IN_DOUBT until the settle time is over; STATUS_UNEXPECTED
 */
function resultOf(
  { how, words }: Answered,
  { status, markedAt, now, settle }: { status: ProviderStatus; markedAt: number; now: number; settle: number },
): SignResult {
  if (status === 'ISSUED') return { result: 'issued' };
  if (how !== 'refused') {
    const left = leftOf(how === 'done' ? SAID_YES * settle : settle, markedAt, now);
    if (left > 0) throw inDoubt(how === 'done' ? Math.min(left, Math.max(now - markedAt, SOON)) : left, words);
  }
  if (status === 'CANCELLED') return { result: 'not-signable', status, sent: true };
  if (status !== 'ENROLLREADY') throw unexpectedStatus(status);
  return { result: how === 'refused' ? 'refused' : 'spent', ...defined({ words }) };
}

function opened({ secret, unlock }: SignOrder, sealKeys: SealPrivateKeys): SignatureOrder {
  return {
    secret: secret && openSealed(secret, sealKeys),
    unlock: unlock && { type: unlock.type, value: openSealed(unlock.value, sealKeys) },
  };
}

/** There was no connection, or our own client refused the order. Then it may be tried again. */
function wasNotSent(error: unknown): boolean {
  return error instanceof VideoIdError || (error instanceof ProviderError && error.kind === 'not-sent');
}

/** The signer cannot fix this refusal: credentials of ours or of the Optimizer, a missing object, a wrong address. */
function isInstallationFault({ kind, code, familiar, status = 0 }: ProviderError): boolean {
  if (kind !== 'refused') return false;
  const redirected = status >= 300 && status < 400;
  return redirected || (familiar && (code === 'CREDENTIALS_REFUSED' || code === 'PROVIDER_NOT_FOUND'));
}

function installationRefused({ code, words }: ProviderError, { registrationAuthority }: RequestKey) {
  const check =
    code === 'CREDENTIALS_REFUSED'
      ? ` Check registrationAuthorities.${registrationAuthority}.billing, and the credentials that the Optimizer holds itself.`
      : '';
  const rest =
    'The code is spent and is not sent again. After `retry`, the signer can type another code or ask for one.';
  return stepFailure(code, `${sentence(words)}${check} ${rest}`);
}

async function note(
  { archive, logger }: Dependencies,
  key: RequestKey,
  codeId: string,
  { how, words }: Answered,
): Promise<void> {
  const facts = { codeId, ...defined({ words }) };
  const event = { at: archive.time(), what: ANSWERS[how], facts };
  await archive.appendEvent(key, event).catch((failed: unknown) => {
    logger.warn({ error: failed }, 'what the provider said to a signature was not kept');
  });
}

/** Without a note, the answer was lost with its worker, so it is in doubt. */
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
  const words = `It is not known whether the signature was made${said === undefined ? '' : `: ${said}`}. The request is read again.`;
  return stepFailure('SIGN_IN_DOUBT', words, { retryIn: readAgainIn });
}

/** A read that fails settles nothing. */
function inDoubtMeanwhile(error: unknown): never {
  if (error instanceof ProviderError) error.amid('It is not known whether the signature was made.');
  throw error;
}

function unexpectedStatus(status: ProviderStatus) {
  const words = `The request is in status ${status} after a signature. Look in the provider's console. Retry reads it again. Cancel ends the request unless it is signed.`;
  return stepFailure('STATUS_UNEXPECTED', words);
}

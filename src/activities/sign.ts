import type { Archive } from '../archive/archive.js';
import type { SignatureActivities, SignResult } from '../messages/activities.js';
import { VideoIdError } from '../messages/failures.js';
import type { ProviderStatus, RequestKey } from '../messages/request.js';
import type { SignOrder } from '../messages/steering.js';
import type { SealPrivateKeys } from '../security/keys.js';
import { openSealed } from '../security/sealing.js';
import { ProviderError } from '../uanataca/errors.js';
import type { SignatureOrder } from '../uanataca/one-shot.js';
import type { Dependencies } from './dependencies.js';
import { assertRoom } from './room.js';
import { stepFailure } from './step-failures.js';

/** Beside the mark of a code that did not sign: what the provider said, and whether it refused or is in doubt. */
const SAID = { refused: 'sign-refused', doubt: 'sign-in-doubt' } as const;
type Said = { how: keyof typeof SAID; words: string | undefined };

/**
 * Seed step 6, `POST sign/{request_pk}`. What unlocks leaves at most once, whatever is answered and whoever asks for another
 * try: a mark in the archive is set before, and taken back only where nothing has left. Whoever finds the mark only reads:
 * ISSUED means signed; still ENROLLREADY, once that is settled, means that the code is spent.
 */
export function sign(dependencies: Dependencies): SignatureActivities['sign'] {
  const { archive, optimizer, sealKeys } = dependencies;
  return async (key, { requestPk, codeId, settle, ...given }) => {
    const provider = optimizer(key.environment);
    const mark = `sign-${codeId}`;
    const read = async (): Promise<ProviderStatus> => (await provider.getRequest(requestPk)).status;
    const mayHaveBeenSent = await archive.hasMark(key, mark);
    const status = await read();
    if (mayHaveBeenSent) return whatBecame(archive, key, { mark, codeId, settle, status });
    if (status === 'ISSUED') return { result: 'issued' };
    if (status !== 'ENROLLREADY') return { result: 'not-signable', status, sent: false };
    if (given.unlock) await assertRoom(archive); // a code was not sent without it
    const order = opened(given, sealKeys);
    if (!(await archive.mark(key, mark))) throw inDoubt(settle); // another worker was faster
    try {
      const result = await provider.sign(requestPk, order);
      return { result: result === 'not-accepted' ? 'not-accepted' : 'issued' };
    } catch (error) {
      if (neverLeft(error)) await archive.unmark(key, mark);
      if (!(error instanceof ProviderError) || error.kind === 'not-sent') throw error;
      const said: Said = { how: error.kind === 'unknown' ? 'doubt' : 'refused', words: error.words };
      await note(dependencies, key, codeId, said);
      if (ofTheInstallation(error)) throw installationRefused(error);
      if (said.how === 'doubt') throw inDoubt(settle, said.words);
      return whatBecame(archive, key, { mark, codeId, settle, status: await read(), said });
    }
  };
}

/** What became of a code that has left, or may have. @throws SIGN_IN_DOUBT until that is settled; STATUS_UNEXPECTED */
async function whatBecame(
  archive: Archive,
  key: RequestKey,
  {
    mark,
    codeId,
    settle,
    status,
    said,
  }: { mark: string; codeId: string; settle: number; status: ProviderStatus; said?: Said },
): Promise<SignResult> {
  if (status === 'ISSUED') return { result: 'issued' };
  const { how, words } = said ?? (await noted(archive, key, codeId));
  if (how === 'doubt') {
    const left = Date.parse((await archive.markedAt(key, mark)) ?? '') + settle - Date.now();
    if (left > 0) throw inDoubt(left, words);
  }
  if (status === 'CANCELLED') return { result: 'not-signable', status, sent: true };
  if (status !== 'ENROLLREADY') throw unexpectedly(status);
  return { result: how === 'refused' ? 'refused' : 'spent', ...(words === undefined ? {} : { words }) };
}

function opened({ secret, unlock }: SignOrder, sealKeys: SealPrivateKeys): SignatureOrder {
  return {
    ...(secret ? { secret: openSealed(secret, sealKeys) } : {}),
    ...(unlock ? { unlock: { type: unlock.type, value: openSealed(unlock.value, sealKeys) } } : {}),
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
  { how, words = '' }: Said,
): Promise<void> {
  const event = { at: new Date().toISOString(), what: SAID[how], facts: { codeId, words } };
  await archive.appendEvent(key, event).catch((failed: unknown) => {
    logger.warn({ error: failed }, 'what the provider said to a signature was not kept');
  });
}

/** Without a note the answer was lost with its worker, and is in doubt. */
async function noted(archive: Archive, key: RequestKey, codeId: string): Promise<Said> {
  const events = await archive.events(key);
  const said = events.findLast(
    ({ what, facts }) => (what === SAID.refused || what === SAID.doubt) && facts?.['codeId'] === codeId,
  );
  const words = said?.facts?.['words'];
  return {
    how: said?.what === SAID.refused ? 'refused' : 'doubt',
    words: words === undefined ? undefined : String(words),
  };
}

function inDoubt(readAgainIn: number, said?: string) {
  const words = `What became of the signature is not known${said === undefined ? '' : `: ${said}`}; it is read again.`;
  return stepFailure('SIGN_IN_DOUBT', words, { retryIn: readAgainIn });
}

function unexpectedly(status: ProviderStatus) {
  const words = `The provider says ${status} after a signature. Look in its console: retry reads it again, cancel ends the request unless it is signed.`;
  return stepFailure('STATUS_UNEXPECTED', words);
}

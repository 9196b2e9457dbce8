import type { Archive } from '../archive/archive.js';
import type { SignatureActivities } from '../messages/activities.js';
import type { RequestKey } from '../messages/request.js';
import { openSealed } from '../security/sealing.js';
import { ProviderError } from '../uanataca/errors.js';
import type { Dependencies } from './dependencies.js';
import { stepFailure } from './step-failures.js';

/** Beside the mark of a code whose answer is in doubt: what the provider said. */
const IN_DOUBT = 'sign-in-doubt';

/**
 * Seed step 6, `POST sign/{request_pk}`. A code is sent at most once: a mark in the archive is set before. Whoever finds
 * the mark only reads: ISSUED means signed; still ENROLLREADY after the settle time means the code is spent.
 */
export function sign({ archive, optimizer, sealKeys, logger }: Dependencies): SignatureActivities['sign'] {
  return async (key, { requestPk, codeId, settle, secret, unlock }) => {
    const provider = optimizer(key.environment);
    const mark = `sign-${codeId}`;
    const mayHaveBeenSent = await archive.hasMark(key, mark);
    const { status } = await provider.getRequest(requestPk);
    if (status === 'ISSUED') return { result: 'issued' };
    if (mayHaveBeenSent) {
      const sentAt = Date.parse((await archive.markedAt(key, mark)) ?? '');
      const left = sentAt + settle - Date.now();
      const words = await wordsOf(archive, key, codeId);
      if (left > 0) throw inDoubt(left, words);
      return { result: 'spent', ...(words === undefined ? {} : { words }) };
    }
    const order = {
      ...(secret ? { secret: openSealed(secret, sealKeys) } : {}),
      ...(unlock ? { unlock: { type: unlock.type, value: openSealed(unlock.value, sealKeys) } } : {}),
    };
    if (!(await archive.mark(key, mark))) throw inDoubt(settle); // another worker was faster
    try {
      const result = await provider.sign(requestPk, order);
      return { result: result === 'not-accepted' ? 'not-accepted' : 'issued' };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.kind !== 'unknown') {
        await archive.unmark(key, mark);
        throw error;
      }
      const { words } = error;
      const event = { at: new Date().toISOString(), what: IN_DOUBT, facts: { codeId, words } };
      await archive.appendEvent(key, event).catch((failed: unknown) => {
        logger.warn({ error: failed }, 'what the provider said to a doubtful signature was not kept');
      });
      throw inDoubt(settle, words);
    }
  };
}

async function wordsOf(archive: Archive, key: RequestKey, codeId: string): Promise<string | undefined> {
  const events = await archive.events(key);
  const words = events.findLast(({ what, facts }) => what === IN_DOUBT && facts?.['codeId'] === codeId)?.facts?.[
    'words'
  ];
  return words === undefined ? undefined : String(words);
}

function inDoubt(readAgainIn: number, said?: string) {
  const words = `What became of the signature is not known${said === undefined ? '' : `: ${said}`}; it is read again.`;
  return stepFailure('SIGN_IN_DOUBT', words, { retryIn: readAgainIn });
}

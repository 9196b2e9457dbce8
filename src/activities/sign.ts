import type { SignatureActivities } from '../messages/activities.js';
import { openSealed } from '../security/sealing.js';
import { ProviderError } from '../uanataca/errors.js';
import type { Dependencies } from './dependencies.js';
import { stepFailure } from './step-failures.js';

/**
 * Seed step 6, `POST sign/{request_pk}`. A code is sent at most once: a mark in the archive is set before. Whoever finds
 * the mark only reads: ISSUED means signed; still ENROLLREADY after the settle time means the code is spent.
 */
export function sign({ archive, optimizer, sealKeys }: Dependencies): SignatureActivities['sign'] {
  return async (key, { requestPk, codeId, settle, secret, unlock }) => {
    const provider = optimizer(key.environment);
    const mark = `sign-${codeId}`;
    const mayHaveBeenSent = await archive.hasMark(key, mark);
    const { status } = await provider.getRequest(requestPk);
    if (status === 'ISSUED') return { result: 'issued' };
    if (mayHaveBeenSent) {
      const sentAt = Date.parse((await archive.markedAt(key, mark)) ?? '');
      const left = sentAt + settle - Date.now();
      if (left > 0) throw inDoubt(left);
      return { result: 'spent' };
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
      if (error.kind === 'unknown') throw inDoubt(settle);
      await archive.unmark(key, mark);
      throw error;
    }
  };
}

function inDoubt(readAgainIn: number) {
  return stepFailure('SIGN_IN_DOUBT', "The provider's answer to the signature is not known; it is read again.", {
    retryIn: readAgainIn,
  });
}

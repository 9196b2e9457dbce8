import { setTimeout as pause } from 'node:timers/promises';
import { sentence } from '../../messages/sentences.js';
import { Secret } from '../../security/secret.js';
import { type Step, cannotGoOn } from '../course.js';
import { isCarriedOut, saidOf } from '../doubt.js';
import { read } from '../waiting.js';
import type { SignatureContext } from './context.js';

/** No code of a provider: a code that is not accepted does no harm. */
const WRONG = new Secret('000000');
/** No way to unlock a key that any provider has, so it can unlock nothing. */
const NO_WAY = { type: 'videoid-probe-none', value: new Secret('00000000-00000000') };

const TRIES = 3;
/** Milliseconds. After a code, the next one is sent a minute later (§4.8). */
const COOL_DOWN = 61_000;

/** Whether another way to unlock the key needs a code too. */
export const unlockStep: Step<SignatureContext> = {
  name: 'unlock',
  title: 'Try to sign with an ext_unlock_type that does not exist (so it cannot sign)',
  calls: ['POST /sign/{request_pk}'],
  async run(at) {
    const unlock = async (occasion: string, secret: Secret | undefined) =>
      at.run.call(occasion, () =>
        at.client({ extUnlockWithSecret: 'as-given' }).sign(at.requestPk('main'), { secret, unlock: NO_WAY }),
      );
    await unlock('unlock-without-secret', undefined);
    await unlock('unlock-with-secret', WRONG);
  },
};

/** The code, the ways in which it is refused, and the signature. */
export const codeStep: Step<SignatureContext> = {
  name: 'code',
  title: 'Ask for a code, ask again at once, let the probe send a wrong one, then sign with yours',
  calls: ['POST /otp/{request_pk}', 'POST /sign/{request_pk}', 'GET /request/{request_pk}'],
  person: ({ people }) => (people.attended ? 'type the code from the signer’s phone' : undefined),
  essential: true,
  async run(at) {
    const { run, people } = at;
    const pk = at.requestPk('main');
    if ((await read(at, 'main')).status === 'ISSUED') return;
    await askForCode(at);
    await run.call('code-again', () => at.client().generateOtp(pk));
    if (!run.wasTried('wrong-code')) {
      await run.call('wrong-code', () => at.client().sign(pk, { secret: WRONG }));
      const { status } = await read(at, 'main');
      run.note('status-after-wrong-code', status ?? 'not shown');
      if (status === 'ISSUED') return;
    }
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const typed = await people.code({ pk });
      run.values.add(typed);
      run.note('code', /^\d+$/.test(typed) ? `${typed.length} digits` : `${typed.length} characters`);
      if (await sign(at, new Secret(typed))) return;
      if (tries === TRIES) break;
      people.say('    The code was not accepted. Another one is sent in a minute.');
      await pause(Math.min(COOL_DOWN, at.settings.patience));
      await run.call('code-new', () => at.client().generateOtp(pk));
    }
    cannotGoOn(
      'CODE_NOT_ACCEPTED',
      'No code was accepted.',
      'Run the probe again with this file: it asks for another code.',
    );
  },
};

async function askForCode(at: SignatureContext): Promise<void> {
  const { run, people } = at;
  const pk = at.requestPk('main');
  const ask = async (occasion: string, sides = {}) => run.call(occasion, () => at.client(sides).generateOtp(pk));
  let asked = await ask('code');
  if (asked.error?.kind === 'refused' && [400, 422].includes(asked.error.status ?? 0)) {
    const sides = { otpDeliveryMethod: at.assumed.otpDeliveryMethod === 'omitted' ? 'sms' : 'omitted' } as const;
    asked = await ask('code-sms', sides);
    if (asked.error === undefined) await at.learn(sides);
  }
  if (asked.error === undefined) people.say('    A code was sent.');
  else
    people.say(
      `    No new code was sent (HTTP ${asked.error.status ?? 'none'}). One that came before may still be good.`,
    );
}

/** Whether it is signed. A code that is in doubt is never sent twice. */
async function sign(at: SignatureContext, secret: Secret): Promise<boolean> {
  const { run, people } = at;
  const tried = await run.call('sign', () => at.client().sign(at.requestPk('main'), { secret }));
  const { value, error } = tried;
  if (value === 'signed' || value === 'already-issued') {
    people.say(`    Signed in ${tried.last?.exchange.answer?.after ?? 0} ms.`);
    return true;
  }
  if (value === 'not-accepted') return false;
  if (error?.kind === 'refused' || error?.kind === 'not-sent') {
    people.say(`    Refused: ${saidOf(error)}.`);
    return (await read(at, 'main')).status === 'ISSUED';
  }
  if (await isCarriedOut(at, error, { statuses: ['ISSUED'], what: 'signed' })) return true;
  cannotGoOn(
    'SIGN_IN_DOUBT',
    sentence(`Nobody knows whether it is signed: ${error?.words ?? 'no answer'}`),
    'Wait some minutes. Then run the probe again with this file: it reads the request first.',
  );
}

import type { Command } from 'commander';
import type { VideoIdClient } from '../client.js';
import type { Config } from '../config.js';
import { VideoIdError } from '../messages/failures.js';
import { type AttemptFlag, define, done, referenceOf, type SteeringFlags, withSteering } from './command.js';
import { columns, moment } from './layout.js';
import { readSecretLine } from './secret-input.js';
import { withClient } from './session.js';

/** `videoid otp`, `confirm`: what only the signer may do; here for the sandbox, and where a setting allows it. */
export function codeCommands(program: Command): void {
  withSteering(
    define<SteeringFlags & { consentVersion: string }>(
      program,
      'otp <reference>',
      'have a code sent to the signer. Asking for it is the acceptance of the documents and the contract',
      async ({ screen, operands, flags }) =>
        await withClient(screen, async (client, config) => {
          const reference = referenceOf({ operands });
          await assertCodeEntry(client, config, reference, flags);
          const { toAccept, stage } = await client.status(reference, { ...flags, flow: 'signature' });
          if (toAccept === undefined) {
            throw new VideoIdError('NOT_NOW', 'There is nothing to accept yet.', {
              remedy: 'The documents and the contract come after the approval; see the stage of the request.',
              facts: { stage },
            });
          }
          screen.say('Asking for the code accepts, in the name of the signer:');
          screen.say(
            ...columns([
              ...toAccept.documents.map((sha256, at) => [`  Document ${at + 1}`, sha256]),
              ['  Contract', toAccept.contract],
              ['  Consent text', flags.consentVersion],
            ]),
          );
          const acceptance = { ...toAccept, consentVersion: flags.consentVersion, channel: 'cli' };
          const sent = await screen.during('Asking for the code', client.requestCode(reference, acceptance, flags));
          screen.answer(sent, [`The code was sent at ${moment(sent.sentAt)}.`]);
          screen.say(`Another can be asked for from ${moment(sent.resendFrom)} on.`);
          screen.say('', `Next: videoid confirm ${reference}`);
          return done;
        }),
    ),
  ).requiredOption('--consent-version <version>', 'version of the consent text that the signer was shown');
  withSteering(
    define<SteeringFlags>(
      program,
      'confirm <reference> [code]',
      'sign with the code: from a prompt without echo if left out, from standard input if `-`',
      async ({ screen, operands, flags }) =>
        await withClient(screen, async (client, config) => {
          const reference = referenceOf({ operands });
          await assertCodeEntry(client, config, reference, flags);
          const [, given = '-'] = operands;
          const secret = given === '-' ? await readSecretLine('The code from the SMS') : given;
          const answer = await screen.during('Signing', client.sign(reference, { secret }, flags));
          screen.answer({ reference, ...answer }, ['Signed. The signed files are being fetched and verified.']);
          screen.say('', `Next: videoid outcome ${reference} --wait`);
          return done;
        }),
    ),
  );
}

/** @throws VideoIdError CODE_ENTRY_NOT_ALLOWED */
async function assertCodeEntry(
  client: VideoIdClient,
  config: Config,
  reference: string,
  { attempt }: AttemptFlag,
): Promise<void> {
  if (config.codeEntry === 'allowed') return;
  const { env } = await client.environment(reference, { attempt, flow: 'signature' });
  if (env === 'sandbox') return;
  throw new VideoIdError('CODE_ENTRY_NOT_ALLOWED', 'The code is the signer’s: it is not entered here on production.', {
    field: 'codeEntry',
    remedy: 'Let the signer enter it; or set codeEntry to allowed where the operator may act in the signer’s presence.',
  });
}

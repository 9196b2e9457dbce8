import type { Command } from 'commander';
import type { PlainAcceptance } from '../client.js';
import { defined } from '../messages/defined.js';
import { VideoIdError } from '../messages/failures.js';
import { moment } from '../messages/moments.js';
import { defineRequest, type RequestCall, type SteeringFlags, withSteering } from './command.js';
import { columns } from './layout.js';
import { readSecretLine } from './secret-input.js';

type AcceptFlags = SteeringFlags & { consentVersion: string };

/** Commands for acts that only the signer may do. For the sandbox, and if a setting allows them. */
export const CODE_COMMANDS = { accept: acceptCommand, code: otpCommand, sign: confirmCommand };

function acceptCommand(program: Command): void {
  withConsent(
    defineRequest<AcceptFlags>(
      program,
      'accept <reference>',
      'record that the signer accepts the documents and the contract; no code is sent',
      async (call) => {
        const { client, screen, reference, flags } = call;
        const accepted = await screen.during('Accepting', client.accept(reference, await acceptanceOf(call), flags));
        screen.answer(accepted, [`Accepted. Recorded at ${moment(accepted.recordedAt)}.`]);
        screen.next(`videoid confirm ${reference} --unlock-type TYPE`);
      },
    ),
  );
}

function otpCommand(program: Command): void {
  withConsent(
    defineRequest<AcceptFlags>(
      program,
      'otp <reference>',
      'have a code sent to the signer. This also accepts the documents and the contract for the signer',
      async (call) => {
        const { client, screen, reference, flags } = call;
        const asked = client.requestCode(reference, await acceptanceOf(call), flags);
        const sent = await screen.during('Asking for the code', asked);
        screen.answer(sent, [`The code was sent at ${moment(sent.sentAt)}.`]);
        screen.say(`The next code can be requested from ${moment(sent.resendFrom)}.`);
        screen.next(`videoid confirm ${reference}`);
      },
    ),
  );
}

function confirmCommand(program: Command): void {
  withSteering(
    defineRequest<SteeringFlags & { unlockType?: string }>(
      program,
      'confirm <reference> [code]',
      'sign with the code. Without a code it asks for one, without echo. With `-` it reads standard input',
      async (call) => {
        const { client, screen, operands, reference } = call;
        const { unlockType: type, ...flags } = call.flags;
        await assertCodeEntry(call);
        const [, given] = operands;
        const typesCode = given === '-' || (given === undefined && type === undefined);
        const secret = typesCode ? await readSecretLine('The code from the SMS') : given;
        const order = {
          ...defined({ secret }),
          ...(type === undefined ? {} : { unlock: { type, value: await readSecretLine('Unlock value') } }),
        };
        const answer = await screen.during('Signing', client.sign(reference, order, flags));
        screen.answer({ reference, ...answer }, ['Signed. The signed files are being fetched and verified.']);
        screen.next(`videoid outcome ${reference} --wait`);
      },
    ),
  ).option(
    '--unlock-type <type>',
    'sign in another way than with a code, after `accept`. Its value comes from a prompt or from standard input',
  );
}

function withConsent(command: Command): void {
  withSteering(command).requiredOption(
    '--consent-version <version>',
    'version of the consent text that the signer was shown',
  );
}

/** Shows what will be accepted in the name of the signer. @throws VideoIdError CODE_ENTRY_NOT_ALLOWED, NOT_NOW */
async function acceptanceOf(call: RequestCall<AcceptFlags>): Promise<PlainAcceptance> {
  const { client, screen, reference, flags } = call;
  const { consentVersion } = flags;
  await assertCodeEntry(call);
  const { toAccept, stage } = await client.status(reference, { ...flags, flow: 'signature' });
  if (toAccept === undefined) {
    throw new VideoIdError('NOT_NOW', 'There is nothing to accept yet.', {
      remedy: 'The documents and the contract come after the approval. See the stage of the request.',
      facts: { stage },
    });
  }
  screen.say('In the name of the signer, this will be accepted:');
  screen.say(
    ...columns([
      ...toAccept.documents.map((sha256, at) => [`  Document ${at + 1}`, sha256]),
      ['  Contract', toAccept.contract],
      ['  Consent text', consentVersion],
    ]),
  );
  return { ...toAccept, consentVersion, channel: 'cli' };
}

/** @throws VideoIdError CODE_ENTRY_NOT_ALLOWED */
async function assertCodeEntry({ client, config, reference, flags }: RequestCall<SteeringFlags>): Promise<void> {
  if (config.codeEntry === 'allowed') return;
  const { env } = await client.environment(reference, { attempt: flags.attempt, flow: 'signature' });
  if (env === 'sandbox') return;
  throw new VideoIdError(
    'CODE_ENTRY_NOT_ALLOWED',
    'Only the signer may accept and sign, so this command does not work on production.',
    {
      field: 'codeEntry',
      remedy: 'Let the signer do it. If the operator may act in the signer’s presence, set codeEntry to allowed.',
    },
  );
}

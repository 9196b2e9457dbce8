import type { Command } from 'commander';
import type { PlainAcceptance } from '../client.js';
import { defined } from '../messages/defined.js';
import { VideoIdError } from '../messages/failures.js';
import { defineRequest, type RequestCall, type SteeringFlags, withSteering } from './command.js';
import { columns, moment } from './layout.js';
import { readSecretLine } from './secret-input.js';

type AcceptFlags = SteeringFlags & { consentVersion: string };

/** What only the signer may do; here for the sandbox, and where a setting allows it. */
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
        screen.answer(accepted, [`Accepted; recorded at ${moment(accepted.recordedAt)}.`]);
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
      'have a code sent to the signer. Asking for it is the acceptance of the documents and the contract',
      async (call) => {
        const { client, screen, reference, flags } = call;
        const asked = client.requestCode(reference, await acceptanceOf(call), flags);
        const sent = await screen.during('Asking for the code', asked);
        screen.answer(sent, [`The code was sent at ${moment(sent.sentAt)}.`]);
        screen.say(`Another can be asked for from ${moment(sent.resendFrom)} on.`);
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
      'sign with the code: from a prompt without echo if left out, from standard input if `-`',
      async (call) => {
        const { client, screen, operands, reference } = call;
        const { unlockType: type, ...flags } = call.flags;
        await assertCodeEntry(call);
        const [, given] = operands;
        const typesCode = given === '-' || (given === undefined && type === undefined);
        const secret = typesCode ? await readSecretLine('The code from the SMS') : given;
        const order = {
          ...defined({ secret }),
          ...(type === undefined ? {} : { unlock: { type, value: await readSecretLine('What unlocks') } }),
        };
        const answer = await screen.during('Signing', client.sign(reference, order, flags));
        screen.answer({ reference, ...answer }, ['Signed. The signed files are being fetched and verified.']);
        screen.next(`videoid outcome ${reference} --wait`);
      },
    ),
  ).option(
    '--unlock-type <type>',
    'sign in another way than with a code, after `accept`; its value comes from a prompt, or as a line of standard input',
  );
}

function withConsent(command: Command): void {
  withSteering(command).requiredOption(
    '--consent-version <version>',
    'version of the consent text that the signer was shown',
  );
}

/** What is accepted in the name of the signer, said on the screen. @throws VideoIdError CODE_ENTRY_NOT_ALLOWED, NOT_NOW */
async function acceptanceOf(call: RequestCall<AcceptFlags>): Promise<PlainAcceptance> {
  const { client, screen, reference, flags } = call;
  const { consentVersion } = flags;
  await assertCodeEntry(call);
  const { toAccept, stage } = await client.status(reference, { ...flags, flow: 'signature' });
  if (toAccept === undefined) {
    throw new VideoIdError('NOT_NOW', 'There is nothing to accept yet.', {
      remedy: 'The documents and the contract come after the approval; see the stage of the request.',
      facts: { stage },
    });
  }
  screen.say('To be accepted, in the name of the signer:');
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
    'Only the signer accepts and signs: this command does not do it on production.',
    {
      field: 'codeEntry',
      remedy: 'Let the signer do it; or set codeEntry to allowed where the operator may act in the signer’s presence.',
    },
  );
}

import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { CertificateSecrets } from '../client.js';
import { defined } from '../messages/defined.js';
import {
  type AttemptFlag,
  define,
  done,
  referenceOf,
  type SteeringFlags,
  withAttempt,
  withSteering,
} from './command.js';
import { save } from './files.js';
import { columns } from './layout.js';
import { withClient } from './session.js';

/** `videoid declaration`, `preauth-link`, `secrets`: what an enrolment has to read. */
export function enrolmentFileCommands(program: Command): void {
  declarationCommand(program);
  preauthLinkCommand(program);
  secretsCommand(program);
}

function declarationCommand(program: Command): void {
  withAttempt(
    define<AttemptFlag & { save?: string | true }>(
      program,
      'declaration <reference>',
      'show the RAO declaration of an enrolment, which the officer reads before approving',
      async ({ screen, operands, flags }) =>
        await withClient(screen, async (client) => {
          const reference = referenceOf({ operands });
          const { stream } = await client.declaration(reference, { attempt: flags.attempt, channel: 'cli' });
          if (flags.save === undefined) {
            const declaration = await text(stream);
            screen.answer({ declaration }, declaration.split(/\r?\n/));
            screen.say('', `Next: videoid contract ${reference} --save`);
            return done;
          }
          const path = flags.save === true ? `${reference}-declaration.txt` : flags.save;
          await screen.during('Saving the declaration', save(path, stream));
          screen.answer({ files: [{ path }] }, [path]);
          return done;
        }),
    ),
  ).option('--save [file]', 'save it; nothing is overwritten');
}

function preauthLinkCommand(program: Command): void {
  withSteering(
    define<SteeringFlags & { reason: string; by?: string }>(
      program,
      'preauth-link <reference>',
      'ask for the pre-authorised link of an enrolment that waits for the certificate to be picked up. ' +
        'Whoever has it can act as the signer; each reading is recorded',
      async ({ screen, operands, flags }) =>
        await withClient(screen, async (client) => {
          const { reason, by, ...options } = flags;
          const order = { actor: actorOf(by), reason };
          const asked = client.preauthLink(referenceOf({ operands }), order, { ...options, channel: 'cli' });
          const answer = await screen.during('Asking for the link', asked);
          screen.answer(answer, [answer.url ?? 'It is sealed in the archive; here is no private key to open it with.']);
          return done;
        }),
    ),
  )
    .requiredOption('--reason <text>', 'why; it goes into the evidence')
    .option('--by <id>', 'who asks: an operator id, no name of a person');
}

function secretsCommand(program: Command): void {
  withAttempt(
    define<AttemptFlag & { by?: string }>(
      program,
      'secrets <reference>',
      'show PIN, PUK, revocation and enrolment code of an enrolment, where they are kept sealed and the private key is here. ' +
        'Each reading is recorded',
      async ({ screen, operands, flags }) =>
        await withClient(screen, async (client) => {
          const { by, ...options } = flags;
          const secrets = await client.secrets(
            referenceOf({ operands }),
            { actor: actorOf(by), channel: 'cli' },
            options,
          );
          screen.answer(
            secrets,
            columns([...rowsOf('scratchcard', secrets.scratchcard), ...rowsOf('approval', secrets.approval)]),
          );
          return done;
        }),
    ),
  ).option('--by <id>', 'who reads: an operator id, no name of a person');
}

function rowsOf(of: string, secrets: CertificateSecrets = {}): string[][] {
  return Object.entries(secrets).map(([name, value]) => [of, name, value]);
}

function actorOf(by: string | undefined): { kind: 'operator'; id?: string } {
  return { kind: 'operator', ...defined({ id: by }) };
}

import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { CertificateSecrets } from '../client.js';
import {
  type AttemptFlag,
  defineRequest,
  operator,
  type OperatorFlags,
  type SteeringFlags,
  withAttempt,
  withOperator,
  withSteering,
} from './command.js';
import { pathOf, save } from './saved-file.js';
import { columns } from './layout.js';

/** Commands for the texts and secrets of an enrolment. */
export const ENROLMENT_FILE_COMMANDS = {
  declaration: declarationCommand,
  'preauth-link': preauthLinkCommand,
  secrets: secretsCommand,
};

function declarationCommand(program: Command): void {
  withAttempt(
    defineRequest<AttemptFlag & { save?: string | true }>(
      program,
      'declaration <reference>',
      'show the RAO declaration of an enrolment, which the officer reads before approving',
      async ({ client, screen, reference, flags }) => {
        const { stream } = await client.declaration(reference, { attempt: flags.attempt, channel: 'cli' });
        if (flags.save === undefined) {
          const declaration = await text(stream);
          screen.answer({ declaration }, declaration.split(/\r?\n/));
          screen.next(`videoid contract ${reference} --save`);
          return;
        }
        const path = await pathOf(flags.save, `${reference}-declaration.txt`);
        await screen.during('Saving the declaration', save(path, stream));
        screen.answer({ files: [{ path }] }, [path]);
      },
    ),
  ).option('--save [path]', 'save it as this file, or in this directory; nothing is overwritten');
}

function preauthLinkCommand(program: Command): void {
  withOperator(
    withSteering(
      defineRequest<SteeringFlags & OperatorFlags & { reason: string }>(
        program,
        'preauth-link <reference>',
        'ask for the pre-authorised link of an enrolment that waits for the certificate to be picked up. ' +
          'Anybody who has the link can act as the signer. Each reading is recorded',
        async ({ client, screen, reference, flags: { reason, by, ...options } }) => {
          const order = { actor: operator({ by }), reason };
          const asked = client.preauthLink(reference, order, { ...options, channel: 'cli' });
          const answer = await screen.during('Asking for the link', asked);
          screen.answer(answer, [answer.url ?? 'It is sealed in the archive. The private key to open it is not here.']);
        },
      ),
    ).requiredOption('--reason <text>', 'why, for the evidence'),
    'who asks',
  );
}

function secretsCommand(program: Command): void {
  withOperator(
    withAttempt(
      defineRequest<AttemptFlag & OperatorFlags>(
        program,
        'secrets <reference>',
        'show PIN, PUK, revocation and enrolment code of an enrolment, if they are kept. Needs the private seal key. ' +
          'Each reading is recorded',
        async ({ client, screen, reference, flags: { by, ...options } }) => {
          const secrets = await client.secrets(reference, { actor: operator({ by }), channel: 'cli' }, options);
          const rows = [...rowsOf('scratchcard', secrets.scratchcard), ...rowsOf('approval', secrets.approval)];
          screen.answer(secrets, columns(rows));
        },
      ),
    ),
    'who reads',
  );
}

function rowsOf(of: string, secrets: CertificateSecrets = {}): string[][] {
  return Object.entries(secrets).map(([name, value]) => [of, name, value]);
}

import type { Command } from 'commander';
import { sayWrongClock } from './clock-words.js';
import { type AttemptFlag, defineRequest, withAttempt } from './command.js';
import { exitOf, followed, untilEnded } from './follow.js';
import { identityLines } from './identity-words.js';
import { listCommand } from './list.js';
import { outcomeLines, statusLines } from './request-words.js';

/** Commands that show requests. */
export const LOOK_COMMANDS = {
  list: listCommand,
  show: showCommand,
  link: linkCommand,
  identity: identityCommand,
  outcome: outcomeCommand,
};

function showCommand(program: Command): void {
  withAttempt(
    defineRequest<AttemptFlag & { watch?: boolean }>(
      program,
      'show <reference>',
      'show where a request stands, why it waits, and what can be done',
      async ({ client, screen, reference, flags }) => {
        if (flags.watch) {
          for await (const status of followed(client, screen, reference, flags)) {
            const remedies = await client.remedies(status);
            screen.answer(status, [...statusLines(status, remedies, await client.now()), '']);
          }
          return;
        }
        const status = await screen.during('Reading where it stands', client.status(reference, flags));
        const now = await client.now();
        screen.answer(status, statusLines(status, await client.remedies(status), now));
        sayWrongClock(screen, now);
      },
    ),
  )
    .alias('status')
    .option('--watch', 'show it again after every change, until the end; with --json one line each');
}

function linkCommand(program: Command): void {
  withAttempt(
    defineRequest<AttemptFlag>(
      program,
      'link <reference>',
      'show the link for the signer. Anybody who has it can act as the signer. Each time is recorded',
      async ({ client, screen, reference, flags }) => {
        const shown = client.link(reference, { ...flags, channel: 'cli' });
        const link = await screen.during('Waiting for the provider to create the request', shown);
        screen.answer(link, [link.url]);
        screen.next(`give it to the signer alone, then videoid show ${reference} --watch`);
      },
    ),
  );
}

function identityCommand(program: Command): void {
  withAttempt(
    defineRequest<AttemptFlag & { officer?: string }>(
      program,
      'identity <reference>',
      "show the signer's data at the provider, as the certificate will contain it, beside the expected data. " +
        'It is stored nowhere. Each time is recorded',
      async ({ client, screen, reference, flags: { officer: id, ...flags } }) => {
        const actor = id === undefined ? ({ kind: 'operator' } as const) : ({ kind: 'officer', id } as const);
        const looked = client.identity(reference, { ...flags, actor, channel: 'cli' });
        const view = await screen.during('Reading the request at the provider', looked);
        screen.answer(view, identityLines(view));
        const correct = `videoid correct ${reference}, refuse, or approve with --identity`;
        screen.next(view.identity === 'different' ? correct : `videoid show ${reference}`);
      },
    ),
  ).option('--officer <id>', 'who looks, for the evidence');
}

function outcomeCommand(program: Command): void {
  withAttempt(
    defineRequest<AttemptFlag & { wait?: boolean }>(
      program,
      'outcome <reference>',
      'show how a request ended',
      async ({ client, screen, reference, flags }) => {
        const outcome = flags.wait
          ? await untilEnded(client, screen, reference, flags)
          : await client.outcome(reference, flags);
        screen.answer(outcome, outcomeLines(outcome));
        return exitOf(outcome);
      },
    ),
  ).option('--wait', 'wait until it ends, showing every stage');
}

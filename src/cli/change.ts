import { type Command, Option } from 'commander';
import { isSignerWrong, newAttemptCommand } from '../client/commands.js';
import { defined } from '../messages/defined.js';
import { ABANDON_REASONS } from '../messages/steering.js';
import { moment } from '../messages/moments.js';
import {
  type AttemptFlag,
  defineRequest,
  type DiscardFlag,
  operator,
  type OperatorFlags,
  type SteeringFlags,
  withAttempt,
  withDiscard,
  withOperator,
  withSteering,
} from './command.js';
import { pairOf } from './pair-flag.js';
import { columns } from './layout.js';
import { leftBy } from './left-lines.js';

interface ReasonFlags extends OperatorFlags {
  reason: string;
}

/** Commands that change a running request, or reopen an ended one. */
export const CHANGE_COMMANDS = {
  'new-video': newVideoCommand,
  correct: correctCommand,
  extend: extendCommand,
  abandon: abandonCommand,
  reopen: reopenCommand,
  reset: resetCommand,
};

function newVideoCommand(program: Command): void {
  withDiscard(
    withReason(
      withSteering(
        defineRequest<SteeringFlags & ReasonFlags & DiscardFlag>(
          program,
          'new-video <reference>',
          'make another video request in the same request, with a new link; the provider may bill it',
          async ({ client, screen, reference, flags }) => {
            const order = { ...orderOf(flags), ...defined({ discardVideo: flags.discardVideo }) };
            const asked = client.newVideo(reference, order, flags);
            const made = await screen.during('Asking the provider', asked);
            screen.answer({ reference, ...made }, [`New video request: request_pk ${made.requestPk}.`]);
            screen.next(`videoid link ${reference}`);
          },
        ),
      ),
    ),
  );
}

function correctCommand(program: Command): void {
  withReason(
    withSteering(
      defineRequest<SteeringFlags & ReasonFlags & { email?: string; phone?: string; field: Record<string, string> }>(
        program,
        'correct <reference>',
        "correct the signer's data, at the provider too: e-mail address and phone before the video is finished or where the create was refused, after it what identifies the signer (--field), until the decision",
        async ({ client, screen, reference, flags }) => {
          const { email, phone, field } = flags;
          const fields = Object.keys(field).length === 0 ? undefined : field;
          const correction = { ...orderOf(flags), ...defined({ email, phone, fields }) };
          const corrected = client.correct(reference, correction, flags);
          const answer = await screen.during('Correcting at the provider', corrected);
          screen.answer({ reference, ...answer }, [`Corrected. The provider says ${answer.status}.`]);
        },
      )
        .option('--email <address>', 'the right e-mail address')
        .option('--phone <number>', 'the right mobile phone, with international prefix')
        .option(
          '--field <name=value>',
          "after the video, by the provider's names: serial_number=12345678Z; again for each",
          pairOf,
          {},
        ),
    ),
  );
}

function extendCommand(program: Command): void {
  const command = defineRequest<SteeringFlags & { by: string; reason: string; operator?: string }>(
    program,
    'extend <reference>',
    'give the running deadline more time',
    async ({ client, screen, reference, flags }) => {
      const { by, reason, operator: id } = flags;
      const answer = await client.extend(reference, { by, reason, actor: operator({ by: id }) }, flags);
      screen.answer({ reference, ...answer }, columns([['Deadline', moment(answer.deadline)]]));
    },
  );
  command
    .requiredOption('--by <time>', 'how much more: 12h, 3d')
    .requiredOption('--reason <text>', 'why, for the evidence');
  withSteering(withOperator(command, 'who decides', '--operator <id>'));
}

function abandonCommand(program: Command): void {
  const command = defineRequest<SteeringFlags & OperatorFlags & DiscardFlag & { reason: Reason; note?: string }>(
    program,
    'abandon <reference>',
    'end a request because the signer cannot go on; a new attempt may follow',
    async ({ client, screen, reference, flags }) => {
      const { reason, note, discardVideo } = flags;
      const order = { reason, actor: operator(flags), ...defined({ note, discardVideo }) };
      const { outcome, ...noted } = await screen.during('Ending', client.abandon(reference, order, flags));
      const { flow } = await client.status(reference, flags);
      const again = newAttemptCommand(flow, reference, { signer: isSignerWrong(reason) });
      const left = await leftBy(client, reference, flags);
      screen.answer(
        { reference, outcome, ...(outcome === 'abandoned' ? { next: again } : {}), ...noted, ...left.facts },
        outcome === 'abandoned'
          ? ['Abandoned.', ...left.lines, '', `A new attempt: ${again} (a new video, and the provider bills again)`]
          : [`It ended ${outcome}.`, '', `Next: videoid outcome ${reference}`],
      );
    },
  );
  command
    .addOption(new Option('--reason <word>', 'why').choices(ABANDON_REASONS).makeOptionMandatory())
    .option('--note <text>', 'for the evidence');
  withDiscard(withSteering(withOperator(command, 'who ends it')));
}

type Reason = (typeof ABANDON_REASONS)[number];

function reopenCommand(program: Command): void {
  withReason(
    defineRequest<ReasonFlags>(
      program,
      'reopen <reference>',
      'reopen, as a new attempt, a request that is still open at the provider; no new video, no new bill',
      async ({ client, screen, reference, flags }) => {
        const started = await screen.during('Reopening', client.reopen(reference, orderOf(flags)));
        screen.answer(started, [`Reopened as attempt ${started.attempt}.`]);
        screen.next(`videoid show ${reference} --watch`);
      },
    ),
  );
}

function resetCommand(program: Command): void {
  withReason(
    withAttempt(
      defineRequest<AttemptFlag & ReasonFlags>(
        program,
        'reset <reference>',
        'take a request that no worker can continue back to an earlier point; `why` says when (NOT_REPLAYABLE)',
        async ({ client, screen, reference, flags }) => {
          const reset = await screen.during('Resetting', client.reset(reference, orderOf(flags), flags));
          screen.answer(reset, [`The request goes on from ${moment(reset.to)}.`]);
          screen.next(`videoid show ${reference}`);
        },
      ),
    ),
  );
}

function withReason(command: Command): Command {
  return withOperator(command.requiredOption('--reason <text>', 'why, for the evidence'), 'who decides');
}

function orderOf(flags: ReasonFlags) {
  return { reason: flags.reason, actor: operator(flags) };
}

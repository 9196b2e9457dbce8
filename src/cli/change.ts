import { type Command, Option } from 'commander';
import { newAttemptCommand } from '../client/commands.js';
import { ABANDON_REASONS } from '../messages/steering.js';
import { defined } from '../messages/defined.js';
import type { Actor } from '../messages/outcome.js';
import {
  type AttemptFlag,
  define,
  done,
  referenceOf,
  type SteeringFlags,
  withAttempt,
  withSteering,
} from './command.js';
import { fieldOf } from './field-flag.js';
import { columns, moment } from './layout.js';
import { withClient } from './session.js';

interface DeciderFlags extends SteeringFlags {
  reason: string;
  by?: string;
}

/** `videoid new-video`, `correct`, `extend`, `abandon`, `reopen`, `reset`: people who change their minds. */
export function changeCommands(program: Command): void {
  newVideoCommand(program);
  correctCommand(program);
  extendCommand(program);
  abandonCommand(program);
  reopenCommand(program);
  resetCommand(program);
}

function newVideoCommand(program: Command): void {
  withDecider(
    define<DeciderFlags>(
      program,
      'new-video <reference>',
      'make another video request in the same request, with a new link; the provider may bill it',
      async (call) =>
        await withClient(call.screen, async (client) => {
          const reference = referenceOf(call);
          const order = { reason: call.flags.reason, actor: operator(call.flags) };
          const made = await call.screen.during('Asking the provider', client.newVideo(reference, order, call.flags));
          call.screen.answer({ reference, ...made }, [`Made: request_pk ${made.requestPk}.`]);
          call.screen.say('', `Next: videoid link ${reference}`);
          return done;
        }),
    ),
  );
}

function correctCommand(program: Command): void {
  withDecider(
    define<DeciderFlags & { email?: string; phone?: string; field: Record<string, string> }>(
      program,
      'correct <reference>',
      "correct the signer's data, at the provider too: e-mail address and phone before the video is finished or where the create was refused, after it what identifies the signer (--field), until the decision",
      async (call) =>
        await withClient(call.screen, async (client) => {
          const reference = referenceOf(call);
          const { email, phone, field, reason } = call.flags;
          const correction = {
            ...defined({ email, phone }),
            ...(Object.keys(field).length === 0 ? {} : { fields: field }),
            reason,
            actor: operator(call.flags),
          };
          const answer = await call.screen.during(
            'Correcting at the provider',
            client.correct(reference, correction, call.flags),
          );
          call.screen.answer({ reference, ...answer }, [`Corrected; the provider says ${answer.status}.`]);
          return done;
        }),
    )
      .option('--email <address>', 'the right e-mail address')
      .option('--phone <number>', 'the right mobile phone, with international prefix')
      .option(
        '--field <name=value>',
        "after the video, by the provider's names: serial_number=12345678Z; again for each",
        fieldOf,
        {},
      ),
  );
}

function extendCommand(program: Command): void {
  withSteering(
    define<SteeringFlags & { by: string; reason: string; operator?: string }>(
      program,
      'extend <reference>',
      'give the running deadline more time',
      async (call) =>
        await withClient(call.screen, async (client) => {
          const reference = referenceOf(call);
          const { by, reason, operator: id } = call.flags;
          const { deadline } = await client.extend(reference, { by, reason, actor: operator({ by: id }) }, call.flags);
          call.screen.answer({ reference, deadline }, columns([['Deadline', moment(deadline)]]));
          return done;
        }),
    )
      .requiredOption('--by <time>', 'how much more: 12h, 3d')
      .requiredOption('--reason <text>', 'why, for the evidence')
      .option('--operator <id>', 'who decides: an operator id, no name of a person'),
  );
}

function abandonCommand(program: Command): void {
  withSteering(
    define<SteeringFlags & { reason: string; note?: string; by?: string }>(
      program,
      'abandon <reference>',
      'end a request because the signer cannot go on like this; a new attempt may follow',
      async (call) =>
        await withClient(call.screen, async (client) => {
          const reference = referenceOf(call);
          const { reason, note } = call.flags;
          const order = { reason, actor: operator(call.flags), ...defined({ note }) };
          const { outcome } = await call.screen.during('Ending', client.abandon(reference, order, call.flags));
          const again = newAttemptCommand((await client.status(reference, call.flags)).flow, reference, reason);
          call.screen.answer(
            { reference, outcome, ...(outcome === 'abandoned' ? { next: again } : {}) },
            outcome === 'abandoned'
              ? ['Abandoned.', '', `A new attempt: ${again} (a new video, and the provider bills again)`]
              : [`It ended ${outcome}.`, '', `Next: videoid outcome ${reference}`],
          );
          return done;
        }),
    )
      .addOption(new Option('--reason <word>', 'why').choices(ABANDON_REASONS).makeOptionMandatory())
      .option('--note <text>', 'for the evidence')
      .option('--by <id>', 'who ends it: an operator id, no name of a person'),
  );
}

function reopenCommand(program: Command): void {
  withReason(
    define<Pick<DeciderFlags, 'reason' | 'by'>>(
      program,
      'reopen <reference>',
      'take up again what the latest attempt left open at the provider, as another attempt: no other video, no other bill',
      async (call) =>
        await withClient(call.screen, async (client) => {
          const reference = referenceOf(call);
          const order = { reason: call.flags.reason, actor: operator(call.flags) };
          const started = await call.screen.during('Reopening', client.reopen(reference, order));
          call.screen.answer(started, [`Taken up again as attempt ${started.attempt}.`]);
          call.screen.say('', `Next: videoid show ${reference} --watch`);
          return done;
        }),
    ),
  );
}

function resetCommand(program: Command): void {
  withReason(
    withAttempt(
      define<AttemptFlag & { reason: string; by?: string }>(
        program,
        'reset <reference>',
        'let a request that no worker can carry on go on from where one can; `why` says when (NOT_REPLAYABLE)',
        async (call) =>
          await withClient(call.screen, async (client) => {
            const reference = referenceOf(call);
            const { reason } = call.flags;
            const order = { reason, actor: operator(call.flags) };
            const reset = await call.screen.during('Resetting', client.reset(reference, order, call.flags));
            call.screen.answer(reset, [`It goes on from ${moment(reset.to)}.`]);
            call.screen.say('', `Next: videoid show ${reference}`);
            return done;
          }),
      ),
    ),
  );
}

function withDecider(command: Command): Command {
  return withReason(withSteering(command));
}

function withReason(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why, for the evidence')
    .option('--by <id>', 'who decides: an operator id, no name of a person');
}

function operator({ by }: { by?: string | undefined }): Actor {
  return { kind: 'operator', ...defined({ id: by }) };
}

import type { Command } from 'commander';
import type { RequestSummary } from '../client.js';
import type { Flow } from '../messages/request.js';
import { STAGES } from '../messages/status.js';
import { type AttemptFlag, define, done, referenceOf, wholeNumber, withAttempt, withFlow } from './command.js';
import { exitOf, followed, untilEnded } from './follow.js';
import { columns, moment } from './layout.js';
import { identityLines } from './identity-words.js';
import { outcomeLines, statusLines } from './request-words.js';
import { withClient } from './session.js';
import { conditionLines } from './why.js';

/** `videoid list`, `show`, `link`, `identity`, `outcome`: what there is and where it stands. */
export function lookCommands(program: Command): void {
  listCommand(program);
  showCommand(program);
  linkCommand(program);
  identityCommand(program);
  outcomeCommand(program);
}

function listCommand(program: Command): void {
  const command = define<{ flow?: Flow; stage?: string; attention?: boolean; limit?: number }>(
    program,
    'list',
    'list the requests of this installation that Temporal remembers, the newest first',
    async ({ screen, flags }) =>
      await withClient(screen, async (client) => {
        const found = Promise.all([client.list(flags), client.conditions()]);
        const [requests, conditions] = await screen.during('Asking Temporal', found);
        const outages = conditionLines(conditions, Date.now());
        screen.answer({ requests, conditions }, [
          ...(outages.length === 0 ? [] : [...outages, '']),
          ...(requests.length === 0 ? ['No requests.'] : tableOf(requests)),
        ]);
        if (requests.length > 0) screen.say('', 'Next: videoid show REFERENCE');
        return done;
      }),
  );
  withFlow(command, 'only those of this flow')
    .option('--stage <stage>', `only those in this stage: ${STAGES.join(', ')}`)
    .option('--attention', 'only those in attention')
    .option('--limit <number>', 'at most so many', wholeNumber, 100);
}

function tableOf(requests: readonly RequestSummary[]): string[] {
  return columns([
    ['REFERENCE', 'ATTEMPT', 'STATE', 'FLOW', 'STAGE', 'ATTENTION', 'STARTED'],
    ...requests.map(({ reference, attempt, state, flow, stage, attention, startedAt }) => [
      reference,
      String(attempt),
      state,
      flow,
      state === 'ended' ? '' : (stage ?? ''),
      attention ?? '',
      moment(startedAt),
    ]),
  ]);
}

function showCommand(program: Command): void {
  withAttempt(
    define<AttemptFlag & { watch?: boolean }>(
      program,
      'show <reference>',
      'show where a request stands, why it waits, and what can be done',
      async (call) => {
        const { screen, flags } = call;
        const reference = referenceOf(call);
        return await withClient(screen, async (client) => {
          if (!flags.watch) {
            const status = await screen.during('Asking the request', client.status(reference, flags));
            screen.answer(status, statusLines(status, Date.now()));
            return done;
          }
          for await (const status of followed(client, screen, reference, flags)) {
            screen.answer(status, [...statusLines(status, Date.now()), '']);
          }
          return done;
        });
      },
    ),
  ).option('--watch', 'again after every change, until the end; with --json one line each');
}

function linkCommand(program: Command): void {
  withAttempt(
    define<AttemptFlag>(
      program,
      'link <reference>',
      'show the link for the signer. Whoever has it can act as the signer; each showing is recorded',
      async (call) => {
        const { screen, flags } = call;
        const reference = referenceOf(call);
        return await withClient(screen, async (client) => {
          const link = await screen.during(
            'Waiting for the provider to create the request',
            client.link(reference, { ...flags, channel: 'cli' }),
          );
          screen.answer(link, [link.url]);
          screen.say('', `Next: give it to the signer alone, then videoid show ${reference} --watch`);
          return done;
        });
      },
    ),
  );
}

function identityCommand(program: Command): void {
  withAttempt(
    define<AttemptFlag & { officer?: string }>(
      program,
      'identity <reference>',
      'show what the provider has of the signer now, as the certificate will say it, beside what is expected. ' +
        'It is kept nowhere; each showing is recorded',
      async (call) => {
        const { screen } = call;
        const { officer, ...flags } = call.flags;
        const reference = referenceOf(call);
        const actor =
          officer === undefined ? ({ kind: 'operator' } as const) : ({ kind: 'officer', id: officer } as const);
        return await withClient(screen, async (client) => {
          const looked = client.identity(reference, { ...flags, actor, channel: 'cli' });
          const view = await screen.during('Reading the request at the provider', looked);
          screen.answer(view, identityLines(view));
          screen.say(
            '',
            `Next: ${view.identity === 'different' ? `videoid correct ${reference}, refuse, or approve with --identity` : `videoid show ${reference}`}`,
          );
          return done;
        });
      },
    ),
  ).option('--officer <id>', 'who looks, for the evidence');
}

function outcomeCommand(program: Command): void {
  withAttempt(
    define<AttemptFlag & { wait?: boolean }>(
      program,
      'outcome <reference>',
      'show how a request ended',
      async (call) => {
        const { screen, flags } = call;
        const reference = referenceOf(call);
        return await withClient(screen, async (client) => {
          const outcome = flags.wait
            ? await untilEnded(client, screen, reference, flags)
            : await client.outcome(reference, flags);
          screen.answer(outcome, outcomeLines(outcome));
          return exitOf(outcome);
        });
      },
    ),
  ).option('--wait', 'wait until it ends, showing every stage');
}

import type { Command } from 'commander';
import type { Archived, VideoIdClient } from '../client.js';
import { VideoIdError } from '../messages/failures.js';
import type { Flow } from '../messages/request.js';
import { STAGES } from '../messages/status.js';
import { moment } from '../messages/moments.js';
import { sayWrongClock } from './clock-words.js';
import { type AttemptFlag, define, defineRequest, wholeNumber, withAttempt, withClient, withFlow } from './command.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { exitOf, followed, untilEnded } from './follow.js';
import { identityLines } from './identity-words.js';
import { columns } from './layout.js';
import { outcomeLines, statusLines } from './request-words.js';
import { recordedLines } from './resume.js';
import { progressOf, type Screen } from './screen.js';
import { conditionLines } from './why.js';

/** Commands that show requests. */
export const LOOK_COMMANDS = {
  list: listCommand,
  show: showCommand,
  link: linkCommand,
  identity: identityCommand,
  outcome: outcomeCommand,
};

function listCommand(program: Command): void {
  const command = define<{ flow?: Flow; stage?: string; attention?: boolean; limit?: number; recorded?: boolean }>(
    program,
    'list',
    'list the requests of this installation that Temporal still has, the newest first',
    async ({ screen, flags: { recorded, ...flags } }) =>
      await withClient(screen, async (client) => {
        if (recorded === true) return await listRecorded(client, screen, flags);
        const found = Promise.all([client.list(flags), client.conditions()]);
        const [requests, conditions] = await screen.during('Asking Temporal', found);
        const outages = conditionLines(conditions, await client.now());
        screen.answer({ requests, conditions }, [
          ...(outages.length === 0 ? [] : [...outages, '']),
          ...(requests.length === 0 ? noneOf(flags) : [...tableOf(requests), ...misplacedLines(requests)]),
        ]);
        if (requests.length > 0) screen.next('videoid show REFERENCE');
        return EXIT.done;
      }),
  );
  withFlow(command, 'only those of this flow')
    .option('--stage <stage>', `only those in this stage: ${STAGES.join(', ')}`)
    .option('--attention', 'only those in attention')
    .option('--recorded', 'those in the archive that have not ended and that Temporal does not run')
    .option('--limit <number>', 'at most this many', wholeNumber, 100);
}

async function listRecorded(
  client: VideoIdClient,
  screen: Screen,
  { flow, limit, stage, attention }: { flow?: Flow; limit?: number; stage?: string; attention?: boolean },
): Promise<ExitCode> {
  if (stage !== undefined || attention !== undefined) {
    throw new VideoIdError('BAD_INPUT', 'Only Temporal knows the stage and the attention of a request.', {
      field: '--recorded',
      remedy: 'Leave out --stage and --attention.',
    });
  }
  const { words, onProgress } = progressOf('Comparing the archive with Temporal');
  const recorded = await screen.during(words, client.recorded({ flow, limit, onProgress }));
  const { requests, looked, complete } = recorded;
  screen.answer(recorded, [
    ...(requests.length === 0 ? [`Every request that has not ended runs in Temporal.`] : recordedLines(requests)),
    ...(complete ? [] : ['', `There may be more: the search stopped after ${looked} references. See --limit.`]),
  ]);
  // Whoever is in the wrong Temporal should use other settings. `doctor` says so.
  const here = requests.some(({ state }) => state !== 'elsewhere');
  if (requests.length > 0) screen.next(here ? 'videoid resume --all' : 'videoid doctor');
  return EXIT.done;
}

/** After a loss, Temporal has fewer requests than the archive. */
function noneOf({ flow, stage, attention }: { flow?: Flow; stage?: string; attention?: boolean }): string[] {
  const some = flow !== undefined || stage !== undefined || attention !== undefined;
  if (some) return ['No such requests. `videoid list` shows all.'];
  return ['No requests in this Temporal. `videoid list --recorded` compares it with the archive.'];
}

const ARCHIVED_WORDS: Record<Archived, string> = {
  ended: 'has ended. Its next step ends it in Temporal too, and does nothing at the provider',
  'not-recorded': 'is not in the archive, and cannot go on',
  lost: 'has ended and is not in the archive. What was stored for it is lost',
  moved: 'was moved to another Temporal. Nothing more is done for it here',
  'other-queue': 'was started for another task queue than that of the settings here',
};

/** What the archive says about requests that should not be there like that. */
function misplacedLines(requests: readonly Listed[]): string[] {
  const misplaced = requests.flatMap(({ reference, attempt, archive }) =>
    archive === undefined ? [] : [`${reference}, attempt ${attempt}, ${ARCHIVED_WORDS[archive]}.`],
  );
  return misplaced.length === 0 ? [] : ['', ...misplaced, 'See `videoid doctor`.'];
}

type Listed = Awaited<ReturnType<VideoIdClient['list']>>[number];

function tableOf(requests: readonly Listed[]): string[] {
  return columns([
    ['REFERENCE', 'ATTEMPT', 'STATE', 'FLOW', 'STAGE', 'ATTENTION', 'STARTED'],
    ...requests.map(({ reference, attempt, state, flow, stage, attention, startedAt, archive }) => [
      reference,
      String(attempt),
      archive ?? state,
      flow,
      state === 'ended' ? '' : (stage ?? ''),
      attention ?? '',
      moment(startedAt),
    ]),
  ]);
}

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
        const status = await screen.during('Asking the request', client.status(reference, flags));
        const now = await client.now();
        screen.answer(status, statusLines(status, await client.remedies(status), now));
        sayWrongClock(screen, now);
      },
    ),
  ).option('--watch', 'show it again after every change, until the end; with --json one line each');
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

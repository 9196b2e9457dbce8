import { type Command, Option } from 'commander';
import type { ListOptions, Misplaced, NotRecorded, RequestPage, RequestSummary, VideoIdClient } from '../client.js';
import { moment } from '../messages/moments.js';
import { OUTCOME_KINDS } from '../messages/outcome.js';
import { STAGES } from '../messages/status.js';
import { define, wholeNumber, withClient, withFlow } from './command.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { columns } from './layout.js';
import { pairOf } from './pair-flag.js';
import { listDeleted, listRecorded } from './other-lists.js';
import type { Screen } from './screen.js';
import { readSecretLine } from './secret-input.js';
import { conditionLines } from './why.js';

interface ListFlags extends Omit<ListOptions, 'createdFrom' | 'createdTo'> {
  from?: string;
  to?: string;
  recorded?: true;
  deleted?: true;
}

/** `videoid list`: shows the requests of the archive. */
export function listCommand(program: Command): void {
  const command = define<ListFlags>(
    program,
    'list',
    'list the requests of this archive, the newest first. A request must fit all filters',
    async ({ screen, flags: { recorded, deleted, from: createdFrom, to: createdTo, ...flags } }) =>
      await withClient(screen, async (client) => {
        const options = { ...flags, createdFrom, createdTo };
        if (recorded === true) return await listRecorded(client, screen, options);
        if (deleted === true) return await listDeleted(client, screen, options);
        return await listPage(client, screen, { ...options, ...(await typed(flags)) });
      }),
  );
  withFlow(command, 'only those of this flow')
    .addOption(new Option('--state <state>', 'only those that run, or that ended').choices(['running', 'ended']))
    .addOption(new Option('--outcome <outcome>', 'only those that ended with this outcome').choices(OUTCOME_KINDS))
    .addOption(new Option('--stage <stage>', 'only those in this stage').choices(STAGES))
    .option('--attention', 'only those in attention')
    .option('--code <code>', 'only those in attention with this failure code')
    .option(
      '--officer <id>',
      'the queue of this officer: those that wait for a decision at its registration authorities',
    )
    .option('--registration-authority <id>', 'only those of this registration authority')
    .option('--prefix <text>', 'only those whose reference begins with this')
    .option('--provider-id <number>', 'only the one with this request_pk or videoid_pk')
    .option('--from <time>', 'only those created at this time or later: 2026-01-31, or a time in ISO 8601')
    .option('--to <time>', 'only those created before this time')
    .option('--metadata <name=value>', 'only those with this metadata; may be repeated', pairOf)
    .option('--email <address>', `only those of the signer with this e-mail address; ${TYPED}`)
    .option('--phone <number>', `only those of the signer with this phone; ${TYPED}`)
    .option('--recorded', 'those in the archive that have not ended and that Temporal does not run')
    .addOption(new Option('--deleted', 'what was deleted, the last first: when, and by whom').conflicts('recorded'))
    .option('--after <cursor>', 'the next page: the value that the last page printed')
    .option('--limit <number>', 'at most this many', wholeNumber, 100);
}

const TYPED = 'give - to type it or pipe it in. Other users and the history of the shell then do not see it';

/** Personal data that is not on the command line. */
async function typed({ email, phone }: ListFlags): Promise<Pick<ListOptions, 'email' | 'phone'>> {
  return {
    ...(email === '-' && { email: await readSecretLine("The signer's e-mail address") }),
    ...(phone === '-' && { phone: await readSecretLine("The signer's phone") }),
  };
}

async function listPage(client: VideoIdClient, screen: Screen, options: ListOptions): Promise<ExitCode> {
  const asked = Promise.all([client.list(options), client.conditions()]);
  const [page, conditions] = await screen.during('Reading the archive, and asking Temporal', asked);
  const outages = conditionLines(conditions, await client.now());
  screen.answer({ ...page, conditions }, [...(outages.length === 0 ? [] : [...outages, '']), ...pageLines(page)]);
  if (page.next !== undefined) screen.next(`the same with --after ${page.next}`);
  else if (page.requests.length > 0) screen.next('videoid show REFERENCE');
  return EXIT.done;
}

const NOT_KNOWN = 'It is not known where they run, and which ones no worker can continue';

function pageLines({ requests, unknown, notRecorded = [], notInSettings }: RequestPage): string[] {
  const notKnown = unknown === undefined ? [] : [`${NOT_KNOWN}: ${unknown.words}`, ''];
  const missing = notInSettings === undefined ? [] : [notInSettings.words];
  const listed = requests.length === 0 ? ['No such requests in this archive.', ...missing] : tableOf(requests);
  return [...notKnown, ...listed, ...misplacedLines(requests, notRecorded)];
}

const MISPLACED_WORDS: Record<Misplaced, string> = {
  ended: 'has ended. Its next step ends it in Temporal too, and does nothing at the provider',
  moved: 'was moved to another Temporal. Nothing more is done for it here',
  elsewhere: 'runs in another Temporal',
  'other-queue': 'was started for another task queue than that of the settings here',
};

/** How Temporal differs from the archive. */
function misplacedLines(requests: readonly RequestSummary[], lacking: readonly NotRecorded[]): string[] {
  const misplaced = [
    ...requests.flatMap((each) =>
      each.archive === undefined ? [] : [{ ...each, words: MISPLACED_WORDS[each.archive] }],
    ),
    ...lacking.map((each) => ({ ...each, words: 'runs in Temporal, is not in the archive, and cannot go on' })),
  ];
  const lines = misplaced.map(({ reference, attempt, words }) => `${reference}, attempt ${attempt}, ${words}.`);
  return lines.length === 0 ? [] : ['', ...lines, 'See `videoid doctor`.'];
}

const AUTHORITY = 'REGISTRATION AUTHORITY';

/** A table of requests. It has a column for the registration authority if there are several. */
export function tableOf(requests: readonly RequestSummary[]): string[] {
  const several = new Set(requests.map(({ registrationAuthority }) => registrationAuthority)).size > 1;
  return columns([
    [
      'REFERENCE',
      'ATTEMPT',
      'STATE',
      'FLOW',
      'STAGE',
      'ATTENTION',
      'CREATED',
      ...(several ? [AUTHORITY] : []),
      'METADATA',
    ],
    ...requests.map(({ reference, attempt, flow, stage, attention, createdAt, metadata = {}, ...more }) => [
      reference,
      String(attempt),
      more.archive ?? more.outcome ?? more.state,
      flow,
      more.state === 'ended' ? '' : (stage ?? ''),
      attention ?? '',
      moment(createdAt),
      ...(several ? [more.registrationAuthority] : []),
      Object.entries(metadata)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    ]),
  ]);
}

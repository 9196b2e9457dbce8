import { type Command, InvalidArgumentError } from 'commander';
import type { PlainResolution, VideoIdClient } from '../client.js';
import { defined } from '../messages/defined.js';
import { VideoIdError, isFailureCode } from '../messages/failures.js';
import { type Remedy, REMEDIES } from '../messages/remedies.js';
import {
  define,
  type DiscardFlag,
  operator,
  type OperatorFlags,
  type SteeringFlags,
  withClient,
  withDiscard,
  withOperator,
  withSteering,
} from './command.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.js';
import { columns } from './layout.js';
import type { Screen } from './screen.js';
import { readSecretLine } from './secret-input.js';

interface ResolveFlags extends SteeringFlags, OperatorFlags, DiscardFlag {
  remedy?: Remedy;
  adopt?: { videoidPk?: string; requestPk: string };
  linkStdin?: boolean;
  note?: string;
  code?: string;
  all?: boolean;
  yes?: boolean;
}

/** An operator's decision about one request in attention, or about all with the same code. */
export const RESOLVE_COMMANDS = { resolve: resolveCommand };

function resolveCommand(program: Command): void {
  const command = define<ResolveFlags>(
    program,
    'resolve [reference]',
    'decide about a request in attention; `why` lists the remedies',
    async ({ screen, operands, flags }) => {
      const [reference] = operands;
      if ((reference === undefined) !== (flags.all === true && flags.code !== undefined)) {
        throw new VideoIdError('BAD_INPUT', 'Name one request, or all requests with one code.', {
          field: 'reference',
          remedy: 'videoid resolve REFERENCE --remedy retry, or videoid resolve --code CODE --all --remedy retry.',
        });
      }
      if (reference === undefined) return await withClient(screen, (client) => resolveAll(client, screen, flags));
      const resolution = await resolutionOf(flags);
      return await withClient(screen, async (client) => {
        const noted = await screen.during('Sending the decision', client.resolve(reference, resolution, flags));
        screen.answer({ reference, remedy: flags.remedy, ...noted }, ['The request has the decision and goes on.']);
        screen.next(`videoid show ${reference}`);
      });
    },
  );
  withSteering(command)
    .option('--remedy <remedy>', `one of those that \`why\` lists: ${Object.keys(REMEDIES).join(', ')}`)
    .option(
      '--adopt <pks>',
      "with adopt: videoid_pk,request_pk from the provider's console; for an enrolment only request_pk",
      idsOf,
    )
    .option('--link-stdin', "with adopt: the signer's link comes by prompt or standard input")
    .option('--code <code>', 'with --all: only those in attention with this code')
    .option('--all', 'all requests with that code; without --yes it only lists them')
    .option('--yes', 'with --all: carry it out')
    .option('--note <text>', 'for the evidence');
  withOperator(withDiscard(command), 'who decides');
}

function deciderOf({ by, note }: ResolveFlags): Pick<PlainResolution, 'actor' | 'note'> {
  return { actor: operator({ by }), ...defined({ note }) };
}

async function resolutionOf(flags: ResolveFlags): Promise<PlainResolution> {
  const { remedy } = flags;
  if (remedy === undefined) {
    throw new VideoIdError('BAD_INPUT', 'No remedy is named.', {
      field: '--remedy',
      remedy: 'videoid why REFERENCE lists the remedies, each with its command.',
    });
  }
  return {
    ...deciderOf(flags),
    remedy,
    ...defined({ ids: flags.adopt, discardVideo: flags.discardVideo }),
    ...(flags.linkStdin ? { link: (await readSecretLine("The signer's link")).trim() } : {}),
  };
}

/** A dry run unless `--yes` is given, so that people see first how many requests there are. */
async function resolveAll(client: VideoIdClient, screen: Screen, flags: ResolveFlags): Promise<ExitCode> {
  const { code = '', remedy: wanted, yes = false } = flags;
  const order = { ...deciderOf(flags), code, ...defined({ remedy: wanted }), carryOut: yes };
  const resolved = await screen.during('Sending the decision', client.resolveAll(order));
  const { found, remedy, carriedOut, results } = resolved;
  const sent = results.filter(({ result }) => result === 'sent').length;
  screen.answer(resolved, [
    ...columns(results.map((each) => [each.reference, `attempt ${each.attempt}`, carriedOut ? each.result : ''])),
    ...(found === 0
      ? ['No request is in attention with this code.']
      : ['', carriedOut ? `Sent to ${sent} of ${found}: ${remedy}.` : `Would go to ${found}: ${remedy}.`]),
  ]);
  if (!carriedOut && found > 0) screen.say('', 'Nothing was sent. The same command with --yes carries it out.');
  const failed = results.find(({ result }) => carriedOut && result !== 'sent');
  if (failed === undefined) return EXIT.done;
  const [first] = results.flatMap(({ result }) => (isFailureCode(result) ? [result] : []));
  return first === undefined ? EXIT.failed : exitCodeOf(first);
}

function idsOf(value: string): { videoidPk?: string; requestPk: string } {
  const [, videoidPk, requestPk] = /^(?:(\d+),)?(\d+)$/.exec(value) ?? [];
  if (requestPk !== undefined) return { ...defined({ videoidPk }), requestPk };
  throw new InvalidArgumentError('Give videoid_pk,request_pk in this order. For an enrolment give only request_pk.');
}

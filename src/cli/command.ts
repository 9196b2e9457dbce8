import { type Command, InvalidArgumentError, Option } from 'commander';
import type { VideoIdClient } from '../client.js';
import type { Config } from '../config.js';
import { defined } from '../messages/defined.js';
import type { Actor } from '../messages/outcome.js';
import type { Flow } from '../messages/request.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { inFlags } from './flag-names.js';
import { openScreen, type Screen, showFailure } from './screen.js';
import { readSettings } from './session.js';

/** Adds one command to the program. */
export type DefineCommand = (program: Command) => void;

/** One call of a command. */
export interface Call<Flags> {
  screen: Screen;
  /** The operands, in order. */
  operands: string[];
  flags: Flags;
}

/**
 * Defines one command of the program, with `--json`. A failure is shown and gives the exit code. Otherwise the exit code is
 * `done`, unless the action returns another.
 *
 * @param usage name and operands: `link <reference>`
 * @param description the list of commands shows its first clause
 */
export function define<Flags extends object>(
  program: Command,
  usage: string,
  description: string,
  action: (call: Call<Flags>) => Promise<ExitCode | void>,
): Command {
  const command = program
    .command(usage)
    .description(description)
    .summary(description.split(/[:;.] /)[0] ?? '');
  return command.option('--json', 'answer as JSON, errors too').action(async () => {
    const { json = false, ...flags } = command.opts<Flags & { json?: boolean }>();
    try {
      // oxlint-disable-next-line typescript/consistent-type-assertions -- the rest of both is Flags
      const call = { screen: openScreen(json), operands: command.args, flags: flags as Flags };
      process.exitCode = (await action(call)) ?? EXIT.done;
    } catch (error) {
      process.exitCode = showFailure(json, inFlags(command, error));
    }
  });
}

/** One call of a command about one request. */
export interface RequestCall<Flags> extends Call<Flags> {
  client: VideoIdClient;
  config: Config;
  /** The first operand. Commander has checked that it is there. */
  reference: string;
}

/** Defines a command about one request. Its client is closed afterwards. */
export function defineRequest<Flags extends object>(
  program: Command,
  usage: string,
  description: string,
  action: (call: RequestCall<Flags>) => Promise<ExitCode | void>,
): Command {
  return define<Flags>(program, usage, description, async (call) =>
    withClient(call.screen, async (client, config) =>
      action({ ...call, client, config, reference: call.operands[0] ?? '' }),
    ),
  );
}

/** Runs one command with a client, and closes the client. */
export async function withClient<T>(
  screen: Screen,
  work: (client: VideoIdClient, config: Config) => Promise<T>,
): Promise<T> {
  const config = await readSettings(screen);
  // Imported only here, because `--help` needs no Temporal.
  const { VideoIdClient } = await import('../client.js');
  const client = await VideoIdClient.connect(config, { findsFlow: true, mayOnlyRead: true });
  try {
    return await work(client, config);
  } finally {
    await client.close();
  }
}

/** Flags of commands about one request. */
export interface AttemptFlag {
  flow?: Flow;
  attempt?: number;
}

/** @param which what `--attempt` means */
export function withAttempt(command: Command, which = 'this attempt instead of the latest'): Command {
  return withFlow(command, 'the flow of the reference, if both flows have it').option(
    '--attempt <number>',
    which,
    wholeNumber,
  );
}

export function withFlow(command: Command, description: string): Command {
  return command.addOption(new Option('--flow <flow>', description).choices(FLOWS));
}

const FLOWS: readonly Flow[] = ['signature', 'enrolment'];

/** Flags of commands that ask a running request for something. */
export interface SteeringFlags extends AttemptFlag {
  updateId?: string;
}

export function withSteering(command: Command, which?: string): Command {
  return withAttempt(command, which).option(
    '--update-id <id>',
    'the id of an earlier call, to wait for its answer instead of ordering again',
  );
}

/** Flags of commands that an operator gives. */
export interface OperatorFlags {
  by?: string;
}

/** @param what the operator does: `who decides` */
export function withOperator(command: Command, what: string, flag = '--by <id>'): Command {
  return command.option(flag, `${what}: an operator id, not the name of a person`);
}

/** Flag of commands that may throw away a video that is finished and paid. */
export interface DiscardFlag {
  discardVideo?: true;
}

export function withDiscard(command: Command): Command {
  return command.option('--discard-video', 'also if the video may be finished and paid, and would be lost');
}

/** The operator whom the flags name, for the evidence. */
export function operator({ by }: { by?: string | undefined }): Actor {
  return { kind: 'operator', ...defined({ id: by }) };
}

/** A whole number from 1. */
export function wholeNumber(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Give a whole number from 1.');
}

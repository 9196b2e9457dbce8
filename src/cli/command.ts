import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Flow } from '../messages/request.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { openScreen, type Screen, tellFailure } from './screen.js';

/** One call of a command. */
export interface Call<Flags> {
  screen: Screen;
  /** The operands, in order. */
  operands: string[];
  flags: Flags;
}

/**
 * Defines one command of the program: with `--json`, and with its failure told and turned into the exit code.
 *
 * @param usage name and operands: `link <reference>`
 * @param description its first clause stands in the list of commands
 */
export function define<Flags extends object>(
  program: Command,
  usage: string,
  description: string,
  action: (call: Call<Flags>) => Promise<ExitCode>,
): Command {
  const command = program
    .command(usage)
    .description(description)
    .summary(description.split(/[:;.] /)[0] ?? '');
  return command.option('--json', 'answer as JSON, errors too').action(async () => {
    const { json = false, ...flags } = command.opts<Flags & { json?: boolean }>();
    try {
      // oxlint-disable-next-line typescript/consistent-type-assertions -- what is left of both is Flags
      process.exitCode = await action({ screen: openScreen(json), operands: command.args, flags: flags as Flags });
    } catch (error) {
      process.exitCode = tellFailure(json, error);
    }
  });
}

/** Flags of commands about one request. */
export interface AttemptFlag {
  flow?: Flow;
  attempt?: number;
}

export function withAttempt(command: Command): Command {
  return withFlow(command, 'which flow the reference is of, where both know it').option(
    '--attempt <number>',
    'another attempt than the latest',
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

export function withSteering(command: Command): Command {
  return withAttempt(command).option(
    '--update-id <id>',
    'the same as before, to wait on for an answer instead of asking again',
  );
}

/** A whole number from 1. */
export function wholeNumber(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Give a whole number from 1.');
}

/** The first operand; commander has made sure that it is there. */
export function referenceOf({ operands }: Pick<Call<object>, 'operands'>): string {
  return operands[0] ?? '';
}

export const { done } = EXIT;

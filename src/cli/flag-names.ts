import type { Command } from 'commander';
import { VideoIdError } from '../messages/failures.js';
import { EXIT, exitCodeOf } from './exit-codes.js';

/** The fields of inputs whose flags are called otherwise. The first that the command has counts. */
const CALLED: Record<string, readonly string[]> = {
  'actor.id': ['operator', 'officer', 'by'],
  createdFrom: ['from'],
  createdTo: ['to'],
  'credentials.password': ['askPassword'],
  'credentials.pin': ['askPin'],
  evidenceSeen: ['seen'],
  fields: ['field'],
  ids: ['adopt'],
  link: ['linkStdin'],
  textForSigner: ['text'],
  'Idempotency-Key': ['updateId'],
  'unlock.type': ['unlockType'],
  validityTime: ['validity'],
};

/** A failure as the caller of a command reads it: it names the flag `--from`, where a caller of the client gives `createdFrom`. */
export function inFlags(command: Command, error: unknown): unknown {
  // The fields of other failures are settings.
  if (!(error instanceof VideoIdError) || exitCodeOf(error.code) === EXIT.failed) return error;
  const { code, message, field, remedy, facts, cause } = error;
  const flag = field === undefined ? undefined : flagOf(command, field);
  if (field === undefined || flag === undefined) return error;
  const words = message.startsWith(`${field}: `) ? `${flag}${message.slice(field.length)}` : message;
  return new VideoIdError(code, words, { field: flag, remedy, facts, cause });
}

/** `metadata.customer` is `--metadata customer`. Undefined for what the command takes as an operand, or not at all. */
function flagOf({ options }: Command, field: string): string | undefined {
  const named = (name: string): string | undefined =>
    [name, ...(CALLED[name] ?? [])]
      .map((each) => options.find((option) => option.attributeName() === each)?.long)
      .find((flag) => flag !== undefined && flag !== null);
  const path = field.replace(/^signer\.(expected\.)?/, '');
  const [start = '', ...rest] = path.split('.');
  const flag = named(start);
  return named(path) ?? (flag === undefined ? undefined : [flag, ...rest].join(' '));
}

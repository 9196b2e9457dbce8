import { InvalidArgumentError } from 'commander';

/** What a flag such as `--field NAME=VALUE` has given so far. */
export type Pairs = Record<string, string>;

/** One more pair. */
export function pairOf(text: string, before: Pairs = {}): Pairs {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Give it as name=value.');
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError('Give every name only once.');
  return { ...before, [name]: value };
}

import { InvalidArgumentError } from 'commander';

/** The fields that `--field NAME=VALUE` has given so far. */
export type Fields = Record<string, string>;

/** One more field. */
export function fieldOf(text: string, before: Fields = {}): Fields {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Give it as name=value.');
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError('Give every field only once.');
  return { ...before, [name]: value };
}

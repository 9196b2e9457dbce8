/**
 * The text that stands for one of which only the hash is known. It is the same everywhere, so it can be named in a setting that lists
 * words. `length`: characters. It is never shorter than its hash.
 */
export function placeholder(hash: string, length = 0): string {
  return `text-${hash}`.padEnd(length, 'x');
}

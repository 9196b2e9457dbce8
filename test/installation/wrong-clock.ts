import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The environment of a process on a machine whose clock is ahead by so many milliseconds, or behind. */
export function clockAhead(milliseconds: number): Record<string, string> {
  const preload = pathToFileURL(join(import.meta.dirname, 'shifted-clock.mjs')).href;
  return { NODE_OPTIONS: `--import=${preload}`, TEST_CLOCK_AHEAD: String(milliseconds) };
}

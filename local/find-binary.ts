import { existsSync } from 'node:fs';
import { onPath } from './on-path.js';
import type { Screen } from './screen.js';

/** A program of others that runs on this machine. */
export interface Binary {
  path: string;
  version: string;
}

/** What to look for, and where. */
export interface BinarySearch {
  /** What is found, in words: `Temporal server`. */
  what: string;
  /** The environment variable that names it. */
  variable: string;
  /** Its name on the PATH. */
  program: string;
  /** The file in our cache. */
  cached: string;
  environment: NodeJS.ProcessEnv;
  screen: Screen;
  /** The version in words, or why it cannot be used. */
  check: (path: string) => Promise<{ version: string; shown: string } | { why: string }>;
  /** How to get it into the cache, by name. Tried one after the other. */
  ways: Record<string, () => Promise<void>>;
  /** False: none of the ways is tried. */
  make: boolean;
  /** What to do if there is none: sentences. */
  remedy: string[];
}

/**
 * Finds a program: the one that the environment variable names, on the PATH, in our cache, or by one of the ways. Each step is shown.
 *
 * @throws Error if none is found or made. It says what was tried, and what to do.
 */
export async function findBinary(search: BinarySearch): Promise<Binary> {
  const { environment, screen, variable, program, cached, check } = search;
  const named = environment[variable];
  if (named) {
    const found = await check(named);
    if ('why' in found) throw new Error(`${variable} names ${named}, but ${found.why}.`);
    screen.fact(variable, `${named} (${found.shown})`);
    return { path: named, version: found.version };
  }
  screen.fact(variable, 'not set');

  const known = onPath([program], environment['PATH'] ?? '');
  if (known === undefined) screen.fact(`${program} on the PATH`, 'not found');
  else {
    const found = await check(known);
    if ('version' in found) {
      screen.fact(`${program} on the PATH`, `${known} (${found.shown})`);
      return { path: known, version: found.version };
    }
    screen.fact(`${program} on the PATH`, `${known} is not used: ${found.why}`);
  }

  const fromCache = existsSync(cached) ? await check(cached) : { why: 'not there yet' };
  if ('version' in fromCache) {
    screen.fact('cache', `${cached} (${fromCache.shown})`);
    return { path: cached, version: fromCache.version };
  }
  screen.fact('cache', `${cached}: ${fromCache.why}`);
  if (!search.make) throw new Error(`No ${search.what} was found. Run \`npm test\` to get one.`);
  return make(search);
}

async function make({ what, cached, screen, check, ways, remedy }: BinarySearch): Promise<Binary> {
  const refused: string[] = [];
  for (const [name, get] of Object.entries(ways)) {
    let why: string;
    try {
      await get();
      const found = await check(cached);
      if ('version' in found) {
        screen.fact(name, `${cached} (${found.shown})`);
        return { path: cached, version: found.version };
      }
      ({ why } = found);
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    refused.push(`  ${name}: ${why}`);
    screen.fact(name, why);
  }
  throw new Error([`No ${what} was found. Tried:`, ...refused, ...remedy].join('\n'));
}

/** Why a program could not be run, from the error of its start. */
export function whyItDoesNotRun(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
  return code === 'ENOENT' ? 'there is no such file' : `it does not run (${code})`;
}

import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from './project.js';
import type { Screen } from './screen.js';
import { buildTemporal } from './temporal-build.js';
import { downloadTemporal } from './temporal-download.js';

/** A Temporal CLI that runs on this machine. */
export interface TemporalBinary {
  path: string;
  /** Version of the server inside, `1.31.2`. */
  server: string;
}

/** Where to look. The defaults are the real places. Tests give others. */
export interface Places {
  environment: NodeJS.ProcessEnv;
  screen: Screen;
  /** Origin of the official download. */
  download?: string;
  /** False: no download and no build. For a single test that must not take minutes. */
  make?: boolean;
}

/** The server inside Temporal CLI 1.5.1, the oldest one with everything that we use. */
const OLDEST_SERVER = '1.29.1';

/** The CLI version that we download or build, from the Go module in this repository. */
export function temporalVersion(): string {
  const module = readFileSync(join(PROJECT, 'local', 'temporal-cli', 'go.mod'), 'utf8');
  const version = /github\.com\/temporalio\/cli v(\S+)/.exec(module)?.[1];
  if (version === undefined)
    throw new Error('local/temporal-cli/go.mod names no version of github.com/temporalio/cli.');
  return version;
}

/** Our cache of server binaries, under XDG_CACHE_HOME if that is set. */
export function cachedTemporal(environment: NodeJS.ProcessEnv): string {
  const caches = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(caches, 'videoid-worker', 'bin', `temporal-${temporalVersion()}`);
}

/**
 * Finds a Temporal CLI: `TEMPORAL_CLI_PATH`, `temporal` on the PATH, our cache, the official download, a build from the
 * official Go module. Each step is shown.
 *
 * @throws Error if none is found or made. It says what was tried, and what to do.
 */
export async function findTemporalBinary(places: Places): Promise<TemporalBinary> {
  const { environment, screen } = places;
  const named = environment['TEMPORAL_CLI_PATH'];
  if (named) {
    const version = await serverVersion(named);
    if (typeof version === 'object') throw new Error(`TEMPORAL_CLI_PATH names ${named}, but ${version.why}.`);
    screen.fact('TEMPORAL_CLI_PATH', `${named} (server ${version})`);
    return { path: named, server: version };
  }
  screen.fact('TEMPORAL_CLI_PATH', 'not set');

  const onPath = lookUp('temporal', environment['PATH'] ?? '');
  if (onPath === undefined) screen.fact('temporal on the PATH', 'not found');
  else {
    const version = await serverVersion(onPath);
    if (typeof version === 'string') {
      screen.fact('temporal on the PATH', `${onPath} (server ${version})`);
      return { path: onPath, server: version };
    }
    screen.fact('temporal on the PATH', `${onPath} is not used: ${version.why}`);
  }

  const cached = cachedTemporal(environment);
  const fromCache = existsSync(cached) ? await serverVersion(cached) : { why: 'not there yet' };
  if (typeof fromCache === 'string') {
    screen.fact('cache', `${cached} (server ${fromCache})`);
    return { path: cached, server: fromCache };
  }
  screen.fact('cache', `${cached}: ${fromCache.why}`);
  if (places.make === false) throw new Error('No Temporal server was found. Run `npm start` or `npm test` to get one.');
  return make(places, cached);
}

async function make(places: Places, target: string): Promise<TemporalBinary> {
  const { environment, screen } = places;
  const refused: string[] = [];
  const ways = {
    'official download': () =>
      downloadTemporal({
        version: temporalVersion(),
        target,
        screen,
        ...(places.download && { from: places.download }),
      }),
    'official Go module': () => buildTemporal({ target, screen, environment }),
  };
  for (const [name, get] of Object.entries(ways)) {
    try {
      await get();
      const version = await serverVersion(target);
      if (typeof version === 'string') {
        screen.fact(name, `${target} (server ${version})`);
        return { path: target, server: version };
      }
      refused.push(`${name}: ${version.why}`);
    } catch (error) {
      refused.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    screen.fact(name, refused.at(-1)?.slice(name.length + 2) ?? '');
  }
  throw new Error(
    [
      'No Temporal server was found. Tried TEMPORAL_ADDRESS, TEMPORAL_CLI_PATH, the PATH, the cache, and:',
      ...refused.map((line) => `  ${line}`),
      'Do one of these: install the Temporal CLI (1.5.1 or newer), set TEMPORAL_CLI_PATH to it, set TEMPORAL_ADDRESS',
      'to a running server, or install Go (1.21 or newer) so that the server can be built.',
    ].join('\n'),
  );
}

/** The version of the server inside a Temporal CLI, or why it cannot be used. */
async function serverVersion(path: string): Promise<string | { why: string }> {
  let printed: string;
  try {
    printed = (await promisify(execFile)(path, ['--version'], { timeout: 20_000 })).stdout;
  } catch (error) {
    const code = codeOf(error);
    return { why: code === 'ENOENT' ? 'there is no such file' : `it does not run (${code})` };
  }
  const server = /Server (\d+\.\d+\.\d+)/.exec(printed)?.[1];
  if (server === undefined) return { why: 'it does not say which Temporal server it has' };
  if (isOlder(server, OLDEST_SERVER))
    return { why: `its server is ${server}; ${OLDEST_SERVER} (CLI 1.5.1) or newer is needed` };
  return server;
}

/** `ENOENT` or a similar code, or the program's exit code. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}

function lookUp(program: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findBinary, whyItDoesNotRun } from './find-binary.js';
import { buildGoProgram, cachedProgram, type GoProgram, versionOf } from './go-build.js';
import type { Screen } from './screen.js';
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

/** The Temporal CLI, with the server inside. */
export const TEMPORAL: GoProgram = {
  what: 'the server',
  folder: 'temporal-cli',
  module: 'github.com/temporalio/cli',
  package: 'github.com/temporalio/cli/cmd/temporal',
  takes: 'about five minutes on two cores',
  file: 'temporal',
};

/** The server inside Temporal CLI 1.5.1, the oldest one with everything that we use. */
const OLDEST_SERVER = '1.29.1';

/**
 * Finds a Temporal CLI: `TEMPORAL_CLI_PATH`, `temporal` on the PATH, our cache, the official download, a build from the
 * official Go module. Each step is shown.
 *
 * @throws Error if none is found or made. It says what was tried, and what to do.
 */
export async function findTemporalBinary(places: Places): Promise<TemporalBinary> {
  const { environment, screen, download, make = true } = places;
  const cached = cachedProgram(TEMPORAL, environment);
  const { path, version } = await findBinary({
    what: 'Temporal server',
    variable: 'TEMPORAL_CLI_PATH',
    program: 'temporal',
    cached,
    environment,
    screen,
    check: serverVersion,
    ways: {
      'official download': () =>
        downloadTemporal({ version: versionOf(TEMPORAL), target: cached, screen, ...(download && { from: download }) }),
      'official Go module': () => buildGoProgram(TEMPORAL, { target: cached, screen, environment }),
    },
    make,
    remedy: [
      'Do one of these: install the Temporal CLI (1.5.1 or newer), set TEMPORAL_CLI_PATH to it, set TEMPORAL_ADDRESS',
      'to a running server, or install Go (1.21 or newer) so that the server can be built.',
    ],
  });
  return { path, server: version };
}

/** The version of the server inside a Temporal CLI, or why it cannot be used. */
async function serverVersion(path: string): Promise<{ version: string; shown: string } | { why: string }> {
  let printed: string;
  try {
    printed = (await promisify(execFile)(path, ['--version'], { timeout: 20_000 })).stdout;
  } catch (error) {
    return { why: whyItDoesNotRun(error) };
  }
  const server = /Server (\d+\.\d+\.\d+)/.exec(printed)?.[1];
  if (server === undefined) return { why: 'it does not say which Temporal server it has' };
  if (isOlder(server, OLDEST_SERVER))
    return { why: `its server is ${server}; ${OLDEST_SERVER} (CLI 1.5.1) or newer is needed` };
  return { version: server, shown: `server ${server}` };
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}

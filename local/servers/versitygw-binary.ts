import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Binary, findBinary, whyItDoesNotRun } from '../find-binary.js';
import { buildGoProgram, cachedProgram, type GoProgram, versionOf } from '../go-build.js';
import type { Screen } from '../screen.js';

/** Where to look. The defaults are the real places. Tests give others. */
export interface VersitygwPlaces {
  environment: NodeJS.ProcessEnv;
  screen: Screen;
  /** False: no build. */
  make?: boolean;
}

/** An S3 server on a folder. */
export const VERSITYGW: GoProgram = {
  what: 'the S3 server',
  folder: 'versitygw',
  module: 'github.com/versity/versitygw',
  package: 'github.com/versity/versitygw/cmd/versitygw',
  takes: 'about a minute on two cores',
  file: 'versitygw',
};

/**
 * Finds the S3 server `versitygw`: `VERSITYGW_PATH`, `versitygw` on the PATH, our cache, a build from its Go module. Each step is shown.
 *
 * @throws Error if none is found or built. It says what was tried, and what to do.
 */
export async function findVersitygw({ environment, screen, make = true }: VersitygwPlaces): Promise<Binary> {
  const cached = cachedProgram(VERSITYGW, environment);
  return findBinary({
    what: 'S3 server (versitygw)',
    variable: 'VERSITYGW_PATH',
    program: 'versitygw',
    cached,
    environment,
    screen,
    check: async (path) => check(path, path === cached),
    ways: { 'Go module': () => buildGoProgram(VERSITYGW, { target: cached, screen, environment }) },
    make,
    remedy: [
      `Do one of these: install versitygw (${versionOf(VERSITYGW)} or newer), set VERSITYGW_PATH to it, or install Go (1.21 or`,
      'newer) so that it can be built.',
    ],
  });
}

/** A program built from the Go module does not know its version. The name of the file in our cache does. */
async function check(path: string, ours: boolean): Promise<{ version: string; shown: string } | { why: string }> {
  let printed: string;
  try {
    printed = (await promisify(execFile)(path, ['--version'], { timeout: 20_000 })).stdout;
  } catch (error) {
    return { why: whyItDoesNotRun(error) };
  }
  const said = /^Version\s*: v?(\S+)$/m.exec(printed)?.[1];
  if (said === undefined) return { why: 'it does not say that it is versitygw' };
  const version = ours ? versionOf(VERSITYGW) : said;
  return { version, shown: `version ${version}` };
}

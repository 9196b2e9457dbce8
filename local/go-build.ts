import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Lock, tryLock } from './lock.js';
import { PROJECT } from './project.js';
import type { Screen } from './screen.js';

/** A program that is built from a Go module of others. */
export interface GoProgram {
  /** What it is, on the screen: `the server`. */
  what: string;
  /** The folder in `local/` with the `go.mod` that names its version. */
  folder: string;
  /** The module whose version it has: `github.com/temporalio/cli`. */
  module: string;
  /** The package of the program. */
  package: string;
  /** How long it takes: `about five minutes on two cores`. */
  takes: string;
  /** Name of the file in our cache, without the version. */
  file: string;
}

/** Older versions cannot fetch the toolchain that the module needs. */
const OLDEST_GO = [1, 21] as const;

/** The version that we download or build, from the Go module in this repository. */
export function versionOf({ folder, module }: GoProgram): string {
  const lines = readFileSync(join(PROJECT, 'local', folder, 'go.mod'), 'utf8').split('\n');
  const version = lines.map((line) => line.trim().split(' ')).find(([name]) => name === module)?.[1];
  if (version === undefined) throw new Error(`local/${folder}/go.mod names no version of ${module}.`);
  return version.replace(/^v/, '');
}

/** Its file in our cache of binaries, under XDG_CACHE_HOME if that is set. */
export function cachedProgram(program: GoProgram, environment: NodeJS.ProcessEnv): string {
  const caches = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(caches, 'videoid-worker', 'bin', `${program.file}-${versionOf(program)}`);
}

/**
 * Builds a program from its Go module and renames it into place. A second process waits for the first.
 *
 * @throws Error if Go is missing or too old, or cannot fetch or compile the module. It contains the end of what Go printed.
 */
export async function buildGoProgram(
  program: GoProgram,
  order: { target: string; screen: Screen; environment: NodeJS.ProcessEnv },
): Promise<void> {
  const { target, screen } = order;
  const environment = {
    ...order.environment,
    CGO_ENABLED: '0',
    GO111MODULE: 'on',
    // If the installed version is older, this fetches the toolchain that go.mod names.
    GOTOOLCHAIN: 'auto',
    GOWORK: 'off',
  };
  screen.line(`  Go is ${await goVersion(environment)}; ${program.takes}, once for this machine`);
  mkdirSync(dirname(target), { recursive: true });
  let lock = tryLock(`${target}.building`);
  if (lock === undefined) {
    lock = await waitForOther(`${target}.building`, screen);
    if (existsSync(target)) return lock.release();
  }
  const temporary = `${target}.${process.pid}`;
  const go: Go = (args, on) => runGo(args, { cwd: join(PROJECT, 'local', program.folder), env: environment }, on);
  try {
    const total = await screen.step(`fetching the Go modules of ${program.what}`, (report) =>
      fetchModules(go, program, report),
    );
    await screen.step(`compiling ${program.what}`, (report) => compile(go, program, { temporary, total, report }));
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { force: true });
    lock.release();
  }
}

/** Calls Go, and passes on each line that it prints. */
type Go = (args: string[], on: { output: (line: string) => void; error: (line: string) => void }) => Promise<void>;

async function goVersion(environment: NodeJS.ProcessEnv): Promise<string> {
  const printed = await promisify(execFile)('go', ['env', 'GOVERSION'], { env: environment, timeout: 30_000 }).catch(
    (cause: unknown) => {
      throw new Error('Go is not installed', { cause });
    },
  );
  const version = printed.stdout.trim().replace(/^go/, '');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST_GO[0] || (major === OLDEST_GO[0] && minor < OLDEST_GO[1])) {
    throw new Error(`Go is ${version}; ${OLDEST_GO.join('.')} or newer is needed`);
  }
  return version;
}

/** Resolves to the number of packages that make up the program. */
async function fetchModules(go: Go, program: GoProgram, report: (detail: string) => void): Promise<number> {
  let modules = 0;
  let packages = 0;
  await go(['list', '-mod=readonly', '-deps', program.package], {
    output: () => (packages += 1),
    error: (line) => {
      if (line.startsWith('go: downloading')) report(`${(modules += 1)} fetched`);
    },
  });
  return packages;
}

/** `go build -v` prints every package that it compiles, but none from the compiler's cache. */
async function compile(
  go: Go,
  program: GoProgram,
  { temporary, total, report }: { temporary: string; total: number; report: (detail: string) => void },
): Promise<void> {
  let done = 0;
  const options = ['-v', '-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags=-s -w'];
  report(`${total} packages, ${availableParallelism()} cores`);
  await go(['build', ...options, '-o', temporary, program.package], {
    output: () => {},
    error: (line) => {
      if (/^[\w./-]+$/.test(line)) report(`${(done += 1)} of ${total} packages`);
    },
  });
}

async function runGo(
  args: string[],
  place: { cwd: string; env: NodeJS.ProcessEnv },
  on: Parameters<Go>[1],
): Promise<void> {
  const child = spawn('go', args, { ...place, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = (): boolean => child.kill();
  process.once('exit', kill);
  const last: string[] = [];
  createInterface({ input: child.stdout }).on('line', on.output);
  createInterface({ input: child.stderr }).on('line', (line) => {
    on.error(line);
    last.push(line);
    if (last.length > 6) last.shift();
  });
  const code = await ended(child);
  process.off('exit', kill);
  if (code !== 0) throw new Error(`go ${args[0]} failed: ${last.join(' | ')}`);
}

async function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

/** The lock only saves work. The rename makes two builds at the same time safe. */
async function waitForOther(file: string, screen: Screen): Promise<Lock> {
  return screen.step('waiting for another build that is running', async () => {
    for (;;) {
      const lock = tryLock(file);
      if (lock !== undefined) return lock;
      await pause(500);
    }
  });
}

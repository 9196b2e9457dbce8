import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Lock, tryLock } from './lock.js';
import { PROJECT } from './project.js';
import type { Screen } from './screen.js';

const MODULE = join(PROJECT, 'local', 'temporal-cli');
const PACKAGE = 'github.com/temporalio/cli/cmd/temporal';
/** Older versions cannot fetch the toolchain that the module needs. */
const OLDEST_GO = [1, 21] as const;

/**
 * Builds the Temporal CLI from the official Go module and renames it into place. A second process waits for the first.
 *
 * @throws Error if Go is missing or too old, or cannot fetch or compile the module. It contains the end of what Go printed.
 */
export async function buildTemporal(order: {
  target: string;
  screen: Screen;
  environment: NodeJS.ProcessEnv;
}): Promise<void> {
  const { target, screen } = order;
  const environment = {
    ...order.environment,
    CGO_ENABLED: '0',
    GO111MODULE: 'on',
    // If the installed version is older, this fetches the toolchain that go.mod names.
    GOTOOLCHAIN: 'auto',
    GOWORK: 'off',
  };
  screen.line(`  Go is ${await goVersion(environment)}; about five minutes on two cores, once for this machine`);
  mkdirSync(dirname(target), { recursive: true });
  let lock = tryLock(`${target}.building`);
  if (lock === undefined) {
    lock = await waitForOther(`${target}.building`, screen);
    if (existsSync(target)) return lock.release();
  }
  const temporary = `${target}.${process.pid}`;
  try {
    const total = await screen.step('fetching the Go modules of the server', (report) =>
      fetchModules(environment, report),
    );
    await screen.step('compiling the server', (report) => compile(environment, temporary, total, report));
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { force: true });
    lock.release();
  }
}

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

/** Resolves to the number of packages that make up the server. */
async function fetchModules(environment: NodeJS.ProcessEnv, report: (detail: string) => void): Promise<number> {
  let modules = 0;
  let packages = 0;
  await go(['list', '-mod=readonly', '-deps', PACKAGE], environment, {
    output: () => (packages += 1),
    error: (line) => {
      if (line.startsWith('go: downloading')) report(`${(modules += 1)} fetched`);
    },
  });
  return packages;
}

/** `go build -v` prints every package that it compiles, but none from the compiler's cache. */
async function compile(
  environment: NodeJS.ProcessEnv,
  target: string,
  total: number,
  report: (detail: string) => void,
): Promise<void> {
  let done = 0;
  const args = [
    'build',
    '-v',
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false',
    '-ldflags=-s -w',
    '-o',
    target,
    PACKAGE,
  ];
  report(`${total} packages, ${availableParallelism()} cores`);
  await go(args, environment, {
    output: () => {},
    error: (line) => {
      if (/^[\w./-]+$/.test(line)) report(`${(done += 1)} of ${total} packages`);
    },
  });
}

async function go(
  args: string[],
  environment: NodeJS.ProcessEnv,
  on: { output: (line: string) => void; error: (line: string) => void },
): Promise<void> {
  const child = spawn('go', args, { cwd: MODULE, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
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

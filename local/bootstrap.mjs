// First step of every npm script. It runs before anything is installed, and also on an old Node (18 or newer): Node built-ins only.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { lockFolder } from './bootstrap/lock.mjs';
import { endWithNpm, run } from './bootstrap/run.mjs';
import { step } from './bootstrap/step.mjs';

/** Major version. */
const OLDEST_NODE = 24;
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, 'dist');
const SOURCES = ['src', 'sandbox', 'local', 'bench'];
/** What each command runs once everything is built. */
const PROGRAMS = {
  start: 'local/start.js',
  test: 'local/test.js',
  soak: 'local/soak.js',
  tables: 'local/document-tables.js',
  pictures: 'local/pictures.js',
  bench: 'bench/bench.js',
  build: undefined,
};

const [command = 'start', ...rest] = process.argv.slice(2);
const args = rest[0] === '--' ? rest.slice(1) : rest;
/** With `--json`, the standard output contains only the answer. */
const screen = args.includes('--json') ? process.stderr : process.stdout;

await main().catch((error) => {
  process.stderr.write(`\n${[error.message, error.remedy].filter(Boolean).join('\n')}\n`);
  const { message, remedy } = error;
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { message, remedy } })}\n`);
  process.exitCode = error.exitCode ?? 1;
});

async function main() {
  if (!Object.hasOwn(PROGRAMS, command)) throw new Error(`There is no command "${command}".`);
  endWithNpm();
  // Two at once in this folder install and build one after the other. The second then finds everything there.
  const release = await lockFolder(ROOT, (wait) =>
    step(screen, 'waiting for another command that installs or builds in this folder', wait),
  );
  const tooOld = isTooOld(process.version);
  try {
    if (command === 'start' && !tooOld) await refuseSecondStart();
    await install();
    if (!tooOld) await build();
  } finally {
    release();
  }
  if (tooOld) return runUnderInstalledNode();
  if (PROGRAMS[command] === undefined) return;
  const program = join(DIST, PROGRAMS[command]);
  process.argv = [process.execPath, program, ...args];
  await import(pathToFileURL(program).href);
}

/** So that no installation and no build disturbs a stack that runs on the same state. The start itself takes the lock. */
async function refuseSecondStart() {
  const { stateDirectory } = await import('./project.ts');
  const { lockState } = await import('./lock.ts');
  const directory = stateDirectory();
  if (existsSync(directory)) lockState(directory).release();
}

/** @param version like `v24.1.0` */
function isTooOld(version) {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0) < OLDEST_NODE;
}

/** Once npm has installed a newer Node, npm scripts find that one first. So this is needed only at the first start. */
async function runUnderInstalledNode() {
  const node = join(ROOT, 'node_modules', '.bin', 'node');
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
  if (isTooOld(version)) {
    throw new Error(
      `videoid-worker needs Node ${OLDEST_NODE} or newer. This is ${process.version}. npm could not install a newer one ` +
        `for this machine (${process.platform}, ${process.arch}).\n` +
        `Install Node ${OLDEST_NODE} (https://nodejs.org) and run the command again. On Linux with glibc (x64, arm64) you only need ` +
        'to remove node_modules first.',
    );
  }
  screen.write(`  Node ${process.version} is too old. Continuing with the installed ${version}\n`);
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...end) => resolve(end));
  });
  process.exitCode = code ?? 128 + constants.signals[signal];
}

/** Runs `npm ci`, unless `node_modules` already matches the lock file. */
async function install() {
  const wanted = lockedPackages(join(ROOT, 'package-lock.json'));
  if (!wanted) throw new Error('package-lock.json is missing or damaged. Get it again from the repository.');
  const reason = whyInstall(wanted);
  if (!reason) return;
  // Most optional packages are for other systems.
  const expected = Object.keys(wanted).filter((path) => !wanted[path].optional);
  await step(screen, `installing dependencies (${reason})`, async (report) => {
    const npm = process.env.npm_execpath;
    const [program, first] = npm && /\.c?js$/.test(npm) ? [process.execPath, [npm]] : ['npm', []];
    const timer = setInterval(() => {
      const there = expected.filter((path) => existsSync(join(ROOT, path, 'package.json'))).length;
      report(`${there} of ${expected.length} packages`);
    }, 1000);
    try {
      const flags = '--include=dev --include=optional --no-engine-strict --no-audit --no-fund --loglevel=error';
      await run(program, [...first, 'ci', ...flags.split(' ')], ROOT);
    } catch (error) {
      throw new Error(
        `Dependencies could not be installed from the package registry that npm is configured for (npm ci).\n${error.message}\n` +
          'Check the network, then run the command again. Without a network, npm needs its cache from an earlier installation.',
        { cause: error },
      );
    } finally {
      clearInterval(timer);
    }
  });
}

function whyInstall(wanted) {
  const there = lockedPackages(join(ROOT, 'node_modules', '.package-lock.json'));
  if (!there) return 'none here yet';
  for (const [path, entry] of Object.entries(wanted)) {
    const found = there[path];
    if (!found && !entry.optional && !entry.devOptional && !entry.peer) return 'some are missing';
    if (found && found.version !== entry.version) return 'the lock file has changed';
  }
  return '';
}

function lockedPackages(file) {
  try {
    const { '': _project, ...packages } = JSON.parse(readFileSync(file, 'utf8')).packages;
    return packages;
  } catch {
    return undefined;
  }
}

/**
 * Compiles and bundles if a source, the compiler's settings or the dependencies changed since the last build. Only `npm run build` checks the
 * types here: `npm test` checks those of the tests with them, and a start need not.
 */
async function build() {
  const stamp = join(DIST, '.built-from');
  const state = sourceHash();
  const checked = `${state} checked`;
  const enough = command === 'build' ? [checked] : [checked, state];
  const outputs = [join(DIST, 'local', 'start.js'), join(DIST, 'workflow-bundle.js')];
  if (existsSync(stamp) && enough.includes(readFileSync(stamp, 'utf8')) && outputs.every((file) => existsSync(file))) {
    if (command === 'build') screen.write('dist/ is up to date\n');
    return;
  }
  rmSync(stamp, { force: true });
  await step(screen, 'compiling (tsc)', async () => {
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const checking = command === 'build' ? '--noEmitOnError' : '--noCheck';
    await run(process.execPath, [tsc, '-p', 'tsconfig.json', checking], ROOT);
    removeOrphans();
  });
  await step(screen, 'bundling the workflows', async () => {
    await run(process.execPath, [join(DIST, 'local', 'workflow-bundle.js')], ROOT);
  });
  mkdirSync(DIST, { recursive: true });
  writeFileSync(stamp, command === 'build' ? checked : state);
}

function sourceHash() {
  const hash = createHash('sha256');
  const files = [
    ...SOURCES.flatMap((folder) => filesUnder(join(ROOT, folder))).filter((file) => file.endsWith('.ts')),
    join(ROOT, 'tsconfig.json'),
    join(ROOT, 'package-lock.json'),
  ];
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(`${relative(ROOT, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Removes compiled files whose source is gone, so that no import finds them. */
function removeOrphans() {
  for (const folder of SOURCES) {
    for (const file of filesUnder(join(DIST, folder))) {
      const source = join(ROOT, relative(DIST, file)).replace(/(\.d\.ts|\.js|\.js\.map)$/, '.ts');
      if (source.endsWith('.ts') && !existsSync(source)) rmSync(file);
    }
  }
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath ?? entry.path}${sep}${entry.name}`)
    .sort();
}

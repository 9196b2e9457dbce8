// First step of every npm script. It runs before anything is installed, and also on an old Node (18 or newer): Node built-ins only.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

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
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
});

async function main() {
  if (!Object.hasOwn(PROGRAMS, command)) throw new Error(`There is no command "${command}".`);
  await install();
  if (isTooOld(process.version)) return runUnderInstalledNode();
  await build();
  if (PROGRAMS[command] === undefined) return;
  const program = join(DIST, PROGRAMS[command]);
  process.argv = [process.execPath, program, ...args];
  await import(pathToFileURL(program).href);
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
  // Ctrl-C reaches the child directly. Here we only wait for its end.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
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
  await step(`installing dependencies (${reason})`, async (report) => {
    const npm = process.env.npm_execpath;
    const [program, first] = npm && /\.c?js$/.test(npm) ? [process.execPath, [npm]] : ['npm', []];
    const timer = setInterval(() => {
      const there = expected.filter((path) => existsSync(join(ROOT, path, 'package.json'))).length;
      report(`${there} of ${expected.length} packages`);
    }, 1000);
    try {
      await run(program, [
        ...first,
        'ci',
        '--include=dev',
        '--include=optional',
        '--no-engine-strict',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
      ]);
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

/** Compiles and bundles if a source, the compiler's settings or the dependencies changed since the last build. */
async function build() {
  const stamp = join(DIST, '.built-from');
  const state = sourceHash();
  const outputs = [join(DIST, 'local', 'start.js'), join(DIST, 'workflow-bundle.js')];
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state && outputs.every((file) => existsSync(file))) {
    if (command === 'build') screen.write('dist/ is up to date\n');
    return;
  }
  rmSync(stamp, { force: true });
  await step('compiling (tsc)', async () => {
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    await run(process.execPath, [tsc, '-p', 'tsconfig.json', '--noEmitOnError']);
    removeOrphans();
  });
  await step('bundling the workflows', async () => {
    await run(process.execPath, [join(DIST, 'local', 'workflow-bundle.js')]);
  });
  mkdirSync(DIST, { recursive: true });
  writeFileSync(stamp, state);
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

/** Runs a program until it ends. If it fails, the error contains what it printed. */
async function run(program, programArgs) {
  const child = spawn(program, programArgs, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      printed = (printed + text).slice(-20_000);
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(printed.trim() || `${program} ended with code ${code}`);
}

/** Shows a step: one line that updates on a terminal, else plain lines. It prints like `local/screen.ts`, which is not compiled yet. */
async function step(title, work) {
  const began = Date.now();
  const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
  let detail = '';
  let shown = 0;
  const show = () => {
    const line = `  … ${title}${detail && `: ${detail}`}  ${Math.round((Date.now() - began) / 1000)} s`;
    if (screen.isTTY) screen.write(`\r\u001B[2K${line.slice(0, (screen.columns ?? 80) - 1)}`);
    else if (Date.now() - shown > 10_000) {
      screen.write(`${line}\n`);
      shown = Date.now();
    }
  };
  if (screen.isTTY) show();
  const wait = setInterval(() => Date.now() - began >= 2000 && show(), screen.isTTY ? 200 : 1000);
  const end = (sign) => {
    clearInterval(wait);
    screen.write(`${screen.isTTY ? '\r\u001B[2K' : ''}  ${sign} ${title}  ${seconds()}\n`);
  };
  try {
    await work((text) => (detail = text));
    end('✓');
  } catch (error) {
    end('✗');
    throw error;
  }
}

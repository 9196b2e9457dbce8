// First step of `npm start`, `npm test`, `npm run soak` and `npm run build`. Runs before anything is installed: Node built-ins only.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const OLDEST_NODE = [20, 19];
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, 'dist');
const SOURCES = ['src', 'sandbox', 'local', 'bench'];

const [command = 'start', ...rest] = process.argv.slice(2);
const args = rest[0] === '--' ? rest.slice(1) : rest;
/** With `--json` the standard output belongs to the answer. */
const screen = args.includes('--json') ? process.stderr : process.stdout;

await main().catch((error) => {
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
});

async function main() {
  checkNode();
  if (!['start', 'test', 'soak', 'build'].includes(command)) throw new Error(`There is no command "${command}".`);
  await install();
  await build();
  if (command === 'build') return;
  const program = join(DIST, 'local', `${command}.js`);
  process.argv = [process.execPath, program, ...args];
  await import(pathToFileURL(program).href);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new Error(
    `videoid-worker needs Node ${OLDEST_NODE.join('.')} or newer; this is Node ${process.versions.node}.`,
  );
}

/** Runs `npm ci` unless `node_modules` already holds what the lock file says. */
async function install() {
  const wanted = lockedPackages(join(ROOT, 'package-lock.json'));
  if (!wanted) throw new Error('package-lock.json is missing or broken; fetch it again from the repository.');
  const reason = whyInstall(wanted);
  if (!reason) return;
  // Optional ones are for other systems, mostly.
  const expected = Object.keys(wanted).filter((path) => !wanted[path].optional);
  await step(`installing dependencies (${reason})`, async (report) => {
    const npm = process.env.npm_execpath;
    const [program, first] = npm && /\.c?js$/.test(npm) ? [process.execPath, [npm]] : ['npm', []];
    const timer = setInterval(() => {
      const there = expected.filter((path) => existsSync(join(ROOT, path, 'package.json'))).length;
      report(`${there} of ${expected.length} packages`);
    }, 1000);
    try {
      await run(program, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error']);
    } catch (error) {
      throw new Error(
        `Dependencies could not be installed: "npm ci" asked the package registry that npm is configured for.\n${error.message}\n` +
          'With a network, run the command again; without one, npm needs its cache from an earlier install.',
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

/** Compiles and bundles when a source, the compiler's settings or the dependencies differ from those of the last build. */
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

/** What was compiled from a source that is gone must not be found by an import. */
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

/** Runs a program to its end; what it printed is in the error when it fails. */
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

/** Shows a step: a line that updates on a terminal, plain lines elsewhere. The same words as `local/screen.ts`, which is not compiled yet. */
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

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { DIST, PROJECT } from '../../local/project.js';

/** Preloaded, so that a program believes that it runs on an old Node. */
const OLD_NODE = "Object.defineProperty(process, 'version', { value: 'v20.20.2' });";
/** Replaces the Node that npm installs. It prints its arguments. */
const INSTALLED_NODE = '#!/bin/sh\nif [ "$1" = --version ]; then echo v24.1.0; else echo "ran $*"; exit 5; fi\n';

describe('an old Node', () => {
  let folder: string;

  beforeEach(() => {
    folder = aClone();
    cpSync(join(folder, 'package-lock.json'), join(folder, 'node_modules', '.package-lock.json'));
    write(folder, 'old-node.cjs', OLD_NODE);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('goes on under the Node that npm has installed, with the same arguments and its exit code', async () => {
    write(folder, 'node_modules/.bin/node', INSTALLED_NODE, 0o755);
    const { code, output } = await underOldNode(join(folder, 'local', 'bootstrap.mjs'), 'start', '--exit', 'a b.pdf');
    expect(output).toBe(
      `  Node v20.20.2 is too old. Continuing with the installed v24.1.0\nran ${folder}/local/bootstrap.mjs start --exit a b.pdf\n`,
    );
    expect(code).toBe(5);
  });

  it.each([
    ['is not there', undefined],
    ['does not run', '#!/nowhere/sh\n'],
    ['is too old itself', '#!/bin/sh\necho v22.19.0\n'],
  ])('says what to do where the installed Node %s', async (_, installed) => {
    if (installed !== undefined) write(folder, 'node_modules/.bin/node', installed, 0o755);
    const { code, said } = await underOldNode(join(folder, 'local', 'bootstrap.mjs'), 'build');
    expect(said).toContain('needs Node 24 or newer. This is v20.20.2');
    expect(said).toContain('Install Node 24');
    expect(code).toBe(1);
  });

  it.each(['cli', 'worker', 'gateway'])('is refused by the program %s', async (program) => {
    const { code, said } = await underOldNode(join(DIST, 'src', `${program}.js`), '--help');
    expect(said).toMatch(/^videoid-worker needs Node 24 or newer\. This is v20\.20\.2\.\n/);
    expect(code).toBe(1);
  });

  async function underOldNode(program: string, ...args: string[]) {
    const child = spawn(process.execPath, ['--require', join(folder, 'old-node.cjs'), program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { code: code as number | null, output, said };
  }
});

/** Replaces npm: it is slow, and logs when it begins and ends. */
const NPM = `
  const { appendFileSync, mkdirSync, copyFileSync } = require('node:fs');
  const log = (line) => appendFileSync('log', line + '\\n');
  log('npm ' + process.pid);
  setTimeout(() => {
    mkdirSync('node_modules', { recursive: true });
    copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
    log('npm is done');
  }, Number(process.env.NPM_TAKES));`;
/** Replaces the compiler. */
const TSC = `
  const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
  appendFileSync('log', 'tsc\\n');
  mkdirSync('dist/local', { recursive: true });
  writeFileSync('dist/local/start.js', '');
  writeFileSync('dist/local/workflow-bundle.js', "require('node:fs').writeFileSync('dist/workflow-bundle.js', '')");
  setTimeout(() => appendFileSync('log', 'tsc is done\\n'), 500);`;

describe('two commands at once in a fresh clone', () => {
  let folder: string;
  const started: ChildProcess[] = [];

  beforeEach(() => {
    folder = aClone();
    write(folder, 'npm.cjs', NPM);
    write(folder, 'node_modules/typescript/bin/tsc', TSC);
    write(folder, 'tsconfig.json', '{}');
    for (const source of ['start', 'workflow-bundle']) write(folder, `local/${source}.ts`, '');
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('install and build once, one after the other', async () => {
    const both = [begin(500), begin(500)];
    expect(await Promise.all(both.map(async ({ exit }) => exit))).toEqual([0, 0]);
    expect(log()).toEqual([expect.stringMatching(/^npm \d+$/), 'npm is done', 'tsc', 'tsc is done']);
  });

  it.each(['SIGTERM', 'SIGKILL', 'SIGHUP', 'SIGINT'] as const)(
    'go on where one gets %s in the middle, and its npm ends with it',
    async (signal) => {
      const one = begin(600_000);
      while (log().length === 0) await pause(20);
      const npm = Number(log()[0]?.split(' ')[1]);
      const other = begin(1);
      one.child.kill(signal);
      expect(await other.exit).toBe(0);
      while (isThere(npm)) await pause(20);
      expect(log().slice(-3)).toEqual(['npm is done', 'tsc', 'tsc is done']);
    },
  );

  function begin(npmTakes: number): { child: ChildProcess; exit: Promise<number> } {
    const child = spawn(process.execPath, [join(folder, 'local', 'bootstrap.mjs'), 'build'], {
      env: { ...process.env, npm_execpath: join(folder, 'npm.cjs'), NPM_TAKES: String(npmTakes) },
      stdio: 'ignore',
    });
    started.push(child);
    return { child, exit: once(child, 'exit').then(([code]) => code as number) };
  }

  function log(): string[] {
    const file = join(folder, 'log');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  }
});

/** A folder with the first step of every npm script, and nothing installed. */
function aClone(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  const lock = { packages: { '': {}, 'node_modules/some': { version: '1.0.0' } } };
  write(folder, 'package-lock.json', JSON.stringify(lock));
  mkdirSync(join(folder, 'local'));
  for (const part of ['bootstrap.mjs', 'bootstrap'])
    cpSync(join(PROJECT, 'local', part), join(folder, 'local', part), { recursive: true });
  return folder;
}

function write(folder: string, file: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), content, { mode });
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { onPath } from './on-path.js';
import { PROJECT } from './project.js';

/** Programs of others that tests and pictures need and npm does not install. The product itself needs none of them. */
export const OUTSIDE_TOOLS = ['pdfsig', 'certutil', 'chromium', 'pyhanko'] as const;
export type OutsideToolName = (typeof OUTSIDE_TOOLS)[number];

/** How to call a tool: the program, and its first arguments. */
export interface OutsideTool {
  command: string;
  arguments: string[];
}

/** Names of programs to look for on the PATH (the first one found is used), and the Debian package that contains them. */
const SYSTEM_TOOLS = {
  pdfsig: { programs: ['pdfsig'], package: 'poppler-utils' },
  certutil: { programs: ['certutil'], package: 'libnss3-tools' },
  chromium: {
    programs: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    package: 'chromium',
  },
} as const;
const TOOLS = join(PROJECT, '.videoid', 'tools');
const PYHANKO = ['pyhanko==0.38.0', 'pyhanko-cli==0.6.0'];

/**
 * Finds a tool, or installs it: system packages with apt-get if this runs as root, pyHanko in its own Python environment under
 * `.videoid/tools`. `say` gets one line per step of an installation.
 *
 * @throws Error that says what to install, if it cannot or may not install it itself
 */
export async function outsideTool(
  name: OutsideToolName,
  say: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Promise<OutsideTool> {
  if (name === 'pyhanko') return findOrInstallPyHanko(say);
  const tool = SYSTEM_TOOLS[name];
  const found = onPath(tool.programs);
  if (found !== undefined) return { command: found, arguments: [] };
  await installPackages(name, [tool.package], say);
  const installed = onPath(tool.programs);
  if (installed === undefined)
    throw new Error(`The package ${tool.package} is installed, but has no ${name} on the PATH.`);
  return { command: installed, arguments: [] };
}

async function findOrInstallPyHanko(say: (line: string) => void): Promise<OutsideTool> {
  const home = join(TOOLS, 'pyhanko');
  const tool = { command: join(home, 'bin', 'python'), arguments: ['-m', 'pyhanko'] };
  if (existsSync(tool.command)) return tool;
  // Made under another name and renamed when complete, so that an incomplete installation is never used.
  const making = `${home}-${process.pid}`;
  try {
    await mkdir(TOOLS, { recursive: true });
    await makePythonEnvironment(making, say);
    say(`pyhanko: installing ${PYHANKO.join(' and ')} into ${home}`);
    await step('pyhanko', join(making, 'bin', 'python'), [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-compile',
      '--disable-pip-version-check',
      ...PYHANKO,
    ]);
    if (!existsSync(tool.command)) {
      await rm(home, { recursive: true, force: true });
      await rename(making, home);
    }
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return tool;
}

async function makePythonEnvironment(folder: string, say: (line: string) => void): Promise<void> {
  const python = onPath(['python3']);
  // Debian's python3 lacks ensurepip, which is needed to make an environment.
  const whole = python !== undefined && !(await run(python, ['-c', 'import ensurepip, venv'])).failed;
  if (!whole) await installPackages('pyhanko', ['python3', 'python3-venv'], say);
  say(`pyhanko: making a Python environment`);
  await step('pyhanko', whole ? python : '/usr/bin/python3', ['-m', 'venv', folder]);
}

export async function installPackages(name: string, packages: string[], say: (line: string) => void): Promise<void> {
  const wanted = packages.join(' ');
  const apt = onPath(['apt-get']);
  if (apt === undefined || process.getuid?.() !== 0) {
    const why = apt === undefined ? 'this system has no apt-get' : 'this does not run as root';
    throw new Error(
      `${name} is not installed, and it cannot be installed from here, because ${why}. ` +
        `Install it yourself (Debian and Ubuntu: apt-get install ${wanted}), then try again.`,
    );
  }
  say(`${name}: reading the package lists (apt-get update)`);
  await step(name, apt, ['update', '-qq']);
  say(`${name}: installing ${wanted} (apt-get install)`);
  await step(name, apt, ['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

async function step(name: string, command: string, args: string[]): Promise<void> {
  const { failed, printed } = await run(command, args);
  if (!failed) return;
  const last = printed.trim().split('\n').slice(-5).join('\n');
  throw new Error(`${name} cannot be installed: "${command} ${args.join(' ')}" failed.\n${last}`);
}

/** Runs a program until it ends. `printed` is its error output, or the reason why it did not start. */
async function run(command: string, args: string[]): Promise<{ failed: boolean; printed: string }> {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(command, args, options, (error, _stdout, stderr) => {
      resolve({ failed: error !== null, printed: stderr || (error?.message ?? '') });
    });
  });
}

/** `node dist/local/outside-tools.js --install pdfsig,pyhanko` */
async function main([option, list = '', ...more]: string[]): Promise<void> {
  const names = list.split(',').map((name) => OUTSIDE_TOOLS.find((tool) => tool === name));
  if (option !== '--install' || more.length > 0 || names.includes(undefined)) {
    throw new Error(`Usage: outside-tools --install <names, separated by commas>. Names: ${OUTSIDE_TOOLS.join(', ')}.`);
  }
  for (const name of names) {
    if (name === undefined) continue;
    const tool = await outsideTool(name);
    process.stdout.write(`${name}: ${[tool.command, ...tool.arguments].join(' ')}\n`);
  }
}

const entry = process.argv[1];
if (entry !== undefined && existsSync(entry) && realpathSync(entry) === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

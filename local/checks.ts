import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT } from './project.js';

/** A check of the sources, apart from the tests. */
export interface Check {
  name: string;
  run: () => Promise<CheckResult>;
}

export interface CheckResult {
  passed: boolean;
  /** What the program printed. */
  printed: string;
}

const SOURCES = ['src', 'sandbox', 'local', 'bench', 'test'];
const CRUISE = '--config .dependency-cruiser.cjs src sandbox local'.split(' ');

/** Types, lint, format and import directions, each with the program that package.json names. */
export const CHECKS: Check[] = [
  tool('types', 'typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.test.json']),
  tool('lint', 'oxlint/bin/oxlint', ['--type-aware', ...SOURCES]),
  tool('format', 'oxfmt/bin/oxfmt', ['--check', ...SOURCES]),
  tool('import directions', 'dependency-cruiser/bin/dependency-cruiser.mjs', CRUISE),
];

function tool(name: string, script: string, args: string[]): Check {
  return { name, run: async () => runTool(script, args, PROJECT) };
}

/** Runs a program of `node_modules` until it ends. `script` is its path in there. */
export async function runTool(script: string, args: string[], directory: string): Promise<CheckResult> {
  const child = spawn(process.execPath, [join(PROJECT, 'node_modules', script), ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => printed.push(text));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { passed: code === 0, printed: printed.join('').trim() };
}

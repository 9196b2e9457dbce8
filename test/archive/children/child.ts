import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** The arguments after which a shell runs a file of this folder as a separate process. */
export function childCommand(file: string, ...words: string[]): string[] {
  return [process.execPath, join(__dirname, 'typescript.cjs'), join(__dirname, file), ...words];
}

/** Starts a command. Its errors are printed on the terminal. */
export function startChild(command: readonly string[]): ChildProcess {
  const [program = '', ...words] = command;
  return spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Waits for the end of a process. */
export async function endOf(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

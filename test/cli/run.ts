import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { EXIT } from '../../src/cli/exit-codes.js';
import { eventually } from '../installation/patience.js';

/** The compiled program, as people run it. */
const PROGRAM = join(import.meta.dirname, '..', '..', 'dist', 'src', 'cli.js');

/** The longest time of a command. Milliseconds. One that does not end by itself fails its test. */
const WITHIN = 120_000;

export interface Ran {
  code: number | null;
  output: string;
  /** Standard error. */
  said: string;
}

export interface RunOptions {
  environment?: Record<string, string>;
  input?: string;
  directory?: string;
}

/** Runs `videoid` to its end. */
export async function videoid(args: string[], options: RunOptions = {}): Promise<Ran> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VIDEOID_')));
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: options.directory,
    env: { ...own, ...options.environment },
    timeout: WITHIN,
  });
  child.stdin.end(options.input ?? '');
  const [output, said, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => void child.once('exit', resolve)),
  ]);
  return { code, output, said };
}

/**
 * Runs it like a person who needs the answer. If no worker answers in time, the command is repeated with the id that it
 * printed. It then only waits for the answer.
 */
export async function videoidUntilAnswered(args: string[], options?: RunOptions): Promise<Ran> {
  let repeated: string[] = [];
  return eventually(async () => {
    const ran = await videoid([...args, ...repeated], options);
    if (ran.code !== EXIT.stillRunning) return ran;
    const id = /\bupdateId(?: |":")([\w-]+)/.exec(ran.output + ran.said)?.[1];
    if (id !== undefined) repeated = ['--update-id', id];
    return false;
  });
}

/** The one JSON object that a command answered. */
export function answerOf({ output }: Ran): unknown {
  return JSON.parse(output);
}

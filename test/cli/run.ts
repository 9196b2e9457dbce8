import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** The compiled program, as people run it. */
const PROGRAM = join(import.meta.dirname, '..', '..', 'dist', 'src', 'cli.js');

export interface Ran {
  code: number | null;
  output: string;
  /** Standard error. */
  said: string;
}

/** Runs `videoid` to its end. */
export async function videoid(
  args: string[],
  options: { environment?: Record<string, string>; input?: string; directory?: string } = {},
): Promise<Ran> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VIDEOID_')));
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: options.directory,
    env: { ...own, ...options.environment },
  });
  child.stdin.end(options.input ?? '');
  const [output, said, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => void child.once('exit', resolve)),
  ]);
  return { code, output, said };
}

/** The one JSON object that a command answered. */
export function answerOf({ output }: Ran): unknown {
  return JSON.parse(output);
}

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

/** One of our programs. This is enough to find it again after a crash, and to spare another program that has its number. */
const recordSchema = z.object({
  name: z.string(),
  pid: z.number().int().positive(),
  /** Its command line. */
  mark: z.string().min(1),
});
export type ProcessRecord = z.output<typeof recordSchema>;

/** The programs of one state folder, recorded in a file. */
export class Processes {
  readonly #file: string;
  readonly #running = new Map<string, ProcessRecord>();

  constructor(file: string) {
    this.#file = file;
  }

  /** The programs of an earlier start that still run. */
  left(): ProcessRecord[] {
    let content: unknown;
    try {
      content = JSON.parse(readFileSync(this.#file, 'utf8'));
    } catch {
      // The file is missing at the first start.
      return [];
    }
    const records = z.array(recordSchema).safeParse(content);
    return records.success ? records.data.filter(isRunning) : [];
  }

  started(name: string, pid: number): void {
    const mark = commandLine(pid);
    if (mark === '') return; // it has ended
    this.#running.set(name, { name, pid, mark });
    this.#write();
  }

  ended(name: string): void {
    this.#running.delete(name);
    this.#write();
  }

  #write(): void {
    writeFileSync(this.#file, JSON.stringify([...this.#running.values()]));
  }
}

/** Ends a program and waits for its end. Kills it after `grace` milliseconds. */
export async function end(record: ProcessRecord, grace: number): Promise<void> {
  signal(record.pid, 'SIGTERM');
  const impatience = Date.now() + grace;
  let killed = false;
  while (isRunning(record)) {
    await pause(100);
    if (killed || Date.now() < impatience) continue;
    signal(record.pid, 'SIGKILL');
    killed = true;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended.
  }
}

/** Whether the process runs, and is still the recorded one. */
export function isRunning({ pid, mark }: Pick<ProcessRecord, 'pid' | 'mark'>): boolean {
  return commandLine(pid) === mark;
}

/** The command line of a process. Empty if there is no such process. */
function commandLine(pid: number): string {
  try {
    if (existsSync('/proc/self/cmdline'))
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-p', String(pid), '-o', 'args='], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // No such process.
    return '';
  }
}

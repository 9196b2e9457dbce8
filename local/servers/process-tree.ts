import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

interface Running {
  pid: number;
  parent: number;
}

/** The processes that a process has started and that still run, and theirs. */
export function descendants(pid: number): number[] {
  const all = allProcesses();
  const found: number[] = [];
  for (let parents = [pid]; parents.length > 0; found.push(...parents))
    parents = all.filter(({ parent }) => parents.includes(parent)).map((child) => child.pid);
  return found;
}

/** Sends a signal. A process that has ended is passed over. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has just ended.
    }
  }
}

/** Waits until none of these processes runs. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  while (allProcesses().some(({ pid }) => pids.includes(pid))) await pause(20);
}

/** Without those that have ended and wait for somebody to ask how. */
function allProcesses(): Running[] {
  return process.platform === 'linux' ? fromProc() : fromPs();
}

function fromProc(): Running[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // "17 (a name, which may have any character) S 1 …": state and parent come after the last bracket.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return 'ZX'.includes(state) ? [] : [{ pid: Number(name), parent: Number(parent) }];
    } catch {
      return []; // it has just ended
    }
  });
}

function fromPs(): Running[] {
  const printed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  return printed.split('\n').flatMap((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    return pid === undefined || pid === '' || state?.startsWith('Z')
      ? []
      : [{ pid: Number(pid), parent: Number(parent) }];
  });
}

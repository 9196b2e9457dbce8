import { setTimeout as pause } from 'node:timers/promises';
import type { Exit, Service } from '../../local/service.js';
import type { State } from '../../local/state.js';

/** A program that an earlier test file started in this process of jest. */
export function runningService(state: State, name: string, pid: number): Service {
  const running = (): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  /** Only the process that started it is informed of its end. */
  const ended = async (): Promise<Exit> => {
    while (running()) await pause(20);
    return { code: null, signal: null };
  };
  return {
    name,
    pid,
    logFile: state.logFile(name),
    running,
    saysReady: running,
    get exited() {
      return ended();
    },
    async stop(grace = 10_000) {
      if (running()) process.kill(pid, 'SIGTERM');
      const impatience = setTimeout(() => running() && process.kill(pid, 'SIGKILL'), grace);
      return ended().finally(() => clearTimeout(impatience));
    },
    lastLines: () => [],
  };
}

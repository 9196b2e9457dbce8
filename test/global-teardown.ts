import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** How long programs may take to end, in milliseconds. */
const GRACE = 10_000;

export default async function stopServer(): Promise<void> {
  if (globalThis.temporalUnderTest === undefined) return;
  const { server, others, folder, processes } = globalThis.temporalUnderTest;
  globalThis.temporalUnderTest = undefined;
  await end(processes());
  await Promise.all([server.close(), others.close()]);
  rmSync(folder, { recursive: true, force: true });
}

async function end(processes: number[]): Promise<void> {
  const until = Date.now() + GRACE;
  let left = processes.filter((pid) => signalled(pid, 'SIGTERM'));
  while (left.length > 0 && Date.now() < until) {
    await pause(50);
    left = left.filter((pid) => signalled(pid, 0));
  }
  for (const pid of left) signalled(pid, 'SIGKILL');
}

/** Whether the process existed and got it. */
function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

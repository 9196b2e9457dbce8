import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './storage.js';

const PREFIX = 'videoid-probe-';

/**
 * A folder for downloaded files, for this process only. They name the signer, so those that a killed process left behind are removed
 * first.
 */
export async function workFolder(): Promise<string> {
  const names = await readdir(tmpdir());
  for (const name of names.filter((each) => each.startsWith(PREFIX))) {
    const pid = Number(/^videoid-probe-(\d+)-/.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isAlive(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
  return mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Tidies up, synchronously, when a person or the system ends this process. */
export function onInterruption(tidy: () => void): { end(): void } {
  const stop = (signal: NodeJS.Signals): void => {
    tidy();
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  return {
    end: () => {
      for (const signal of SIGNALS) process.removeListener(signal, stop);
    },
  };
}

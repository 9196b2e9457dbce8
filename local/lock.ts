// The first step of `npm start` runs this file uncompiled, before the build: Node built-ins only, and no syntax that needs compiling.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The exit code of `npm start` if another one uses the same state. */
export const IN_USE = 4;

/** A lock on a file. */
export interface Lock {
  release(): void;
}

/** `SQLITE_BUSY` */
const BUSY = 5;
/** A lock whose database was collected as garbage would be open. */
const held = new Set<DatabaseSync>();

/** Another start uses the state folder. */
export class StateInUse extends Error {
  override readonly name = 'StateInUse';
  readonly exitCode = IN_USE;
  readonly remedy: string;

  constructor(directory: string, owner: number | undefined) {
    const stop = owner === undefined ? '' : ` or with "kill ${owner}"`;
    super(
      `Another local stack already uses the state in ${directory}` +
        `${owner === undefined ? '' : ` (process ${owner})`}. Nothing was started or changed.`,
    );
    this.remedy =
      `Use that one, or stop it first: with Ctrl-C in its terminal${stop}. ` +
      `For a second one beside it, name another folder: VIDEOID_STATE=${directory}-2 npm start`;
  }
}

/**
 * Takes the state folder for this process. The lock ends with the process, however that ends.
 *
 * @throws StateInUse
 */
export function lockState(directory: string): Lock {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const owner = join(directory, 'start.pid');
  const lock = tryLock(join(directory, 'start.lock'));
  if (lock === undefined) throw new StateInUse(directory, processIn(owner));
  writeFileSync(owner, `${process.pid}\n`);
  return lock;
}

/**
 * Locks a file, which is made if it is missing. Returns undefined if another process has the lock. It is SQLite's lock on a file,
 * so the system releases it when the process ends.
 */
export function tryLock(file: string): Lock | undefined {
  const database = new DatabaseSync(file);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === BUSY) return undefined;
    throw error;
  }
  held.add(database);
  return {
    release: () => {
      if (held.delete(database)) database.close();
    },
  };
}

/** The process named in the file, if it runs. */
function processIn(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined; // the owner has not written it yet
  }
}

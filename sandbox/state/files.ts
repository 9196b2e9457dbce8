import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

let sequence = 0;

/**
 * Writes a file by rename, so that a reader or a restart sees the old or the new content, but never a mixture.
 * Synchronous on purpose: a status and all its consequences change in one turn of the event loop.
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.${(sequence += 1)}.tmp`;
  writeFileSync(temporary, content, { mode: 0o600 });
  renameSync(temporary, path);
}

export function writeJson(path: string, value: unknown): void {
  writeWhole(path, `${JSON.stringify(value, undefined, 1)}\n`);
}

/** The value in a JSON file. Undefined if there is no file. Throws if the file is not JSON. */
export function readJson(path: string): unknown {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : undefined;
}

/** Every JSON value in a folder. Removes the leftovers (`.tmp`) of a killed process. */
export function readJsonFolder(folder: string): unknown[] {
  mkdirSync(folder, { recursive: true });
  const values: unknown[] = [];
  for (const name of readdirSync(folder)) {
    if (name.endsWith('.tmp')) rmSync(join(folder, name), { force: true });
    else if (name.endsWith('.json')) values.push(readJson(join(folder, name)));
  }
  return values;
}

export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

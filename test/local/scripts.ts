import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes a program of one line of shell. Returns its path. */
export function script(path: string, line: string): string {
  mkdirSync(dirname(path), { recursive: true });
  // Written aside: a file that is open for writing cannot be run.
  writeFileSync(`${path}.new`, `#!/bin/sh\n${line}\n`);
  copyFileSync(`${path}.new`, path);
  rmSync(`${path}.new`);
  chmodSync(path, 0o755);
  return path;
}

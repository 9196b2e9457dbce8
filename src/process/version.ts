import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The version of the code that this process runs: that of the package, and a digest of the files. Two builds of one version differ in
 * the digest. Call it at the start: later the files may be those of another build.
 */
export function codeVersion(): string {
  const source = join(import.meta.dirname, '..');
  const hash = createHash('sha256');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[jt]s$/.test(name));
  for (const name of files.sort()) hash.update(name).update(readFileSync(join(source, name)));
  return `${packageVersion(source)}+${hash.digest('hex').slice(0, 8)}`;
}

/** From the `package.json` above the files: beside `src`, or beside `dist`. */
function packageVersion(source: string): string {
  for (const folder of [join(source, '..'), join(source, '..', '..')]) {
    try {
      const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown };
      if (typeof version === 'string') return version;
    } catch {
      // not in this folder
    }
  }
  return '0.0.0';
}

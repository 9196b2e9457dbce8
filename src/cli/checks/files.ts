import { looseness } from '../../security/guarded-file.js';
import type { Check } from './check.js';

/** A file that the settings name, by reference or path. */
export interface NamedFile {
  /** `file:PATH`; anything else has no file. */
  reference: string | undefined;
  /** Whether nobody else may read it. */
  secret: boolean;
}

/** The result of a check. It becomes a warning if others may read or write the files. */
export async function withFiles(
  result: Omit<Check, 'name' | 'state'> & { state?: Check['state'] },
  files: readonly NamedFile[],
): Promise<Omit<Check, 'name' | 'state'> & { state?: Check['state'] }> {
  const loose: string[] = [];
  for (const { reference, secret } of files) {
    if (reference?.startsWith('file:') !== true) continue;
    const words = await looseness(reference.slice('file:'.length), secret);
    if (words !== undefined && !loose.includes(words)) loose.push(words);
  }
  if (loose.length === 0 || result.state === 'fail') return result;
  const remedy = 'Give the file to the user of this process and to nobody else: chmod 600; in a container, mode 0400.';
  return {
    state: 'warn',
    words: [result.words, ...loose].join('\n'),
    remedy: result.remedy === undefined ? remedy : `${result.remedy} ${remedy}`,
  };
}

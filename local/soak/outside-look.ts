import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { outsideTool } from '../outside-tools.js';

/** pdfsig checks the first signed file and then every n-th one. It takes longer than our own check. */
const SAMPLE = 8;

let shown = 0;
let looked = 0;

/** How many files pdfsig has checked. */
export function outsideLooks(): number {
  return looked;
}

/** What pdfsig, an independent program, finds wrong with a signed file. Undefined if nothing, or if the file is not in the sample. */
export async function notSigned(path: string): Promise<string | undefined> {
  shown += 1;
  if (shown % SAMPLE !== 1) return undefined;
  const { command, arguments: first } = await outsideTool('pdfsig');
  // Our own check covers the trust in the chain. For pdfsig, that would need a certificate store.
  const { stdout } = await promisify(execFile)(command, [...first, '-nocert', path]);
  looked += 1;
  const newest = stdout.split(/^Signature #\d+:$/m).at(-1) ?? '';
  const good = newest.includes('Total document signed') && newest.includes('Signature is Valid.');
  return good ? undefined : 'pdfsig says that it is not signed correctly';
}

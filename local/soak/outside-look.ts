import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { outsideTool } from '../outside-tools.js';

/** At the first signed file and every so many after it pdfsig looks too: it takes longer than our own look. */
const SAMPLE = 8;

let shown = 0;
let looked = 0;

/** How many files pdfsig has looked at. */
export function outsideLooks(): number {
  return looked;
}

/** What pdfsig, somebody else's program, has against a signed file; nothing where it is not one of the sample. */
export async function notSigned(path: string): Promise<string | undefined> {
  shown += 1;
  if (shown % SAMPLE !== 1) return undefined;
  const { command, arguments: first } = await outsideTool('pdfsig');
  // Whether the chain is trusted is our own check: pdfsig would need a certificate store.
  const { stdout } = await promisify(execFile)(command, [...first, '-nocert', path]);
  looked += 1;
  const newest = stdout.split(/^Signature #\d+:$/m).at(-1) ?? '';
  const good = newest.includes('Total document signed') && newest.includes('Signature is Valid.');
  return good ? undefined : 'pdfsig does not take it for signed';
}

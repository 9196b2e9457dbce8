import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { outsideTool } from '../outside-tools.js';
import type { Role } from './role.js';

/** Every so many requests pdfsig looks too: it takes longer than our own look. */
const SAMPLE = 8;

let looked = 0;

/** How many files pdfsig has looked at. */
export function outsideLooks(): number {
  return looked;
}

/** What pdfsig, somebody else's program, has against a signed file; nothing where it is not one of the sample. */
export async function notSignedFor(role: Role, path: string): Promise<string | undefined> {
  if (Number(role.reference.split('-').at(-1)) % SAMPLE !== 0) return undefined;
  const { command, arguments: first } = await outsideTool('pdfsig');
  // Whether the chain is trusted is our own check: pdfsig would need a certificate store.
  const { stdout } = await promisify(execFile)(command, [...first, '-nocert', path]);
  looked += 1;
  const newest = stdout.split(/^Signature #\d+:$/m).at(-1) ?? '';
  const good = newest.includes('Total document signed') && newest.includes('Signature is Valid.');
  return good ? undefined : 'pdfsig does not take it for signed';
}

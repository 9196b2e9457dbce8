import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VideoIdError } from '../messages/failures.js';
import { printable } from './printable.js';

/**
 * Runs `main` if this module is the started program. If it fails, the error is printed in plain words, with exit code 1. Then the
 * process exits: a worker that could not be created leaves the SDK's runtime and threads running.
 */
export function runIfStarted(moduleUrl: string, main: () => Promise<void>): void {
  const program = process.argv[1];
  if (program === undefined || realpathSync(program) !== fileURLToPath(moduleUrl)) return;
  main().catch((error: unknown) => {
    const lines = plainly(error).split('\n').map(printable);
    process.stderr.write(`${lines.join('\n')}\n`, () => process.exit(1));
  });
}

function plainly(error: unknown): string {
  if (!(error instanceof VideoIdError))
    return error instanceof Error ? (error.stack ?? error.name) : 'stopped by a value that is not an Error';
  const about = error.field === undefined ? error.code : `${error.code} (${error.field})`;
  return [`${about}: ${error.message}`, error.remedy].filter(Boolean).join('\n');
}

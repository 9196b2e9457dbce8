import { type FailureCode, FAILURES } from '../messages/failures.js';

/** The exit codes of the commands. `--help` and docs/cli.md list them. */
export const EXIT = {
  done: 0,
  failed: 1,
  badInput: 2,
  notFound: 3,
  notNow: 4,
  stillRunning: 5,
  unreachable: 6,
  endedOtherwise: 7,
  notPassed: 8,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** In the order of the codes. */
export const EXIT_WORDS: Record<keyof typeof EXIT, string> = {
  done: 'done. With --wait and `outcome`: ended signed or enrolled',
  failed: 'failed: settings, keys, archive, or a step at the provider',
  badInput: 'the command line or the input cannot be used. Nothing was created',
  notFound: 'no such request, document or file',
  notNow: 'not possible now, or not accepted',
  stillRunning: 'still running, or no worker is running. The order may still be carried out',
  unreachable: 'Temporal or the provider cannot be reached',
  endedOtherwise: 'the request ended otherwise than signed or enrolled (--wait and `outcome`)',
  notPassed: 'a signature did not pass verification',
};

/** The exit code for a failure. */
export function exitCodeOf(code: FailureCode): ExitCode {
  return FAILURES[code].exit;
}

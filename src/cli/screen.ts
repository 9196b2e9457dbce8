import { VideoIdError } from '../messages/failures.js';
import { describeError } from '../logging/errors.js';
import { printable, printableJson } from '../process/printable.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.js';
import { span } from './layout.js';

/** Milliseconds after which something is said about a step that still runs, and between two such lines. */
const PATIENCE = 2_000;
const REPEAT = 10_000;

/**
 * Where a command answers: words for people, or JSON for programs, never both on standard output. Texts come from callers and from
 * the provider: nothing in them reaches the terminal but characters to show.
 */
export interface Screen {
  readonly json: boolean;
  /** The answer: one object for programs, lines for people. */
  answer(value: object, lines: readonly string[]): void;
  /** Beside the answer, for people alone: on standard error, so that the answer can be piped. */
  say(...lines: string[]): void;
  /** What one may type next, beside the answer. */
  next(command: string): void;
  /** Waits for work, and says so when it takes longer than two seconds. */
  during<T>(words: string, work: Promise<T>): Promise<T>;
}

export function openScreen(json: boolean): Screen {
  const say = (...lines: string[]): void => {
    if (!json) for (const line of lines) process.stderr.write(`${printable(line)}\n`);
  };
  return {
    json,
    answer: (value, lines) => {
      if (json) process.stdout.write(`${printableJson(JSON.stringify(value))}\n`);
      else for (const line of lines) process.stdout.write(`${printable(line)}\n`);
    },
    say,
    next: (command) => say('', `Next: ${command}`),
    during: async (words, work) => {
      const begin = Date.now();
      let timer = setTimeout(function again() {
        say(`${words} … (${span(Date.now() - begin)})`);
        timer = setTimeout(again, REPEAT);
      }, PATIENCE);
      try {
        return await work;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Says what went wrong, and gives the exit code for it. */
export function tellFailure(json: boolean, error: unknown): ExitCode {
  const failure = error instanceof VideoIdError ? error : unexpected();
  if (json) process.stdout.write(`${printableJson(JSON.stringify({ error: failure }))}\n`);
  else {
    const { updateId } = failure.facts;
    const details = [failure.code, failure.field, updateId === undefined ? undefined : `updateId ${String(updateId)}`];
    // What follows the first line is indented, so that no text can pass for a line of ours.
    const [first = '', ...rest] = failure.message.split('\n');
    const more = [...rest, failure.remedy ?? [], `(${details.filter((each) => each !== undefined).join(', ')})`].flat();
    process.stderr.write(`${[printable(first), ...more.map((line) => `  ${printable(line)}`)].join('\n')}\n`);
    if (failure !== error) process.stderr.write(`${printableJson(JSON.stringify(describeError(error)))}\n`);
  }
  return failure === error ? exitCodeOf(failure.code) : EXIT.failed;
}

/** Of an error that is not ours only type and place are shown: its text may hold anything. */
function unexpected(): VideoIdError {
  return new VideoIdError('STEP_FAILED', 'Something failed that should not have.', {
    remedy: 'This is a defect; please report it with the lines below.',
  });
}

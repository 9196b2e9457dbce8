import { VideoIdError } from '../messages/failures.js';
import { withMoments } from '../messages/moments.js';
import { describeError } from '../logging/errors.js';
import { printable, printableJson } from '../process/printable.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.js';
import { span } from '../messages/span.js';

/** Milliseconds before the first line about a step that still runs, and between two such lines. */
const PATIENCE = 2_000;
const REPEAT = 10_000;

/**
 * The output of a command: words for people, or JSON for programs, never both on standard output. Texts may come from callers and
 * from the provider, so only printable characters reach the terminal.
 */
export interface Screen {
  readonly json: boolean;
  /** The answer: one object for programs, lines for people. */
  answer(value: object, lines: readonly string[]): void;
  /** For people only, beside the answer. It goes to standard error, so that the answer can be piped. */
  say(...lines: string[]): void;
  /** The command to type next, beside the answer. */
  next(command: string): void;
  /** Waits for work, and says so when it takes longer than two seconds. */
  during<T>(words: string | (() => string), work: Promise<T>): Promise<T>;
}

/** Words for a long search that say how far it is. */
export function progressOf(words: string): { words: () => string; onProgress: (looked: number, of: number) => void } {
  let far = '';
  return {
    words: () => `${words}${far}`,
    onProgress: (looked, of) => {
      far = `: ${looked} of ${of}`;
    },
  };
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
        say(`${typeof words === 'string' ? words : words()} … (${span(Date.now() - begin)})`);
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

/** Shows a failure, and returns its exit code. */
export function showFailure(json: boolean, error: unknown): ExitCode {
  const failure = error instanceof VideoIdError ? error : unexpected();
  if (json) process.stdout.write(`${printableJson(JSON.stringify({ error: failure }))}\n`);
  else {
    const { updateId } = failure.facts;
    const details = [failure.code, failure.field, updateId === undefined ? undefined : `updateId ${String(updateId)}`];
    // All lines after the first are indented, so that no text can look like a line of ours.
    const [first = '', ...rest] = withMoments(failure.message).split('\n');
    const more = [...rest, failure.remedy ?? [], `(${details.filter((each) => each !== undefined).join(', ')})`].flat();
    process.stderr.write(`${[printable(first), ...more.map((line) => `  ${printable(line)}`)].join('\n')}\n`);
    if (failure !== error) process.stderr.write(`${printableJson(JSON.stringify(describeError(error)))}\n`);
  }
  return failure === error ? exitCodeOf(failure.code) : EXIT.failed;
}

/** An error that is not ours is shown only by type and place, because its text may contain anything. */
function unexpected(): VideoIdError {
  return new VideoIdError('STEP_FAILED', 'An unexpected error happened.', {
    remedy: 'This is a defect. Please report it with the lines below.',
  });
}

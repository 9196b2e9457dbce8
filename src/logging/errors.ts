import { defined } from '../messages/defined.js';
import { VideoIdError } from '../messages/failures.js';

/** A logged error. Only our own errors keep their message, because it has no personal data. */
export interface LoggedError {
  type: string;
  code?: string;
  message?: string;
  field?: string;
  frames?: string[];
  cause?: LoggedError;
}

const NAME = /^[A-Za-z_$][\w$.]{0,63}$/;
const MOST_FRAMES = 20;
const DEEPEST_CAUSE = 5;

/** One line of a V8 stack: `at async name (file:///a/b.js:1:2)` or `at /a/b.js:1:2`. */
const FRAME = /^\s+at (?:(?<name>[\w$.<>[\] #]{1,120}) \()?(?<place>(?:file:\/\/|node:)?[^\s():?#]{1,400}:\d+:\d+)\)?$/;

/** Reduces a thrown value and its causes to type, code and stack frames. Only a VideoIdError keeps its message. */
export function describeError(error: unknown, depth = 0): LoggedError {
  if (!isErrorLike(error)) return { type: typeof error };
  const { name, cause } = error;
  const code = codeOf(error);
  const frames = framesOf(error);
  return {
    type: typeof name === 'string' && NAME.test(name) ? name : 'Error',
    ...defined({ code }),
    ...(error instanceof VideoIdError ? wordsOf(error) : {}),
    ...(frames.length === 0 ? {} : { frames }),
    ...(cause === undefined || cause === null || depth === DEEPEST_CAUSE
      ? {}
      : { cause: describeError(cause, depth + 1) }),
  };
}

/** Errors of other realms (the workflow sandbox) are not instances of our Error. */
function isErrorLike(error: unknown): error is Partial<Record<keyof Error | 'code' | 'type', unknown>> {
  return typeof error === 'object' && error !== null && ('stack' in error || 'message' in error);
}

/** Node's `code`, or the `type` of an ApplicationFailure, which is one of our codes. */
function codeOf(error: { code?: unknown; type?: unknown }): string | undefined {
  const code = [error.code, error.type].find((each) => typeof each === 'string' || typeof each === 'number');
  return code !== undefined && NAME.test(`_${String(code)}`) ? String(code) : undefined;
}

function wordsOf(error: VideoIdError): Pick<LoggedError, 'message' | 'field'> {
  return { message: error.message, ...defined({ field: error.field }) };
}

/** A stack begins with the message, which may have lines that look like frames. So only the part after it is used. */
function framesOf(error: { stack?: unknown; message?: unknown }): string[] {
  if (typeof error.stack !== 'string') return [];
  const message = typeof error.message === 'string' ? error.message : '';
  const start = error.stack.indexOf(message);
  const lines = (start === -1 ? error.stack : error.stack.slice(start + message.length)).split('\n');
  // The message was changed after the stack was made, so its lines look like frames.
  if (start === -1 && !FRAME.test(lines[0] ?? '')) return [];
  return lines
    .map((line) => FRAME.exec(line)?.groups)
    .filter((groups) => groups !== undefined)
    .map(({ name, place }) => (name === undefined ? `${place}` : `${name} (${place})`))
    .slice(0, MOST_FRAMES);
}

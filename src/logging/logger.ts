import { type DestinationStream, pino } from 'pino';
import { type LogFields, allowedFields } from './fields.js';

export type { LogFields } from './fields.js';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** A text that is written in the program. A `string` variable or a template is a type error. */
type FixedText<Text extends string> = Partial<Record<Text, unknown>> extends Record<Text, unknown> ? never : Text;

export interface LogMethod {
  <Text extends string>(text: Text & FixedText<Text>): void;
  <Text extends string>(fields: LogFields, text: Text & FixedText<Text>): void;
}

/**
 * Writes lines of JSON. A line has a fixed text and fields of the allow-list (`logging/fields.ts`), nothing else.
 *
 * @example
 * logger.warn({ workflowId, code: 'PROVIDER_BUSY' }, 'step is tried again');
 */
export interface Logger extends Record<LogLevel, LogMethod> {
  /** A logger whose lines all carry these fields. */
  with(fields: LogFields): Logger;
}

export interface LoggerOptions {
  /** The process that writes: `worker`, `gateway`, … */
  process: string;
  level: LogLevel | 'silent';
  /** Default: standard error. Standard output is for the answers of commands. */
  destination?: DestinationStream;
}

/** The log of a process. */
export function createLogger(options: LoggerOptions): Logger {
  const destination = options.destination ?? pino.destination(2);
  return wrap(
    pino(
      {
        level: options.level,
        base: allowedFields({ process: options.process }),
        messageKey: 'message',
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (level) => ({ level }) },
      },
      destination,
    ),
  );
}

function wrap(log: pino.Logger): Logger {
  const method =
    (level: LogLevel): LogMethod =>
    (first: LogFields | string, text?: string): void => {
      if (!log.isLevelEnabled(level)) return;
      if (typeof first === 'string') log[level](first);
      else log[level](allowedFields(first), text);
    };
  return {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    with: (fields) => wrap(log.child(allowedFields(fields))),
  };
}

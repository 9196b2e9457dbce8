import { inspect } from 'node:util';
import { VideoIdError } from '../messages/failures.js';
import { readGuarded } from './guarded-file.js';

const REDACTED = '[redacted]';

/** A value that prints as `[redacted]` everywhere. Only `reveal` returns it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value. Call this where the value is used, and do not store it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

/** Names a secret: an environment variable, or a file. */
export type SecretReference = `env:${string}` | `file:${string}`;

/** Whether a setting names a secret. A secret that was pasted by mistake does not pass. */
export function isSecretReference(value: unknown): value is SecretReference {
  return typeof value === 'string' && /^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/.test(value);
}

/**
 * Reads the secret that a reference names: `env:NAME`, or `file:PATH` (UTF-8, one trailing newline removed).
 *
 * @param field the setting that holds the reference, for errors
 * @throws VideoIdError SECRET_NOT_FOUND if it is missing, unreadable or empty; BAD_SETTING if it is not a reference, or a file
 *   that others can write.
 */
export async function resolveSecret(reference: string, field?: string): Promise<Secret> {
  if (!isSecretReference(reference)) {
    // It may be the secret itself, so it is not repeated.
    throw new VideoIdError('BAD_SETTING', 'A secret must be given as env:NAME or file:PATH.', {
      field,
      remedy: 'Put the value into an environment variable or a file and name it as env:NAME or file:PATH.',
    });
  }
  const value = reference.startsWith('env:') ? variable(reference.slice(4)) : await readSecretFile(reference, field);
  if (value === undefined || value === '') {
    throw new VideoIdError('SECRET_NOT_FOUND', `The secret ${reference} is ${value === '' ? 'empty' : 'not set'}.`, {
      field,
      remedy: `Give ${reference.slice(reference.indexOf(':') + 1)} a value for this process, or correct the reference.`,
    });
  }
  return new Secret(value);
}

function variable(name: string): string | undefined {
  // `__proto__` is not a variable.
  return Object.hasOwn(process.env, name) ? process.env[name] : undefined;
}

async function readSecretFile(reference: string, field: string | undefined): Promise<string> {
  try {
    return (await readGuarded(reference.slice(5), field)).replace(/\r?\n$/, '');
  } catch (cause) {
    if (cause instanceof VideoIdError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new VideoIdError('SECRET_NOT_FOUND', `The secret ${reference} cannot be read (${code}).`, {
      field,
      remedy: 'Create the file, let this process read it, or correct the reference.',
      cause,
    });
  }
}

import { z } from 'zod';
import { plainWords } from './config/plain-words.js';
import { type Config, configSchema } from './config/schema.js';
import { writtenAs } from './config/values.js';
import { VideoIdError } from './messages/failures.js';
import { readGuardedSync } from './security/guarded-file.js';

export type { Config, EnvironmentConfig, OfficerConfig, RegistrationAuthorityConfig } from './config/schema.js';

/** Variables that begin with `VIDEOID_` and are not settings. */
const NOT_SETTINGS = new Set(['VIDEOID_CONFIG', 'VIDEOID_STATE']);

/** One setting for the settings table: its dotted name, its variable, its default and what it is for. */
export interface Setting {
  name: string;
  variable: string;
  /** As JSON, times in milliseconds and sizes in bytes. */
  default: string;
  /** The default as people write it: `7d`, `20MB`. */
  written: string;
  description: string;
}

/**
 * Reads the settings: the JSON file named by `VIDEOID_CONFIG` if set, then variables `VIDEOID_…` over it. An empty variable is not
 * set, as compose files leave it.
 *
 * @throws VideoIdError BAD_SETTING or UNKNOWN_SETTING; names every wrong setting and the way out.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env, defaults: object = {}): Config {
  const settings: Record<string, unknown> = { ...defaults, ...readFile(environment['VIDEOID_CONFIG']) };
  const text = JSON.stringify(settings);
  const byVariable = new Map(listSettings().map((setting) => [setting.variable, setting.name]));
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith('VIDEOID_') || NOT_SETTINGS.has(variable) || value === undefined) continue;
    const name = byVariable.get(variable);
    if (name !== undefined) {
      if (value !== '') put(settings, name.split('.'), parse(variable, value));
    } else if (!text.includes(`env:${variable}`)) {
      throw new VideoIdError('UNKNOWN_SETTING', `There is no setting ${variable}.`, {
        field: variable,
        remedy: `Remove the variable, or see the settings table for the right name${closest(variable, [...byVariable.keys()])}.`,
      });
    }
  }
  const result = configSchema.safeParse(settings, { error: plainWords });
  if (!result.success) throw wrongSettings(result.error);
  return result.data;
}

/** Every setting that has a name of its own, in the order of the schema. */
export function listSettings(): Setting[] {
  return walk(configSchema, []);
}

/** The settings of each `environments.<name>` or `registrationAuthorities.<id>`. They have no variables of their own. */
export function listSettingsOfEach(record: 'environments' | 'registrationAuthorities'): Setting[] {
  const { inner } = unwrap(configSchema.shape[record]);
  return inner instanceof z.ZodRecord ? walk(inner.valueType, []) : [];
}

function walk(schema: z.core.$ZodType, path: string[]): Setting[] {
  const { inner, fallback, description, words } = unwrap(schema);
  if (inner instanceof z.ZodObject && path.at(-1) !== 'tls' && path.at(-1) !== 'assumptions') {
    return Object.entries(inner.shape).flatMap(([name, field]) => walk(field, [...path, name]));
  }
  const inWords = (value: unknown): unknown => (words && typeof value === 'number' ? words(value) : value);
  const written = Array.isArray(fallback) ? fallback.map(inWords) : (inWords(fallback) ?? '');
  return [
    {
      name: path.join('.'),
      variable: `VIDEOID_${path.map((part) => part.replaceAll(/[A-Z]/g, '_$&').toUpperCase()).join('_')}`,
      default: fallback === undefined ? '' : JSON.stringify(fallback),
      written: typeof written === 'string' ? written : JSON.stringify(written),
      description: description ?? '',
    },
  ];
}

interface Unwrapped {
  inner: z.core.$ZodType;
  fallback?: unknown;
  description?: string | undefined;
  words?: ((value: number) => string) | undefined;
}

function unwrap(schema: z.core.$ZodType): Unwrapped {
  let inner = schema;
  let fallback: unknown;
  let description: string | undefined;
  let words: Unwrapped['words'];
  for (;;) {
    description ??= z.globalRegistry.get(inner)?.description;
    words ??= writtenAs.get(inner instanceof z.ZodArray ? inner.element : inner)?.words;
    if (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
      fallback ??= inner.def.defaultValue;
      inner = inner.def.innerType;
    } else if (inner instanceof z.ZodOptional) inner = inner.def.innerType;
    else if (inner instanceof z.ZodPipe) inner = inner.def.in;
    else return { inner, fallback, description, words };
  }
}

function readFile(path: string | undefined): object {
  if (path === undefined || path === '') return {};
  const remedy = 'Let VIDEOID_CONFIG name a readable JSON file, or unset it.';
  let content: unknown;
  try {
    content = JSON.parse(readGuardedSync(path, 'VIDEOID_CONFIG'));
  } catch (cause) {
    if (cause instanceof VideoIdError) throw cause;
    throw new VideoIdError('BAD_SETTING', `The settings file ${path} cannot be read as JSON.`, {
      field: 'VIDEOID_CONFIG',
      remedy,
      cause,
    });
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  throw new VideoIdError('BAD_SETTING', `The settings file ${path} does not hold an object.`, {
    field: 'VIDEOID_CONFIG',
    remedy,
  });
}

function put(target: Record<string, unknown>, path: string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const next = target[first];
  const child: Record<string, unknown> = typeof next === 'object' && next !== null ? { ...next } : {};
  target[first] = child;
  put(child, rest, value);
}

/** Lists and records come as JSON, everything else as it stands. */
function parse(variable: string, value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new VideoIdError('BAD_SETTING', `${variable} begins like JSON and is not.`, {
      field: variable,
      remedy: 'Give the value as JSON on one line.',
      cause,
    });
  }
}

function wrongSettings(error: z.ZodError): VideoIdError {
  const problems = error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ name: nameOf(issue.path), words: issue.message }];
    return issue.keys.map((key) => ({ name: nameOf([...issue.path, key]), words: 'there is no such setting' }));
  });
  const unknown = error.issues.every((issue) => issue.code === 'unrecognized_keys');
  return new VideoIdError(
    unknown ? 'UNKNOWN_SETTING' : 'BAD_SETTING',
    ['The settings are not usable:', ...problems.map(({ name, words }) => `${name}: ${words}`)].join('\n'),
    {
      field: problems[0]?.name,
      remedy: 'Correct the named settings. `videoid settings` and docs/settings.md list every one.',
    },
  );
}

/** Dotted; a part that is no plain name is shown as JSON, so that it stands on one line and can be seen. */
function nameOf(path: readonly PropertyKey[]): string {
  const parts = path.map(String).map((part) => (/^[\w-]{1,64}$/.test(part) ? part : JSON.stringify(part.slice(0, 64))));
  return parts.length === 0 ? 'the settings' : parts.join('.');
}

function closest(variable: string, known: string[]): string {
  const words = new Set(variable.split('_'));
  const scored = known
    .map((name) => ({ name, score: name.split('_').filter((word) => words.has(word)).length }))
    .toSorted((one, other) => other.score - one.score);
  return scored[0] && scored[0].score > 1 ? `; perhaps ${scored[0].name}` : '';
}

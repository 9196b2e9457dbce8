import { z } from 'zod';

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time in milliseconds, or `500ms`, `30s`, `10m`, `2h`, `7d`. Gives milliseconds. */
export const duration = z
  .union([
    z.number().int().nonnegative(),
    z.string().regex(/^\d+(ms|s|m|h|d)?$/, 'use milliseconds, or 30s, 10m, 2h, 7d'),
  ])
  .transform((value) => {
    if (typeof value === 'number') return value;
    const [, amount = '0', unit = 'ms'] = /^(\d+)([a-z]+)?$/.exec(value) ?? [];
    return Number(amount) * (UNITS[unit] ?? 1);
  });

/** A size in bytes, or `10kB`, `20MB`, `1GB` (powers of ten). Gives bytes. */
export const byteSize = z
  .union([z.number().int().nonnegative(), z.string().regex(/^\d+(B|kB|MB|GB)?$/, 'use bytes, or 10kB, 20MB, 1GB')])
  .transform((value) => {
    if (typeof value === 'number') return value;
    const [, amount = '0', unit = 'B'] = /^(\d+)([A-Za-z]+)?$/.exec(value) ?? [];
    return Number(amount) * ({ B: 1, kB: 1e3, MB: 1e6, GB: 1e9 }[unit] ?? 1);
  });

/** A secret by name, never by value: `env:NAME` or `file:PATH`. */
export const secretReference = z
  .string()
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/, 'give a secret by name: env:NAME or file:PATH');

export const port = z.coerce.number().int().min(0).max(65535);

/** A yes or no that an environment variable can carry too. */
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]);

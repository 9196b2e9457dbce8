import { isIPv6 } from 'node:net';
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

/** Where a server listens: `temporal.internal:7233`, `10.0.0.1:7233`, `[::1]:7233`. */
export const hostAndPort = z
  .string()
  .refine(isHostAndPort, 'give host:port and no scheme, such as temporal.internal:7233 or [::1]:7233');

function isHostAndPort(text: string): boolean {
  const [, host = '', digits] = /^(\[.+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text) ?? [];
  const number = Number(digits);
  return number >= 1 && number <= 65535 && (!host.startsWith('[') || isIPv6(host.slice(1, -1)));
}

/** An address on the web. Settings are shown, so it holds no name and no password. */
export const webAddress = z
  .url({ protocol: /^https?$/, error: 'give an address that begins with http:// or https://' })
  .refine(namesNobody, 'give the address without name and password');

function namesNobody(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/** Whether what is sent to an address can be read on the way: http, and not on this machine. */
export function isPlainOutside(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol !== 'https:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

export const port = z.coerce.number().int().min(0).max(65535);

/** A yes or no that an environment variable can carry too. */
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]);

import { isIPv6 } from 'node:net';
import { z } from 'zod';

/** How people write the values of a schema: `7d`, `20MB`. */
export const writtenAs = z.registry<{ words: (value: number) => string }>();

/** Milliseconds. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const UNITS: Record<string, number> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/** A time in milliseconds, or `500ms`, `30s`, `10m`, `2h`, `7d`. Gives milliseconds. */
const duration = z
  .union([
    z.number().int().nonnegative(),
    z.string().regex(/^\d{1,15}(ms|s|m|h|d)?$/, 'use milliseconds, or 30s, 10m, 2h, 7d'),
  ])
  .transform((value) => {
    if (typeof value === 'number') return value;
    const [, amount = '0', unit = 'ms'] = /^(\d+)([a-z]+)?$/.exec(value) ?? [];
    return Number(amount) * (UNITS[unit] ?? 1);
  });

/** A time between two others, both allowed. Milliseconds. */
export function durationBetween(shortest: number, longest: number) {
  return duration
    .refine((value) => value >= shortest, `must be at least ${durationWords(shortest)}`)
    .refine((value) => value <= longest, `must be at most ${durationWords(longest)}`)
    .register(writtenAs, { words: durationWords });
}

/** A time as people write it, in its largest whole unit: `90s`, `7d`. */
export function durationWords(milliseconds: number): string {
  return inLargestUnit(milliseconds, UNITS);
}

function inLargestUnit(value: number, units: Record<string, number>): string {
  const [unit = '', size = 1] =
    Object.entries(units).findLast(([, each]) => each === 1 || (value > 0 && value % each === 0)) ?? [];
  return `${value / size}${unit}`;
}

const BYTE_UNITS: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/** A size in bytes, or `10kB`, `20MB`, `1GB` (powers of ten). Gives bytes. */
const byteSize = z
  .union([z.number().int().nonnegative(), z.string().regex(/^\d{1,15}(B|kB|MB|GB)?$/, 'use bytes, or 10kB, 20MB, 1GB')])
  .transform((value) => {
    if (typeof value === 'number') return value;
    const [, amount = '0', unit = 'B'] = /^(\d+)([A-Za-z]+)?$/.exec(value) ?? [];
    return Number(amount) * (BYTE_UNITS[unit] ?? 1);
  });

/** A size between two others, both allowed. Bytes. */
export function bytesBetween(smallest: number, largest: number) {
  return byteSize
    .refine((value) => value >= smallest, `must be at least ${smallest} bytes`)
    .refine((value) => value <= largest, `must be at most ${largest} bytes`)
    .register(writtenAs, { words: (bytes) => inLargestUnit(bytes, BYTE_UNITS) });
}

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

/**
 * The address of a server alone: `https://s3.example.com:9000`. A slash at the end does no harm, and is left out.
 *
 * @param instead what a path has instead
 */
export function serverAddress(instead?: string) {
  const problem = ['give the address of the server alone, without a path', ...(instead === undefined ? [] : [instead])];
  return webAddress
    .refine((text) => !URL.canParse(text) || isServerAlone(new URL(text)), problem.join('. '))
    .transform((text) => new URL(text).origin);
}

function isServerAlone({ pathname, search, hash }: URL): boolean {
  return pathname === '/' && search === '' && hash === '';
}

/** Whether what is sent to an address can be read on the way: http, and not on this machine. */
export function isPlainOutside(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol !== 'https:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** A number between two others, both allowed; a variable carries it as text. */
export function numberBetween(smallest: number, largest: number) {
  return z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,15}(\.\d{1,15})?$/, 'use a number')
        .transform(Number),
    ])
    .pipe(z.number().min(smallest, `must be at least ${smallest}`).max(largest, `must be at most ${largest}`));
}

/** The same for whole numbers. */
export function wholeBetween(smallest: number, largest: number) {
  return numberBetween(smallest, largest).refine(Number.isInteger, 'must be a whole number');
}

export const port = wholeBetween(0, 65535);

/** A yes or no that an environment variable can carry too. */
export const flag = z.union(
  [z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')],
  'must be true or false',
);

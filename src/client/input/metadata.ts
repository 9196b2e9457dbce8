import { z } from 'zod';

const MOST = 16;
/** Bytes of all names and values. */
const MOST_BYTES = 2048;

/** `z.record` leaves `__proto__` out without a word. */
const metadataName = z
  .string()
  .regex(/^(?!__proto__$)[A-Za-z0-9._-]{1,40}$/, 'a name must be 1 to 40 of A-Z a-z 0-9 . _ -');
/** A half of a surrogate pair could not be stored. */
const metadataValue = z
  .string('must be text')
  .regex(/^[^\p{Cc}\p{Cs}]{0,200}$/u, 'must be at most 200 characters, without control characters');

/** The requester's own small strings, kept with the request. */
export const metadata = z
  .custom<Record<string, string>>(isObject, 'must be an object of names and values')
  .superRefine((given, context) => {
    const problem = problemOf(Object.entries(given));
    if (problem !== undefined) context.addIssue({ code: 'custom', ...problem });
  });

function isObject(given: unknown): boolean {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

/** A wrong name is not part of the message. It may be anything. */
function problemOf(pairs: [name: string, value: unknown][]): { message: string; path?: string[] } | undefined {
  if (pairs.length > MOST) return { message: `has more than ${MOST} names` };
  for (const [name, value] of pairs) {
    const [named, valued] = [metadataName.safeParse(name), metadataValue.safeParse(value)];
    if (!named.success) return { message: wordsOf(named.error) };
    if (!valued.success) return { message: wordsOf(valued.error), path: [name] };
  }
  if (Buffer.byteLength(pairs.flat().join('')) > MOST_BYTES) return { message: `is larger than ${MOST_BYTES} bytes` };
  return undefined;
}

function wordsOf({ issues }: z.ZodError): string {
  return issues[0]?.message ?? 'cannot be used';
}

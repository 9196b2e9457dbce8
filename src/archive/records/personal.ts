import type { Kysely } from 'kysely';
import { jsonOf } from './content.js';
import type { Tables } from './schema.js';

/** Which personal data or free words of a request. */
export type PersonalPart =
  | 'signer'
  | 'documents'
  | 'link'
  | 'ending'
  | 'deletion'
  | `correction-${number}`
  | `supplement-${number}`
  | `event-${number}`
  | `call-${string}`;

/** Stores personal data or free words of a request, or replaces them. Without a content, there are none. */
export async function writePersonal(
  db: Kysely<Tables>,
  request: string,
  what: PersonalPart,
  content: string | undefined,
): Promise<void> {
  if (content === undefined) {
    await db.deleteFrom('personal').where('request', '=', request).where('what', '=', what).execute();
    return;
  }
  await db
    .insertInto('personal')
    .values({ request, what, content })
    .onConflict((conflict) => conflict.columns(['request', 'what']).doUpdateSet({ content }))
    .execute();
}

/** Parts of an object that are free words, and the rest. Undefined instead of no words. */
export function apart<T extends object, Word extends keyof T>(
  whole: T,
  words: readonly Word[],
): { rest: Omit<T, Word>; words: string | undefined } {
  const rest: Partial<T> = { ...whole };
  const free: Partial<T> = {};
  for (const word of words) {
    if (rest[word] === undefined) continue;
    free[word] = rest[word];
    delete rest[word];
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the words were taken out
  return { rest: rest as Omit<T, Word>, words: Object.keys(free).length === 0 ? undefined : JSON.stringify(free) };
}

/** A record and its free words from their columns, to be checked. @param below the field that the words belong to, if not the record */
export function together(content: string | null, words: string | null, below?: string): unknown {
  const whole = jsonOf(content);
  const free = jsonOf(words);
  if (!isObject(whole) || !isObject(free)) return whole;
  if (below === undefined) return { ...whole, ...free };
  const part = whole[below];
  return isObject(part) ? { ...whole, [below]: { ...part, ...free } } : whole;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

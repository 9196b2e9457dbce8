import { z } from 'zod';
import type { Exchange } from '../exchange.js';
import type { Answered } from '../answers/sorting.js';
import type { CallName } from './calls.js';

/** The first page of a list (§1.2): at most 10 items of `count`. */
export interface Page {
  count: number;
  results: unknown[];
  answered: Answered;
}

/** Answers have a number, the documentation says a string. */
const count = z.coerce.number().int().nonnegative();
const objects = z.array(z.unknown());

/** The guide's table says `result`; its examples and the API description say `results` (§1.2). */
const schema = z.union([
  z.object({ count, results: objects }),
  z.object({ count, result: objects }).transform(({ result, ...rest }) => ({ ...rest, results: result })),
]);

/** Reads the first page of a list. The address of the next page is not followed: it may name another host (§8.2). */
export async function pageOf(
  authority: Exchange<CallName>,
  call: CallName,
  order: { path: string; query: Readonly<Record<string, string>> },
): Promise<Page> {
  const answered = await authority.ask(call, { method: 'GET', ...order });
  const page = schema.safeParse(answered.envelope.payload);
  if (!page.success) throw authority.unusable(call, answered, 'the answer is no list');
  return { ...page.data, answered };
}

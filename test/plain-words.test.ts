import { z } from 'zod';
import { plainWords } from '../src/config/plain-words.js';

test.each<[z.ZodType, unknown, string]>([
  [z.boolean(), 'maybe', 'must be true or false'],
  [z.string(), 17, 'must be text'],
  [z.number(), '17', 'must be a number'],
  [z.int(), 1.5, 'must be a whole number'],
  [z.array(z.string()), {}, 'must be a list'],
  [z.strictObject({}), [], 'must be an object'],
  [z.record(z.string(), z.string()), 1, 'must be an object'],
  [z.string(), undefined, 'is missing'],
  [z.enum(['ja', 'nein']), 'maybe', 'must be ja or nein'],
  [z.literal(['one', 'two', 'three']), 'four', 'must be one of one, two, three'],
  [z.discriminatedUnion('is', [z.object({ is: z.literal('a') }), z.object({ is: z.literal('b') })]), { is: 'c' }, 'must be a or b'],
  [z.union([z.string(), z.number()]), true, 'cannot be used'],
  [z.string().min(1), '', 'must not be empty'],
  [z.string().max(2), 'canary', 'must have at most 2 characters'],
  [z.array(z.string()).max(1), ['', ''], 'must have at most 1 entries'],
  [z.number().min(5), 4, 'must be at least 5'],
  [z.number().max(5), 6, 'must be at most 5'],
  [z.string('own words'), 1, 'own words'],
])('%# a schema without words of its own: %p', (schema, value, words) => {
  const [issue] = schema.safeParse(value, { error: plainWords }).error?.issues ?? [];
  expect(issue?.message).toBe(words);
}); // prettier-ignore

import type { Context } from 'hono';
import { z } from 'zod';
import { Refusal } from '../calls/answers.js';
import { BadSettings } from '../settings/store.js';

/** What a control call answers when it cannot be done: `{"error": "…"}`. */
export function answerProblem(error: Error, context: Context): Response {
  if (error instanceof Refusal) return context.json({ error: error.words }, error.status === 404 ? 404 : 409);
  if (error instanceof z.ZodError) return context.json({ error: z.prettifyError(error) }, 400);
  if (error instanceof BadSettings || error instanceof SyntaxError) return context.json({ error: error.message }, 400);
  return context.json({ error: 'failed' }, 500);
}

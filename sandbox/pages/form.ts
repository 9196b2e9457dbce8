import type { Context } from 'hono';
import { z } from 'zod';
import { Refusal } from '../calls/answers.js';
import type { Html } from './layout.js';

/**
 * Carries out what a form asks for, then redirects to `page`.
 * @param again the page that says why nothing was done
 */
export async function carryOutForm(
  context: Context,
  act: () => unknown,
  { page, again, status = 409 }: { page: string; again: (problem: string) => Html; status?: 400 | 409 },
): Promise<Response> {
  try {
    await act();
    return context.redirect(page, 303);
  } catch (error) {
    return context.html(again(problemOf(error)), status);
  }
}

/** Why an action had no effect, in words for the page. Other errors are thrown on. */
function problemOf(error: unknown): string {
  if (error instanceof Refusal) return `Not possible: ${String(error.words)}`;
  if (error instanceof z.ZodError) return z.prettifyError(error);
  throw error;
}

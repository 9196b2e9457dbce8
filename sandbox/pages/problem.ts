import { z } from 'zod';
import { Refusal } from '../calls/answers.js';

/** Why an act had no effect, in words for the page; other errors go on. */
export async function problemOf(act: () => unknown): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return `Not possible: ${String(error.words)}`;
    if (error instanceof z.ZodError) return z.prettifyError(error);
    throw error;
  }
}

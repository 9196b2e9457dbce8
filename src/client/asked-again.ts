import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds. */
const PAUSE = 100;

/**
 * What a call gives, asked again while it fails for something that passes.
 *
 * @param until milliseconds since 1970; the last failure before is thrown
 */
export async function askedAgain<Answer>(
  ask: () => Promise<Answer>,
  passes: (error: unknown) => boolean,
  until: number,
): Promise<Answer> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!passes(error) || Date.now() + PAUSE >= until) throw error;
      await pause(PAUSE);
    }
  }
}

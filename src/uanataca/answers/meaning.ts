import { type Meaning, ProviderError } from '../errors.js';

/** Turns refusals that only tell something about the request into values. */
export async function meaningOr<Done extends string, Told extends Meaning>(
  call: Promise<unknown>,
  done: Done,
  ...expected: readonly Told[]
): Promise<Done | Told> {
  try {
    await call;
    return done;
  } catch (error) {
    const told = error instanceof ProviderError ? expected.find((meaning) => meaning === error.meaning) : undefined;
    if (told === undefined) throw error;
    return told;
  }
}

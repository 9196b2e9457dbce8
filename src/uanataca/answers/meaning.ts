import { type Meaning, ProviderError } from '../errors.js';

/** Returns the meaning of an expected refusal as a value, and `done` for success. */
export async function meaningOr<Done extends string, Known extends Meaning>(
  call: Promise<unknown>,
  done: Done,
  ...expected: readonly Known[]
): Promise<Done | Known> {
  try {
    await call;
    return done;
  } catch (error) {
    const known = error instanceof ProviderError ? expected.find((meaning) => meaning === error.meaning) : undefined;
    if (known === undefined) throw error;
    return known;
  }
}

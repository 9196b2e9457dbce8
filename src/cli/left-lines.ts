import type { VideoIdClient } from '../client.js';
import { leftAtProvider } from '../client/left-words.js';
import { defined } from '../messages/defined.js';
import { VideoIdError } from '../messages/failures.js';
import type { Outcome } from '../messages/outcome.js';
import type { AttemptFlag } from './command.js';

/** What a request that was just ended left at the provider, for programs and for people. */
export async function leftBy(
  client: VideoIdClient,
  reference: string,
  { flow, attempt }: AttemptFlag,
): Promise<{ facts: Partial<Outcome>; lines: string[] }> {
  const outcome = await client.outcome(reference, { flow, attempt }).catch((error: unknown) => {
    // It has ended all the same. With an earlier `--update-id`, a later attempt may run.
    if (error instanceof VideoIdError) return undefined;
    throw error;
  });
  if (outcome === undefined) return { facts: {}, lines: [] };
  const { cleanup, leftOpen, notKnown } = outcome;
  return {
    facts: defined({ cleanup, leftOpen, notKnown }),
    lines: leftAtProvider(outcome).map((words) => `  ${words}`),
  };
}

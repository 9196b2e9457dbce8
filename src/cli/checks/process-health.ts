import { hostname } from 'node:os';
import { z } from 'zod';
import { toldSchemas } from '../../archive/records/record-schemas.js';

/** Milliseconds. A process needs at most two seconds to say what does not answer it. */
const ANSWER_WITHIN = 3_000;

const schema = z.object({
  ready: z.boolean(),
  problems: z.array(z.object({ message: z.string(), remedy: z.string().exactOptional() })),
  /** The id of its archive. */
  archive: z.string().exactOptional(),
  /** Milliseconds. */
  clockAheadBy: z.number().exactOptional(),
  version: toldSchemas.version.exactOptional(),
  temporal: toldSchemas.temporal.exactOptional(),
  keys: toldSchemas.keys.exactOptional(),
});

/** What a worker or a gateway says about itself. A process of another release may leave parts out. */
export type ProcessHealth = z.infer<typeof schema>;

/** Whether a process can be asked from here: a loopback address belongs to its own machine. */
export function isInReach({ host, address }: { host: string; address: string }): boolean {
  return host === hostname() || !/^(127\.|localhost:|\[::1\])/.test(address);
}

/**
 * Asks a process for its health. Undefined if nothing answers, or something else has its port. Silent if the time is over.
 *
 * @param address `host:port`
 */
export async function healthAt(address: string): Promise<ProcessHealth | 'silent' | undefined> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN);
  try {
    const answer = await fetch(`http://${address}/health`, { signal, redirect: 'error' });
    return schema.safeParse(await answer.json()).data;
  } catch {
    return signal.aborted ? 'silent' : undefined;
  }
}

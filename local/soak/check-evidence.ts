import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { VideoIdError } from '../../src/messages/failures.js';
import type { Outcome } from '../../src/messages/outcome.js';
import { keyOf, type Scene } from './scene.js';

const evidenceSchema = z.object({ outcome: z.object({ outcome: z.string() }), events: z.array(z.unknown()).min(1) });

/** What must be in the archive after every end. */
export async function checkEvidence({ at, role }: Scene, outcome: Outcome): Promise<string[]> {
  const file = await found(() => at.archive.openFile(keyOf(role), { kind: 'evidence' }));
  if (file === undefined) return ['there is no evidence'];
  const evidence = evidenceSchema.safeParse(await json(file.stream));
  if (!evidence.success) return ['the evidence does not say how it ended'];
  return evidence.data.outcome.outcome === outcome.outcome ? [] : ['the evidence says another end'];
}

/** What the archive returns. Undefined if there is no such file. */
export async function found<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof VideoIdError && error.code === 'DOCUMENT_NOT_FOUND') return undefined;
    throw error;
  }
}

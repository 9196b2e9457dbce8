import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { VideoIdError } from '../../src/messages/failures.js';
import type { Outcome } from '../../src/messages/outcome.js';
import type { RequestEvent } from '../../src/messages/status.js';
import { canonicalJson } from '../../src/security/canonical-json.js';
import { keyOf, type Scene } from './scene.js';

const evidenceSchema = z.object({
  outcome: z.object({
    outcome: z.string(),
    reason: z.string(),
    at: z.string(),
    cleanup: z.string(),
    actor: z.unknown(),
  }),
  events: z.array(z.object({ at: z.string(), what: z.string() })).min(1),
});

/** What must be in the archive after every end. @param events what the request says has happened */
export async function checkEvidence(
  { at, role }: Scene,
  outcome: Outcome,
  events: readonly RequestEvent[],
): Promise<string[]> {
  const file = await found(() => at.archive.openFile(keyOf(role), { kind: 'evidence' }));
  if (file === undefined) return ['there is no evidence'];
  // What happened beside the workflow, and after the end, the archive knows by itself.
  const beside = await at.archive.events(keyOf(role));
  const ofWorkflow = events.filter((event) => !beside.some((each) => each.at === event.at && each.what === event.what));
  return evidenceProblems(await json(file.stream), outcome, ofWorkflow);
}

/** The trouble over which the end was recorded leaves after it. Who shows the signer's data is noted beside the story. */
const AFTER_THE_END = new Set(['attention-left', 'identity-compared']);

/** Whether the evidence tells the whole story, and the same end as the archive. */
export function evidenceProblems(content: unknown, outcome: Outcome, events: readonly RequestEvent[]): string[] {
  const evidence = evidenceSchema.safeParse(content);
  if (!evidence.success) return ['the evidence does not say how it ended'];
  const wrong: string[] = [];
  const { outcome: said, events: told } = evidence.data;
  for (const name of ['outcome', 'reason', 'at', 'cleanup', 'actor'] as const)
    if (canonicalJson(said[name]) !== canonicalJson(outcome[name]))
      wrong.push(
        `the evidence says another ${name}: ${JSON.stringify(said[name])}, not ${JSON.stringify(outcome[name])}`,
      );
  const missing = events.filter(
    ({ at, what }) => !AFTER_THE_END.has(what) && !told.some((each) => each.at === at && each.what === what),
  );
  if (missing.length > 0) wrong.push(`the evidence lacks ${missing.map(({ what }) => what).join(', ')}`);
  return wrong;
}

/** What the archive returns. Undefined if there is no such file. */
async function found<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof VideoIdError && error.code === 'DOCUMENT_NOT_FOUND') return undefined;
    throw error;
  }
}

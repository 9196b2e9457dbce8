import type { RequestEvent } from '../../src/messages/status.js';
import { keyOf, type Scene } from './scene.js';

/** How often create was allowed, and how often people ordered it. */
export interface Rounds {
  begun: number;
  allowed: number;
}

/** Each round of create leaves a record in the archive before the call. Each round after the first needs a person's order. */
export async function roundsOf(scene: Pick<Scene, 'at' | 'role'>, events: readonly RequestEvent[]): Promise<Rounds> {
  const { role } = scene;
  let step: unknown;
  let words = 0;
  for (const { what, facts } of events) {
    if (what === 'attention') step = facts?.['step'];
    // Create of an enrolment is found again by its card, so a repeated call belongs to the same round.
    if (what === 'resolved' && facts?.['remedy'] === 'retry' && step === 'create' && role.flow === 'signature')
      words += 1;
    if (what === 'resolved' && facts?.['remedy'] === 'new-video') words += 1;
  }
  return { begun: await roundsBegun(scene), allowed: 1 + words + (role.wantsNewVideo ? 1 : 0) };
}

async function roundsBegun({ at, role }: Pick<Scene, 'at' | 'role'>): Promise<number> {
  const key = keyOf(role);
  if (role.flow === 'enrolment') return Math.max(0, ...(await at.archive.cards(key)).map(({ round }) => round));
  let begun = 0;
  for (let round = 1; round <= 20; round += 1) if (await at.archive.hasMark(key, `create-${round}`)) begun = round;
  return begun;
}

/** Billed once per round. A new round needs a person's order. */
export function checkRounds(made: readonly unknown[], rounds: Rounds): string[] {
  const wrong: string[] = [];
  if (made.length > rounds.begun)
    wrong.push(`the provider created ${made.length} requests in ${rounds.begun} rounds of create`);
  if (rounds.begun > rounds.allowed)
    wrong.push(`create was begun ${rounds.begun} times, people's orders allow ${rounds.allowed}`);
  return wrong;
}

import type { RequestEvent } from '../../src/messages/status.js';
import { keyOf, type Scene } from './scene.js';

/** How often create was allowed to happen, and how often people said that it should. */
export interface Rounds {
  begun: number;
  allowed: number;
}

/** Each round of create leaves something in the archive before the call; beyond the first each needs somebody's word. */
export async function roundsOf(scene: Pick<Scene, 'at' | 'role'>, events: readonly RequestEvent[]): Promise<Rounds> {
  const { role } = scene;
  let step: unknown;
  let words = 0;
  for (const { what, facts } of events) {
    if (what === 'attention') step = facts?.['step'];
    // An enrolment's create is found by its card: tried again it is the same round.
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

/** Billed once per round, and a round only on somebody's word. */
export function checkRounds(made: readonly unknown[], rounds: Rounds): string[] {
  const wrong: string[] = [];
  if (made.length > rounds.begun)
    wrong.push(`the provider created ${made.length} requests in ${rounds.begun} rounds of create`);
  if (rounds.begun > rounds.allowed)
    wrong.push(`create was begun ${rounds.begun} times, people's words allow ${rounds.allowed}`);
  return wrong;
}

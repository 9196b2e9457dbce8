import { setTimeout as pause } from 'node:timers/promises';
import type { Books } from './books.js';
import type { SoakInstallation } from './installation.js';
import type { Plan } from './plan.js';

/** The pause between two looks for held calls, in milliseconds. */
const RELEASE_EVERY = 2000;

/** Carries out the kills and faults of a plan at their time, one kill after the other. In the end, all trouble is removed. */
export async function makeTrouble(plan: Plan, { at, books }: { at: SoakInstallation; books: Books }): Promise<void> {
  const { provider } = at;
  const until = (moment: number): Promise<void> => pause(Math.max(0, moment - books.now));
  const killing = (async () => {
    for (const { at: moment, victim, downFor } of plan.kills) {
      await until(moment);
      books.killed(victim);
      books.did('everything', `kill ${victim}, down for ${downFor} ms`);
      const killed = await at.kill(victim);
      await pause(downFor);
      await at.up(killed);
      books.did('everything', `${victim} is back`);
    }
  })();
  const faults = plan.troubles.map(async ({ at: moment, lasts, fault }) => {
    await until(moment);
    const id = await provider.addFault(fault);
    books.did('everything', `fault ${JSON.stringify(fault)} for ${lasts} ms`);
    await pause(lasts);
    await count(id);
    await provider.removeFault(id);
  });
  const over = new AbortController();
  const releasing = (async () => {
    for (; !over.signal.aborted; await pause(RELEASE_EVERY)) {
      for (const { id, held } of await provider.faults()) if (held > 0) await provider.release(id);
    }
  })();
  await until(plan.length);
  await Promise.all([killing, ...faults]);
  over.abort();
  await releasing;
  for (const { id } of await provider.faults()) await count(id);
  await provider.clearFaults();
  books.did('everything', 'no more trouble');

  async function count(id: string): Promise<void> {
    const fault = (await provider.faults()).find((each) => each.id === id);
    if (fault !== undefined) books.met(fault.order.name, fault.hits);
  }
}

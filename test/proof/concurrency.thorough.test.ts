import { setTimeout as pause } from 'node:timers/promises';
import { AUTHORITIES, Installation } from '../installation/installation.js';
import { unlessAway } from '../installation/patience.js';
import { aSigner, People } from '../installation/people.js';
import type { SignatureView } from '../../sandbox/client/sandbox-client.js';

const REQUESTS = 50;
/** How many people act at the same moment. The requests of the others stay open. */
const AT_ONCE = 20;

let at: Installation;
beforeAll(async () => {
  at = await Installation.start({
    settings: (settings) => {
      const policy = settings['policy'] as { watch: object; steps: Record<string, object> };
      // Nobody polls within an hour. Only a hook finds a change, or a read that follows a hook.
      policy.watch = { ...policy.watch, slow: 3_600_000 };
      // A step may wait behind those of 49 others, on a machine with other work.
      for (const [name, step] of Object.entries(policy.steps))
        policy.steps[name] = { ...step, startToClose: 90_000, budget: 300_000 };
    },
  });
}, 120_000);
afterAll(() => at.close());

test('50 requests at once, their hooks doubled, late and in random order: each is created once, signed once and ends once', async () => {
  await at.provider.addFault({ name: 'duplicate', copies: 1, ms: 300 });
  await at.provider.addFault({ name: 'late', ms: 3000, jitter: 1 });
  await at.provider.addFault({ name: 'reordered', ms: 2000, probability: 0.5 });
  const signers = Array.from({ length: REQUESTS }, aSigner);
  const all = await inGroups(signers, async (signer) => ({
    people: await People.start(at, { registrationAuthority: AUTHORITIES.automatic, signer }),
    phone: signer.phone,
  }));
  const atProvider = await eventuallyAllCreated();
  await inGroups(shuffled(atProvider), ({ pk }) => at.provider.video(String(pk), 'finished'));
  const outcomes = await inGroups(shuffled(all), async ({ people, phone }) => {
    // Looks at the provider cost the worker nothing.
    const pk = String(atProvider.find((request) => request.phone === phone)?.pk);
    await eventuallyAt(pk, ({ done }) => done['upload'] === 1);
    while (!(await unlessAway(at.client.status(people.reference)))?.toAccept) await pause(500);
    await unlessAway(people.askForCode());
    await eventuallyAt(pk, ({ code }) => code !== null);
    while ((await unlessAway(at.client.status(people.reference)))?.stage !== 'code') await pause(500);
    await unlessAway(people.sign());
    return people.outcome();
  });
  expect(outcomes.filter(({ outcome, cleanup }) => outcome === 'signed' && cleanup === 'done')).toHaveLength(REQUESTS);
  expect(new Set(outcomes.map(({ reference }) => reference)).size).toBe(REQUESTS);
  const provider = await at.provider.requests();
  expect(provider).toHaveLength(REQUESTS);
  for (const { pk, status, documents, done, calls } of provider) {
    expect({ pk, status, documents, done }).toEqual({
      pk,
      status: 'ISSUED',
      documents: [],
      done: { create: 1, approve: 1, upload: 1, otp: 1, sign: 1, 'delete-document': 1 },
    });
    expect({ pk, create: calls['create']?.received, sign: calls['sign']?.received }).toEqual({
      pk,
      create: 1,
      sign: 1,
    });
  }
}, 600_000);

async function eventuallyAllCreated() {
  for (;;) {
    const requests = await at.provider.requests();
    if (requests.length >= REQUESTS) return requests;
    await pause(200);
  }
}

async function eventuallyAt(pk: string, condition: (request: SignatureView) => boolean): Promise<void> {
  while (!condition(await at.provider.request(pk))) await pause(500);
}

async function inGroups<T, R>(items: T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const left = items.entries();
  const results: R[] = [];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const [index, item] of left) results[index] = await act(item);
    }),
  );
  return results;
}

function shuffled<T>(items: T[]): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    const [one, two] = [result[last], result[other]];
    if (one !== undefined && two !== undefined) [result[last], result[other]] = [two, one];
  }
  return result;
}

import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { AttemptKey } from '../../../src/archive/archive.js';
import { childCommand, endOf, startChild } from '../children/child.js';
import { outcomeOf } from './decisions.js';
import { envelopeOf, eventsFrom } from './envelopes.js';
import { type MakePlace, TestedArchive } from './tested-archive.js';

/** Waits until nothing is under way that was told before. */
const settled = () => pause(300);

/** Those who follow a request. */
export function describeFollowing(makePlace: MakePlace): void {
  let tested: TestedArchive;
  beforeAll(async () => {
    tested = await TestedArchive.make(makePlace);
  });
  afterAll(async () => {
    await tested.close();
  });

  /** How often it was called, and a promise of the next call. */
  function follow(key: AttemptKey, archive = tested.archive) {
    let next = Promise.withResolvers<void>();
    const calls = { count: 0 };
    const leave = archive.follow(key, () => {
      calls.count += 1;
      next.resolve();
      next = Promise.withResolvers<void>();
    });
    return { calls, leave, next: () => next.promise };
  }

  it('hears of everything that changes the journal or the standing, by this process and by others', async () => {
    const key = await tested.start();
    const here = follow(key);
    const there = follow(key, await tested.open());
    await settled();
    const changes = [
      () => tested.archive.writeJournal(key, envelopeOf('r', 1, eventsFrom(1, 'a'))),
      () => tested.archive.writeJournal(key, envelopeOf('r', 2, [])),
      () => tested.archive.noteTry(key, 'r', { step: 's', code: 'TLS_FAILED', words: 'w', tries: 1 }),
      () => tested.archive.appendEvent(key, { at: '2026-01-01T00:00:00Z', what: 'link-shown' }),
      () => tested.archive.recordOutcome(key, outcomeOf(key)),
      () =>
        tested.archive.deleteRequest(key, {
          actor: { kind: 'operator', id: 'op' },
          reason: 'r',
          left: { requestPks: [], documents: [] },
        }),
    ];
    for (const change of changes) {
      const both = [here.next(), there.next()];
      await change();
      await Promise.all(both);
    }
    here.leave();
    there.leave();
  });

  it('hears nothing of other requests, and nothing after leaving', async () => {
    const [key, other] = [await tested.start(), await tested.start()];
    const followers = [follow(key), follow(key)] as const;
    const watched = follow(other);
    await settled();
    const before = followers.map(({ calls }) => calls.count);
    let told = watched.next();
    await tested.archive.writeJournal(other, envelopeOf('r', 1, []));
    await told;
    expect(followers.map(({ calls }) => calls.count)).toEqual(before);
    followers[0].leave();
    followers[0].leave();
    told = followers[1].next();
    await tested.archive.writeJournal(key, envelopeOf('r', 1, []));
    await told;
    await settled();
    expect(followers[0].calls.count).toBe(before[0]);
    followers[1].leave();
    watched.leave();
  });

  it('does not keep its process alive', async () => {
    const key = await tested.start();
    const child = startChild(childCommand('follow-and-end.ts', JSON.stringify(tested.place.settings), key.reference));
    const ended = endOf(child);
    if (child.stdout === null) throw new Error('The child has no output.');
    await once(child.stdout, 'data');
    await tested.archive.writeJournal(key, envelopeOf('r', 1, []));
    expect(await ended).toEqual({ code: 0, output: 'following\nheard\n' });
  });
}

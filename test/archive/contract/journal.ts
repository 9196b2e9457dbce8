import { requestOf } from '../../../src/archive/names.js';
import type { AttemptKey } from '../../../src/archive/archive.js';
import type { FailedTry } from '../../../src/messages/journal.js';
import { outcomeOf } from './decisions.js';
import { AT, envelopeOf, eventsFrom, IN_ATTENTION, STAND } from './envelopes.js';
import type { TestedArchive } from './tested-archive.js';

const [FIRST, SECOND, THIRD] = ['run-1', 'run-2', 'run-3'] as const;

/** The numbered events of a request, as its runs tell them. */
export function describeJournal(given: () => TestedArchive): void {
  let key: AttemptKey;
  beforeEach(async () => {
    key = await given().start();
  });
  const archive = () => given().archive;
  const told = async () => (await archive().journal(key)).map(({ number, what, run }) => [number, what, run]);
  const write = async (...envelope: Parameters<typeof envelopeOf>) =>
    await archive().writeJournal(key, envelopeOf(...envelope));

  it('has the events in the order of their coming, beside those outside the workflow', async () => {
    expect(await archive().journal(key)).toEqual([]);
    const decided = {
      at: AT,
      what: 'refused',
      actor: { kind: 'officer', id: '9' } as const,
      facts: { evidenceSeen: 'in the console', reason: 'blurred', n: 1 },
    };
    expect(await write(FIRST, 1, eventsFrom(1, 'created', decided))).toEqual({ upTo: 2, differs: [] });
    await archive().appendEvent(key, { at: AT, what: 'link-shown', channel: 'web', facts: { note: 'free' } });
    expect(await write(FIRST, 2, eventsFrom(3, 'video-seen'))).toEqual({ upTo: 3, differs: [] });
    const all = [
      { number: 1, at: AT, what: 'created', run: FIRST },
      { number: 2, ...decided, run: FIRST },
      { number: 3, at: AT, what: 'link-shown', channel: 'web', facts: { note: 'free' } },
      { number: 4, at: AT, what: 'video-seen', run: FIRST },
    ];
    expect(await archive().journal(key)).toEqual(all);
    expect(await archive().journal(key, { after: 1, limit: 2 })).toEqual(all.slice(1, 3));
    expect(await archive().journal(key, { after: 4 })).toEqual([]);
    expect((await archive().events(key)).map(({ what }) => what)).toEqual(['link-shown']);
  });

  it('keeps free words apart, so that they can be erased', async () => {
    const words = { at: AT, what: 'refused', facts: { reason: 'blurred face', code: 'bad-video' } };
    await write(FIRST, 1, eventsFrom(1, words));
    const personal = given().rows.run((db) => db.selectFrom('events').select('content').execute());
    expect((await personal).map(({ content }) => content).join(' ')).not.toContain('blurred');
    await given().rows.run((db) =>
      db.deleteFrom('personal').where('request', '=', requestOf(key)).where('what', '=', 'event-1').execute(),
    );
    expect(await write(FIRST, 1, eventsFrom(1, words))).toEqual({ upTo: 1, differs: [] });
    expect((await archive().journal(key))[0]?.facts).toEqual({ code: 'bad-video' });
  });

  it('is not changed by what is given again', async () => {
    const envelope = [FIRST, 1, eventsFrom(1, 'a', 'b')] as const;
    await write(...envelope);
    const before = await archive().journal(key);
    expect(await write(...envelope)).toEqual({ upTo: 2, differs: [] });
    expect(await write(FIRST, 1, [])).toEqual({ upTo: 2, differs: [] });
    expect(await write(FIRST, 1, eventsFrom(2, 'b'))).toEqual({ upTo: 2, differs: [] });
    expect(await archive().journal(key)).toEqual(before);
    expect(await write(FIRST, 2, eventsFrom(2, 'b', 'c'))).toEqual({ upTo: 3, differs: [] });
    expect((await told()).map(([, what]) => what)).toEqual(['a', 'b', 'c']);
  });

  it('takes nothing after a gap', async () => {
    expect(await write(FIRST, 3, eventsFrom(2, 'b'))).toEqual({ upTo: 0, differs: [] });
    await write(FIRST, 4, eventsFrom(1, 'a'));
    expect(await write(FIRST, 5, eventsFrom(3, 'c'))).toEqual({ upTo: 1, differs: [] });
    expect((await told()).map(([, what]) => what)).toEqual(['a']);
  });

  it.each([
    ['another word', eventsFrom(2, 'other')],
    ['another time', eventsFrom(2, { at: '2026-01-02T03:00:00.001Z', what: 'b' })],
    ['another fact', eventsFrom(2, { at: AT, what: 'b', facts: { n: 2 } })],
    ['other free words', eventsFrom(2, { at: AT, what: 'b', facts: { n: 1, reason: 'others' } })],
    ['free words that were not there', eventsFrom(2, { at: AT, what: 'b', facts: { n: 1, reason: 'r', note: 'n' } })],
  ])('raises an alarm if it has %s under the same number', async (_what, other) => {
    const b = { at: AT, what: 'b', facts: { n: 1, reason: 'r' } };
    await write(FIRST, 1, eventsFrom(1, 'a', b));
    for (const revision of [2, 3]) {
      expect(await write(FIRST, revision, [...other, ...eventsFrom(3, 'c')])).toEqual({ upTo: 3, differs: [2] });
    }
    expect(await told()).toEqual([
      [1, 'a', FIRST],
      [2, 'b', FIRST],
      [3, 'c', FIRST],
      [4, 'journal-differs', undefined],
    ]);
    expect((await archive().journal(key))[3]?.facts).toEqual({ run: FIRST, event: 2 });
  });

  it('does not double what a reset has copied, and goes on in the new run', async () => {
    await write(FIRST, 1, eventsFrom(1, 'a', 'b', 'c'));
    expect(await write(SECOND, 1, eventsFrom(1, 'a', 'b'), { earlier: [{ run: FIRST, upTo: 0 }] })).toEqual({
      upTo: 2,
      differs: [],
    });
    await write(SECOND, 2, eventsFrom(3, 'reset', 'd'), { earlier: [{ run: FIRST, upTo: 0 }] });
    expect(await write(SECOND, 2, eventsFrom(1, 'a', 'b', 'reset'))).toEqual({ upTo: 4, differs: [] });
    expect(await told()).toEqual([
      [1, 'a', FIRST],
      [2, 'b', FIRST],
      [3, 'c', FIRST],
      [4, 'reset', SECOND],
      [5, 'd', SECOND],
    ]);
    expect(await write(SECOND, 3, eventsFrom(2, 'other'))).toEqual({ upTo: 4, differs: [2] });
    expect(await archive().findEvent(key, SECOND, 2)).toEqual({ upTo: 4, event: 2 });
    expect(await archive().findEvent(key, SECOND, 4)).toEqual({ upTo: 4, event: 5 });
    expect(await archive().findEvent(key, SECOND, 5)).toEqual({ upTo: 4 });
    expect(await archive().findEvent(key, THIRD, 1)).toEqual({ upTo: 0 });
  });

  it('takes from a new run what follows the events that it shares with an earlier one', async () => {
    await write(FIRST, 1, eventsFrom(1, 'a', 'b', 'c'));
    const earlier = [{ run: FIRST, upTo: 2 }];
    expect(await write(SECOND, 1, eventsFrom(3, 'reset'), { earlier })).toEqual({ upTo: 3, differs: [] });
    expect((await told()).map(([, what]) => what)).toEqual(['a', 'b', 'c', 'reset']);
  });

  it('asks a new run for what it does not have of an earlier one', async () => {
    await write(FIRST, 1, eventsFrom(1, 'a'));
    const earlier = [
      { run: FIRST, upTo: 2 },
      { run: SECOND, upTo: 4 },
    ];
    expect(await write(THIRD, 1, eventsFrom(5, 'e'), { earlier })).toEqual({ upTo: 1, differs: [] });
    expect(await write(THIRD, 2, eventsFrom(2, 'b', 'c'), { earlier })).toEqual({ upTo: 3, differs: [] });
    expect((await told()).map(([, what]) => what)).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['before', [SECOND, FIRST]],
    ['after', [FIRST, SECOND, FIRST]],
  ])('knows that a run is older that was started earlier, if it comes %s the newer one', async (_when, order) => {
    const started = { [FIRST]: AT, [SECOND]: '2026-01-02T04:00:00.000Z' };
    for (const [at, run] of order.entries())
      await write(run, at + 1, [], { started: started[run], stand: run === SECOND ? IN_ATTENTION : STAND });
    expect(await archive().readStanding(key)).toMatchObject({ run: SECOND, stand: IN_ATTENTION });
  });

  it('takes the events of an older run, which change nothing else', async () => {
    await write(FIRST, 1, eventsFrom(1, 'a'));
    await write(SECOND, 1, eventsFrom(1, 'a'), { earlier: [{ run: FIRST, upTo: 1 }], stand: IN_ATTENTION });
    expect(await write(FIRST, 9, eventsFrom(2, 'z'), { stand: { ...STAND, stage: 'review' } })).toMatchObject({
      upTo: 2,
    });
    expect(await archive().readStanding(key)).toMatchObject({
      run: SECOND,
      revision: 1,
      stand: IN_ATTENTION,
      event: 2,
    });
    expect(await told()).toContainEqual([2, 'z', FIRST]);
  });

  it.each([
    ['first', [] as string[]],
    ['after an envelope that did not name it', [THIRD]],
  ])('knows an older run that comes late, if the newer one named it %s', async (_when, before) => {
    for (const run of before) await write(run, 1, []);
    if (before.length > 0) await write(FIRST, 1, []); // it looks like the newest one
    await write(THIRD, 2, [], {
      earlier: [
        { run: FIRST, upTo: 0 },
        { run: SECOND, upTo: 0 },
      ],
    });
    await write(FIRST, 7, eventsFrom(1, 'late'), { stand: IN_ATTENTION });
    await write(SECOND, 7, eventsFrom(1, 'late too'), { stand: IN_ATTENTION });
    expect(await archive().readStanding(key)).toMatchObject({ run: THIRD, revision: 2, stand: STAND });
    await write(THIRD, 3, [], { stand: IN_ATTENTION });
    expect(await archive().readStanding(key)).toMatchObject({ run: THIRD, revision: 3, stand: IN_ATTENTION });
  });

  it('follows the run that goes on, if no envelope says which one is newer', async () => {
    await write(SECOND, 1, eventsFrom(1, 'reset'));
    await write(FIRST, 1, eventsFrom(1, 'late'), { stand: IN_ATTENTION }); // it was over when the second one began
    await write(SECOND, 1, eventsFrom(1, 'reset'));
    expect(await archive().readStanding(key)).toMatchObject({ run: SECOND, revision: 1, stand: STAND });
    await write(FIRST, 1, eventsFrom(1, 'late'), { stand: IN_ATTENTION });
    await write(SECOND, 2, [], { earlier: [{ run: FIRST, upTo: 0 }] });
    await write(FIRST, 2, [], { stand: IN_ATTENTION });
    expect(await archive().readStanding(key)).toMatchObject({ run: SECOND, revision: 2, stand: STAND });
  });

  it.each([
    ['a gap within', { events: [...eventsFrom(1, 'a'), ...eventsFrom(3, 'c')] }],
    ['a number below 1', { events: eventsFrom(0, 'a') }],
    ['no time', { events: eventsFrom(1, { at: 'today', what: 'a' }) }],
    ['a stage without its name', { events: eventsFrom(1, 'stage') }],
    ['no revision', { revision: 0 }],
    ['an unknown stage', { stand: { ...STAND, stage: 'x' as 'video' } }],
  ])('refuses an envelope with %s', async (_what, wrong) => {
    await expect(archive().writeJournal(key, { ...envelopeOf(FIRST, 1, []), ...wrong })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    expect(await archive().journal(key)).toEqual([]);
  });
}

/** Where requests stand. */
export function describeStanding(given: () => TestedArchive): void {
  let key: AttemptKey;
  beforeEach(async () => {
    key = await given().start();
  });
  const archive = () => given().archive;
  const stands = async (revision: number, stand = STAND, run: string = FIRST) =>
    await archive().writeJournal(key, envelopeOf(run, revision, [], { stand }));
  const listed = async () =>
    (await archive().list({ workflowIds: [requestOf(key)] }, { limit: 1 })).map(({ stage, attention }) => [
      stage,
      attention,
    ]);
  const failed: Omit<FailedTry, 'since'> = {
    step: 'approve',
    code: 'PROVIDER_UNREACHABLE',
    words: 'refused',
    tries: 1,
  };

  it('is what the newest envelope said, and when', async () => {
    expect(await archive().readStanding(key)).toBeUndefined();
    expect(await listed()).toEqual([['creating', undefined]]);
    await archive().writeJournal(key, envelopeOf(FIRST, 1, eventsFrom(1, 'a', 'b')));
    const standing = await archive().readStanding(key);
    expect(standing).toEqual({ stand: STAND, run: FIRST, upTo: 2, revision: 1, event: 2, at: expect.any(String) });
    expect(Math.abs(Date.parse(standing?.at ?? '') - Date.now())).toBeLessThan(60_000);
    expect(await listed()).toEqual([['video', undefined]]);
    await stands(3, IN_ATTENTION);
    await stands(2, STAND);
    await stands(3, STAND);
    expect(await archive().readStanding(key)).toMatchObject({ revision: 3, stand: IN_ATTENTION });
    expect(await listed()).toEqual([['video', 'PROVIDER_UNREACHABLE']]);
    await stands(4);
    expect(await listed()).toEqual([['video', undefined]]);
  });

  it('is behind when another run goes on, until that one tells something', async () => {
    await stands(1);
    await archive().noteOver(key, 'unknown');
    expect(await archive().readStanding(key)).not.toHaveProperty('over');
    await archive().noteOver(key, FIRST);
    expect(await archive().readStanding(key)).toMatchObject({ run: FIRST, over: true });
    await stands(2, IN_ATTENTION);
    expect(await archive().readStanding(key)).toMatchObject({ revision: 1, over: true });
    await stands(1, IN_ATTENTION, SECOND);
    const standing = await archive().readStanding(key);
    expect(standing).toMatchObject({ run: SECOND, stand: IN_ATTENTION });
    expect(standing).not.toHaveProperty('over');
  });

  it('does not change after the end', async () => {
    await stands(1, IN_ATTENTION);
    await archive().recordOutcome(key, outcomeOf(key));
    expect(await listed()).toEqual([['ended', undefined]]);
    await stands(2, IN_ATTENTION);
    await archive().noteTry(key, FIRST, failed);
    expect(await listed()).toEqual([['ended', undefined]]);
    expect(await archive().readStanding(key)).toMatchObject({ revision: 1 });
  });

  it('says since when a step fails, until another one goes on', async () => {
    const approving = { ...STAND, underWay: 'approving' };
    const failing = async () => (await archive().readStanding(key))?.failing;
    await archive().noteTry(key, FIRST, failed);
    expect(await archive().readStanding(key)).toBeUndefined();
    await stands(1, approving);
    await archive().noteTry(key, FIRST, failed);
    const first = await failing();
    expect(first).toEqual({ ...failed, since: expect.any(String) });
    await archive().noteTry(key, FIRST, { ...failed, code: 'TLS_FAILED', tries: 2 });
    expect(await failing()).toEqual({ ...failed, code: 'TLS_FAILED', tries: 2, since: first?.since });
    await archive().noteTry(key, SECOND, undefined);
    expect(await failing()).toBeDefined();
    await stands(2, { ...approving, words: 'a note beside the step' });
    expect(await failing()).toBeDefined();
    await archive().noteTry(key, FIRST, undefined);
    expect(await failing()).toBeUndefined();
    await archive().noteTry(key, FIRST, failed);
    await stands(3, { ...STAND, underWay: 'uploading' });
    expect(await failing()).toBeUndefined();
    await archive().noteTry(key, FIRST, failed);
    await stands(1, approving, SECOND);
    expect(await failing()).toBeUndefined();
  });

  it('is counted: those that run, and those that need somebody', async () => {
    const before = await archive().countRunning([]);
    await stands(1, IN_ATTENTION);
    const other = await given().start();
    const over = await given().start();
    await archive().recordOutcome(over, outcomeOf(over));
    const counted = { running: before.running + 1, attention: before.attention + 1 };
    expect(await archive().countRunning([])).toEqual(counted);
    const others = [requestOf(key), requestOf(other), requestOf(over), 'signature-nobody', requestOf(other)];
    expect(await archive().countRunning(others)).toEqual({ ...counted, attention: counted.attention + 1 });
    await archive().recordOutcome(key, outcomeOf(key));
    expect(await archive().countRunning([])).toEqual({ running: before.running, attention: before.attention });
  });
}

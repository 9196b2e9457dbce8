import { StatementSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import type { RequestPk } from '../../src/messages/request.js';
import { orderOf, outcomeOf } from './contract/decisions.js';
import { problemsIn } from './contract/kills.js';
import { envelopeOf, eventsFrom, tellNews } from './contract/envelopes.js';
import { readAll } from './contract/feed.js';
import { newFolder } from './contract/places.js';
import { DAY, TestedArchive } from './contract/tested-archive.js';
import { addDocuments, recordOf, removeDirectories, textOf } from './sample-start.js';
import type { Archive, AttemptKey } from '../../src/archive/archive.js';

/** What SQLite says while another process writes. The work is repeated then. */
const BUSY = 5;
/** What changes something by itself, or ends what did. */
const CHANGES = /^(?:commit|insert|update|delete)/i;

let tested: TestedArchive;
let archive: Archive;
let key: AttemptKey;
let losing = false;
let lost = 0;

type Method = 'all' | 'run';
const methods = Object.getOwnPropertyDescriptors(StatementSync.prototype);

/** Carries a statement out, then loses its answer once. Within a transaction, the answer of the commit is lost. */
function loseOnce(method: Method): void {
  const original = methods[method].value as (...words: unknown[]) => unknown;
  let inTransaction = false;
  const losingOnes = new Set<string>();
  Reflect.set(StatementSync.prototype, method, function lossy(this: StatementSync, ...words: unknown[]): unknown {
    const answer = Reflect.apply(original, this, words);
    const sql = this.sourceSQL;
    if (/^begin/i.test(sql)) inTransaction = true;
    const ends = /^(?:commit|rollback)/i.test(sql);
    if (ends) inTransaction = false;
    if (!losing || inTransaction || !CHANGES.test(sql)) return answer;
    // Its repetition is answered.
    if (losingOnes.delete(sql)) return answer;
    losingOnes.add(sql);
    lost += 1;
    throw Object.assign(new Error('the answer is lost'), { errcode: BUSY });
  });
}

/** Does something whose answers are lost, each once. */
async function losingAnswers<T>(work: () => Promise<T>): Promise<T> {
  losing = true;
  const before = lost;
  try {
    return await work();
  } finally {
    losing = false;
    expect(lost).toBeGreaterThan(before);
  }
}

beforeAll(async () => {
  for (const method of ['all', 'run'] as const) loseOnce(method);
  tested = await TestedArchive.make(newFolder);
  ({ archive } = tested);
});
beforeEach(async () => {
  key = await tested.start();
});
afterAll(async () => {
  Object.defineProperties(StatementSync.prototype, methods);
  await tested.close();
  await removeDirectories();
});

it('a mark whose answer is lost is still that of its setter', async () => {
  expect(await losingAnswers(() => archive.mark(key, 'sign'))).toBe(true);
  expect(await losingAnswers(() => archive.mark(key, 'sign'))).toBe(false);
});

it('a mark that is removed, with the answer lost, leaves the mark that the next one sets', async () => {
  await archive.mark(key, 'code');
  await losingAnswers(async () => {
    const removed = archive.unmark(key, 'code');
    while (!(await archive.mark(key, 'code')));
    await removed;
  });
  expect(await archive.hasMark(key, 'code')).toBe(true);
});

it('numbers have no gap, and nothing is kept twice', async () => {
  await losingAnswers(async () => {
    expect(await archive.addCorrection(key, { phone: '+34600000001' })).toBe(1);
    expect(await archive.addCorrection(key, { phone: '+34600000002' })).toBe(2);
    expect(await archive.addSupplement(key, { fields: {}, documents: [] })).toBe(1);
    expect(await archive.addSupplement(key, { fields: {}, documents: [] })).toBe(2);
    await archive.noteCard(key, { round: 1, sn: 's' });
    await archive.appendEvent(key, { at: '2026-01-01T00:00:00Z', what: 'w' });
    await tellNews(archive, key, 'a');
    await tellNews(archive, key, 'b');
  });
  expect(await archive.supplements(key)).toHaveLength(2);
  expect(await archive.cards(key)).toHaveLength(1);
  expect((await archive.journal(key)).map(({ number }) => number)).toEqual([1, 2, 3]);
  expect((await readAll(archive)).map(({ position }) => position.number)).toEqual([1, 2]);
  expect(await archive.readCorrection(key, 3)).toBeUndefined();
});

it('the journal of a run has no gap, and nothing twice', async () => {
  const written = () => readAll(archive).then((all) => all.length);
  const before = await written();
  const stage = { at: '2026-01-01T00:00:00Z', what: 'stage', facts: { stage: 'review' } };
  await losingAnswers(async () => {
    for (const [at, events] of [eventsFrom(1, 'a', stage), eventsFrom(3, 'c'), eventsFrom(4, stage)].entries()) {
      const { upTo } = await archive.writeJournal(key, envelopeOf('run', at + 1, events));
      expect(upTo).toBe([2, 3, 4][at]);
    }
    await archive.noteTry(key, 'run', { step: 's', code: 'TLS_FAILED', words: 'w', tries: 1 });
    await archive.recordOutcome(key, outcomeOf(key, { cleanup: 'pending' }));
    await archive.recordOutcome(key, outcomeOf(key, { cleanup: 'done' }));
  });
  const journal = await archive.journal(key);
  expect(journal.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(journal.map(({ what }) => what)).toEqual(['a', 'stage', 'c', 'stage', 'ended', 'cleaned']);
  expect((await written()) - before).toBe(3);
});

it('what is bound, claimed and recorded is that of the first', async () => {
  const pk = '4711' as RequestPk;
  const entry = { workflowId: 'w', flow: 'signature', reference: key.reference, attempt: 1 } as const;
  const place = { namespace: 'n', namespaceId: 'i', address: 'a' };
  await losingAnswers(async () => {
    expect(await archive.bindOrder(key, 'k', orderOf('a'))).toEqual(orderOf('a'));
    expect(await archive.bindOrder(key, 'k', orderOf('b'))).toEqual(orderOf('a'));
    expect(await archive.claimPlace(key, place)).toEqual(place);
    await archive.recordOutcome(key, outcomeOf(key));
    await archive.writeIndex('sandbox', pk, entry);
  });
  expect(await archive.readOutcome(key)).toEqual(outcomeOf(key));
  expect(await archive.readIndex('sandbox', pk)).toEqual(entry);
});

it('a start whose answer is lost was created by it', async () => {
  const next = tested.newKey();
  const incoming = await archive.begin();
  await losingAnswers(async () => {
    const documents = await addDocuments(incoming, { 'a.pdf': 'A' });
    expect(await incoming.commit(recordOf(next, documents))).toBe('created');
  });
  expect(await textOf((await archive.openFile(next, { kind: 'document', index: 1 })).stream)).toBe('A');
  const other = await archive.begin();
  await losingAnswers(async () => {
    const documents = await addDocuments(other, { 'b.pdf': 'B' });
    expect(await other.commit(recordOf(next, documents))).toBe('exists');
  });
  expect(await problemsIn(tested, 1)).toEqual([]);
});

it('files that are stored, replaced, removed and swept are so once', async () => {
  const file = { kind: 'signed', index: 1 } as const;
  const store = (words: string) => archive.storeFile(key, file, Readable.from([Buffer.from(words)]));
  await losingAnswers(async () => {
    await store('first');
    await store('second');
    await archive.writeEvidence(key, { version: 1 }, { replace: false });
    await archive.writeEvidence(key, { version: 2 }, { replace: true });
  });
  expect(await textOf((await archive.openFile(key, file)).stream)).toBe('second');
  await losingAnswers(() => archive.removeFile(key, file));
  expect((await tested.intents()).map(({ state }) => state)).toEqual(['replaced', 'replaced', 'replaced']);
  await tested.age(15 * DAY);
  expect(await losingAnswers(() => archive.sweep())).toBe(3);
  expect(await tested.intents()).toEqual([]);
  expect(await problemsIn(tested, 1)).toEqual([]);
});

it('a file that is stored while a removal is repeated stays', async () => {
  const file = { kind: 'signed', index: 1 } as const;
  const store = (words: string) => archive.storeFile(key, file, Readable.from([Buffer.from(words)]));
  const isGone = () =>
    archive.locateFile(key, file).then(
      () => false,
      () => true,
    );
  for (let round = 1; round <= 20; round += 1) {
    await store('old');
    losing = true;
    const removed = archive.removeFile(key, file);
    while (!(await isGone()));
    losing = false;
    await store('new');
    await removed;
    expect(await textOf((await archive.openFile(key, file)).stream)).toBe('new');
  }
});

it('a deletion is done once', async () => {
  await archive.recordOutcome(key, outcomeOf(key));
  const first = await losingAnswers(() =>
    archive.deleteRequest(key, {
      actor: { kind: 'operator', id: 'op' },
      reason: 'asked by the signer',
      left: { requestPks: [], documents: [] },
    }),
  );
  expect(first).toMatchObject((await archive.readDeletion(key)) ?? {});
  await expect(archive.readRequest(key)).rejects.toMatchObject({ code: 'REQUEST_DELETED' });
  expect(await problemsIn(tested, 1)).toEqual([]);
});

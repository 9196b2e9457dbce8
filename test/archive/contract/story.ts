import { Readable } from 'node:stream';
import type { Archive, ArchiveFile, AttemptKey, StorableFile } from '../../../src/archive/archive.js';
import { addDocuments, keyOf, recordOf, textOf } from '../sample-start.js';
import { outcomeOf } from './decisions.js';
import { AT, envelopeOf, eventsFrom } from './envelopes.js';
import { readAll } from './feed.js';

/** The request of the story. */
export const STORY: AttemptKey = keyOf('story');

const SIGNED: StorableFile = { kind: 'signed', index: 1 };
const CONTRACT: StorableFile = { kind: 'contract' };

/**
 * Everything that may happen to requests and their files: a start, files that are new, replaced and removed, evidence, an end, a
 * deletion, a sweep.
 * It can be repeated at any time, also after it broke off anywhere.
 */
export async function tellStory(archive: Archive, key: AttemptKey = STORY): Promise<void> {
  const store = async (file: StorableFile, words: string) =>
    await archive.storeFile(key, file, Readable.from([Buffer.from(words)]));
  const start = async (given: AttemptKey) => {
    const incoming = await archive.begin();
    const documents = await addDocuments(incoming, { 'a.pdf': 'first document', 'b.pdf': 'second document' });
    await incoming.commit(recordOf(given, documents));
  };
  await start(key);
  await archive.mark(key, 'create');
  await store(CONTRACT, 'contract');
  await archive.removeFile(key, CONTRACT);
  await store(CONTRACT, 'contract again');
  await store(SIGNED, 'signed');
  await store(SIGNED, 'signed again');
  await archive.writeEvidence(key, { version: 1 }, { replace: true });
  const entered = { at: AT, what: 'stage', facts: { stage: 'archiving', note: 'words' } };
  await archive.writeJournal(key, envelopeOf('run', 1, eventsFrom(1, 'created', entered)));
  await archive.appendEvent(key, { at: AT, what: 'link-shown' }, 'link');
  await archive.writeJournal(key, envelopeOf('run', 2, eventsFrom(2, entered, 'signed')));
  await archive.recordOutcome(key, outcomeOf(key));
  const deleted = deletedIn(key);
  await start(deleted);
  if ((await archive.readDeletion(deleted)) === undefined) await archive.recordOutcome(deleted, outcomeOf(deleted));
  await archive.deleteRequest(deleted, {
    actor: { kind: 'operator', id: 'op' },
    reason: 'asked by the signer',
    left: { requestPks: [], documents: [] },
  });
  await archive.sweep();
}

const deletedIn = ({ reference }: AttemptKey) => keyOf(`${reference}-deleted`);

/** What is known of the request. After the whole story it is always the same. */
export async function endOfStory(archive: Archive, key: AttemptKey = STORY): Promise<unknown> {
  const text = async (file: ArchiveFile) => await textOf((await archive.openFile(key, file)).stream);
  return {
    names: (await archive.readRequest(key)).documents.map(({ name }) => name),
    documents: [await text({ kind: 'document', index: 1 }), await text({ kind: 'document', index: 2 })],
    marked: await archive.hasMark(key, 'create'),
    contract: await text(CONTRACT),
    signed: await text(SIGNED),
    evidence: JSON.parse(await text({ kind: 'evidence' })) as unknown,
    outcome: await archive.readOutcome(key),
    journal: (await archive.journal(key)).map(({ number, what, facts }) => ({ number, what, facts })),
    stands: await archive.readStanding(key).then((standing) => standing?.revision),
    feed: (await readAll(archive)).filter(({ entry }) => entry.reference === key.reference).map(({ entry }) => entry),
    deletion: (await archive.readDeletion(deletedIn(key)))?.reason,
  };
}

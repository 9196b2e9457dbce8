import type { Archive, ArchiveFile, AttemptKey } from '../../../src/archive/archive.js';
import { FEED_START } from '../../../src/archive/journal.js';
import type { VideoIdError } from '../../../src/messages/failures.js';
import { ENDED, type FeedEntry } from '../../../src/messages/feed.js';
import type { Flow } from '../../../src/messages/request.js';
import { textOf } from '../sample-start.js';

/** What the requests of the recorded archive may have. */
const MARKS = ['create-1', 'create-2', 'sign-1', 'given-up', 'create-SN-0001'];
const ORDERS = ['d'.repeat(64), 'e'.repeat(64)];
const PROVIDER_IDS = [
  ['sandbox', '101'],
  ['sandbox', '102'],
  ['sandbox', '103'],
  ['sandbox', '105'],
  ['sandbox-ra', '301'],
  ['sandbox', '999'],
] as const;
const FILES: ArchiveFile[] = [
  { kind: 'document', index: 1 },
  { kind: 'document', index: 2 },
  { kind: 'signed', index: 1 },
  { kind: 'signed', index: 2 },
  { kind: 'contract' },
  { kind: 'signed-contract' },
  { kind: 'declaration' },
  { kind: 'supplied', index: 1 },
  { kind: 'supplied', index: 2 },
  { kind: 'evidence' },
];

/** Everything that callers read from an archive, as the release that wrote `test/fixtures/old-archive.json` read it. */
export async function wholeArchive(archive: Archive): Promise<unknown> {
  const requests: unknown[] = [];
  for (const key of await attemptsOf(archive)) requests.push(await wholeAttempt(archive, key));
  const index: unknown[] = [];
  for (const [environment, requestPk] of PROVIDER_IDS) {
    index.push([environment, requestPk, (await archive.readIndex(environment, requestPk)) ?? null]);
  }
  const { id, notices } = archive;
  const entries = await notices.readFeed(FEED_START, 100);
  const feed = entries.map(({ position, entry }) => ({ number: position.number, entry: asThen(entry) }));
  const outages = await notices.outages();
  const whole = { id, requests, index, feed, outages, callbacks: await notices.callbacks() };
  return JSON.parse(JSON.stringify(whole));
}

/** That release did not name the request at the provider. */
function asThen(entry: FeedEntry): Partial<FeedEntry> {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => name !== 'requestPk'));
}

async function attemptsOf(archive: Archive): Promise<AttemptKey[]> {
  const keys: AttemptKey[] = [];
  const flows: Flow[] = ['signature', 'enrolment'];
  for (const flow of flows) {
    for (const reference of await archive.listReferences(flow)) {
      const latest = await archive.latestAttempt(flow, reference);
      for (let attempt = 1; attempt <= latest; attempt += 1) keys.push({ flow, reference, attempt });
    }
  }
  return keys;
}

async function wholeAttempt(archive: Archive, key: AttemptKey): Promise<unknown> {
  return {
    record: await archive.readRequest(key),
    place: await archive.readPlace(key),
    signer: await archive.readSigner(key),
    corrections: await named([1, 2, 3, 4, 5], (number) => archive.readCorrection(key, number)),
    supplements: await archive.supplements(key),
    cards: await archive.cards(key),
    sealed: await named(['pin', 'expected'], (name) => archive.readSealed(key, name)),
    orders: await named(ORDERS, (name) => archive.readOrder(key, name)),
    provider: await archive.readProvider(key),
    uploads: await archive.readUploads(key),
    marks: await named(MARKS, (name) => archive.markedAt(key, name)),
    calls: await archive.calls(key),
    refusal: await archive.readCall(key, 'refuse'),
    outcome: await archive.readOutcome(key),
    // The journal also has the end. That release had none.
    events: (await archive.events(key)).filter(({ what }) => what !== ENDED),
    files: await named(FILES.map(nameOf), (name) => contentOf(archive, key, name)),
  };
}

async function named<Name extends string | number, T>(
  names: readonly Name[],
  read: (name: Name) => Promise<T | undefined>,
): Promise<Partial<Record<string | number, T>>> {
  const all: Partial<Record<string | number, T>> = {};
  for (const name of names) {
    const value = await read(name);
    if (value !== undefined) all[name] = value;
  }
  return all;
}

function nameOf(file: ArchiveFile): string {
  return 'index' in file ? `${file.kind}-${file.index}` : file.kind;
}

async function contentOf(archive: Archive, key: AttemptKey, name: string): Promise<string | undefined> {
  const file = FILES.find((each) => nameOf(each) === name);
  if (file === undefined) return undefined;
  try {
    return await textOf((await archive.openFile(key, file)).stream);
  } catch (error) {
    if ((error as VideoIdError).code === 'DOCUMENT_NOT_FOUND') return undefined;
    throw error;
  }
}

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { KeptCall } from '../../messages/own-calls.js';
import type { Outcome } from '../../messages/outcome.js';
import type { Sealed } from '../../messages/steering.js';
import type { TemporalPlace } from '../../messages/temporal-place.js';
import type {
  ArchivedEvent,
  ArchiveFile,
  AttemptKey,
  BoundOrder,
  Correction,
  FileDigest,
  ProviderData,
  Supplement,
  TakenCard,
  Uploads,
} from '../archive.js';
import * as schemas from '../records/record-schemas.js';
import type { RequestRecord } from '../request-record.js';
import { requestRecordSchema } from '../request-record-schema.js';
import { EarlierFolder, Unreadable } from './earlier-files.js';

/** Everything that an archive of the earlier form has of one attempt. */
export interface EarlierAttempt {
  record: RequestRecord;
  place: TemporalPlace | undefined;
  corrections: ReadonlyMap<number, Correction>;
  supplements: readonly Supplement[];
  cards: readonly TakenCard[];
  sealed: ReadonlyMap<string, Sealed>;
  orders: ReadonlyMap<string, BoundOrder>;
  calls: ReadonlyMap<string, KeptCall>;
  provider: ProviderData | undefined;
  uploads: Uploads | undefined;
  /** When each was set, milliseconds since 1970. */
  marks: ReadonlyMap<string, number>;
  /** When each request of the provider was last read, milliseconds since 1970. */
  reads: ReadonlyMap<string, number>;
  events: readonly ArchivedEvent[];
  outcome: Outcome | undefined;
  files: readonly EarlierFile[];
  /** Hash over all its records, lower-case hex. */
  fingerprint: string;
  /** Paths of what is not part of an archive. */
  unknown: readonly string[];
}

/** A file as its record describes it. */
export interface EarlierFile extends FileDigest {
  file: ArchiveFile;
  /** Relative to the archive. It may contain a document's name. */
  path: string;
}

/** More corrections, supplements or cards than any attempt has. */
const MOST_NUMBERS = 10_000;

const NAMED = /^((?!\.{1,2}\.json$)[A-Za-z0-9._-]{1,64})\.json$/;
const NUMBERED = /^([1-9]\d{0,14})\.json$/;
const MARK = /^([A-Za-z0-9_-][A-Za-z0-9._-]{0,127})$/;
const CALL = /^([A-Za-z0-9_-][A-Za-z0-9._-]{0,127})\.json$/;

/** `reads` had the pause of all reads of an attempt, before each request at the provider had its own. */
const KNOWN =
  /^(request\.json|temporal\.json|documents|provider\.json|corrections|supplements|calls|cards|sealed|uploads\.json|orders|outcome\.json|events|marks|stored|reads|reads-.+)$/;

const storedSchema = z.object({
  key: z.string().regex(/^[0-9a-f]{12}$/),
  sha256: z.hash('sha256'),
  size: z.int().nonnegative(),
});

/** @param below the folder of the attempt, relative to the archive. @throws Unreadable */
export async function readEarlierAttempt(root: string, below: string, key: AttemptKey): Promise<EarlierAttempt> {
  const print = createHash('sha256');
  const folder = new EarlierFolder(root, below, print);
  const record = await readRecord(folder, key);
  await folder.keys(KNOWN);
  const attempt = {
    record,
    place: await folder.record(schemas.placeSchema, 'temporal.json'),
    corrections: await numbered(folder, schemas.correctionSchema, 'corrections'),
    supplements: await withoutGap(folder, schemas.supplementSchema, 'supplements'),
    cards: await withoutGap(folder, schemas.takenCardSchema, 'cards'),
    sealed: await folder.records(schemas.sealedRecordSchema, 'sealed', NAMED),
    orders: await folder.records(schemas.boundOrderSchema, 'orders', NAMED),
    calls: await folder.records(schemas.keptCallSchema, 'calls', CALL),
    provider: await folder.record(schemas.providerDataSchema, 'provider.json'),
    uploads: await folder.record(schemas.uploadsSchema, 'uploads.json'),
    marks: await readMarks(folder),
    reads: await readReads(folder),
    events: [...(await folder.records(schemas.archivedEventSchema, 'events')).values()],
    outcome: await readOutcome(folder, key),
    files: await readFiles(folder, record),
  };
  return { ...attempt, fingerprint: print.digest('hex'), unknown: folder.unknown };
}

async function readRecord(folder: EarlierFolder, key: AttemptKey): Promise<RequestRecord> {
  const record = await folder.record(requestRecordSchema, 'request.json');
  const path = folder.path('request.json');
  if (record === undefined) throw new Unreadable(path, 'is missing');
  const { flow, reference, attempt } = record;
  if (flow === key.flow && reference === key.reference && attempt === key.attempt) return record;
  throw new Unreadable(path, 'is that of another request');
}

async function readOutcome(folder: EarlierFolder, key: AttemptKey): Promise<Outcome | undefined> {
  const outcome = await folder.record(schemas.outcomeSchema, 'outcome.json');
  if (outcome === undefined || (outcome.reference === key.reference && outcome.attempt === key.attempt)) return outcome;
  throw new Unreadable(folder.path('outcome.json'), 'is that of another request');
}

async function numbered<T>(folder: EarlierFolder, schema: z.ZodType<T>, name: string): Promise<Map<number, T>> {
  const records = await folder.records(schema, name, NUMBERED);
  const sorted = [...records].map(([number, record]) => [Number(number), record] as const);
  sorted.sort(([one], [other]) => one - other);
  const last = sorted.at(-1)?.[0] ?? 0;
  if (last > MOST_NUMBERS) throw new Unreadable(folder.path(name, `${last}.json`), 'has too high a number');
  return new Map(sorted);
}

/** Nothing removes these, so a gap means a lost record. The records after the gap would get wrong numbers. */
async function withoutGap<T>(folder: EarlierFolder, schema: z.ZodType<T>, name: string): Promise<T[]> {
  const records = await numbered(folder, schema, name);
  [...records.keys()].forEach((number, at) => {
    if (number !== at + 1) throw new Unreadable(folder.path(name, `${at + 1}.json`), 'is missing');
  });
  return [...records.values()];
}

async function readMarks(folder: EarlierFolder): Promise<Map<string, number>> {
  const marks = new Map<string, number>();
  for (const name of (await folder.keys(MARK, 'marks')).values()) {
    const at = Date.parse((await folder.text('marks', name)) ?? '');
    if (Number.isNaN(at)) throw new Unreadable(folder.path('marks', name), 'is damaged');
    marks.set(name, at);
  }
  return marks;
}

/** `reads-<request_pk>/<time>`. The time 0 is that of no read yet. */
async function readReads(folder: EarlierFolder): Promise<Map<string, number>> {
  const reads = new Map<string, number>();
  for (const name of await folder.names()) {
    const requestPk = /^reads-(.+)$/.exec(name)?.[1];
    if (requestPk === undefined) continue;
    const times = (await folder.names(name)).map(Number).filter((time) => Number.isSafeInteger(time));
    const last = Math.max(0, ...times);
    if (last > 0) reads.set(requestPk, last);
  }
  return reads;
}

async function readFiles(folder: EarlierFolder, { documents }: RequestRecord): Promise<EarlierFile[]> {
  const files: EarlierFile[] = documents.map(({ index, name, size, sha256 }) => ({
    file: { kind: 'document', index },
    path: folder.path('documents', name),
    size,
    sha256,
  }));
  for (const name of await folder.names('stored')) {
    if (!name.endsWith('.hash.json')) continue; // the folder of a key
    const { file, place } = storedPlace(folder, name, documents);
    const stored = await folder.record(storedSchema, 'stored', name);
    if (stored === undefined) continue;
    const { key, ...digest } = stored;
    files.push({ file, path: folder.path('stored', key, place), ...digest });
  }
  return files;
}

/** Which file `stored/<file>.hash.json` describes, and where it lies below the folder of its key. */
function storedPlace(
  folder: EarlierFolder,
  record: string,
  documents: RequestRecord['documents'],
): { file: ArchiveFile; place: string } {
  const [, kind, number] = /^([a-z-]+?)(?:-([1-9]\d*))?\.hash\.json$/.exec(record) ?? [];
  const index = Number(number);
  const signed = documents[index - 1];
  if (kind === 'signed' && signed !== undefined) return { file: { kind, index }, place: join(kind, signed.name) };
  if (kind === 'supplied' && number !== undefined) return { file: { kind, index }, place: join(kind, number) };
  if (number === undefined && kind === 'contract') return { file: { kind }, place: 'contract.pdf' };
  if (number === undefined && kind === 'signed-contract') return { file: { kind }, place: 'contract-signed.pdf' };
  if (number === undefined && kind === 'declaration') return { file: { kind }, place: 'declaration.txt' };
  if (number === undefined && kind === 'evidence') return { file: { kind }, place: 'evidence.json' };
  throw new Unreadable(folder.path('stored', record), 'describes no file of the request');
}

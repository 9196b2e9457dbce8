import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Policy, StepPolicy } from '../../src/messages/policy.js';
import { workflowIdOf } from '../../src/messages/request.js';
import type { Flow } from '../../src/messages/request.js';
import type { Archive, AttemptKey, Incoming } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import type { NamedDocument, RequestRecord } from '../../src/archive/request-record.js';

const step: StepPolicy = { startToClose: 60_000, budget: 600_000, backoff: 1000, slowest: 60_000 };

const policy: Policy = {
  deadlines: { video: 1, review: 2, signing: 3 },
  watch: { gap: 10, soon: [1, 2], slow: 100, jitter: 0.2 },
  code: { coolDown: 60_000, notAcceptedLimit: 3 },
  acceptance: { maximumAge: 1 },
  sign: { settle: 1000 },
  retrieve: { filesWithin: 1000 },
  download: { maximumGrowth: 1_000_000, maximumContract: 1_000_000 },
  mayPass: [],
  verification: {
    clockTolerance: 0,
    requires: [],
    documentSigners: { others: 0, certificates: [] },
    contractSigners: { others: 0, certificates: [] },
    earlierSignatures: 'kept',
  },
  steps: {
    create: step,
    correct: step,
    complete: step,
    declare: step,
    watch: step,
    approve: step,
    refuse: step,
    upload: step,
    code: step,
    sign: step,
    retrieve: step,
    withdraw: step,
    clean: step,
    record: step,
  },
};

/** A record as the client would write it. */
export function recordOf(
  key: AttemptKey,
  documents: NamedDocument[],
  more: Partial<RequestRecord> = {},
): RequestRecord {
  return {
    version: 1,
    ...key,
    ...(key.attempt > 1 ? { previousAttempt: key.attempt - 1 } : {}),
    environment: 'sandbox',
    registrationAuthority: '12',
    profile: 'profile',
    workflowId: workflowIdOf(key),
    signer: { email: 'signer@example.com', phone: '+34600000000' },
    documents,
    reviewMode: 'manual',
    policy,
    inputHash: 'hash',
    createdAt: '2025-01-01T00:00:00.000Z',
    ...more,
  };
}

export function keyOf(reference: string, attempt = 1, flow: Flow = 'signature'): AttemptKey {
  return { flow, reference, attempt };
}

/** Adds documents by name and content. Returns them as the record needs them. */
export async function addDocuments(incoming: Incoming, contents: Record<string, string>): Promise<NamedDocument[]> {
  const documents: NamedDocument[] = [];
  for (const [name, content] of Object.entries(contents)) {
    const { size, sha256 } = await incoming.addDocument({ name }, Readable.from([Buffer.from(content)]));
    documents.push({ index: documents.length + 1, name, size, sha256 });
  }
  return documents;
}

/** A committed request with the given documents. */
export async function startedRequest(
  archive: Archive,
  key: AttemptKey,
  contents: Record<string, string> = { 'a.pdf': 'first document', 'b.pdf': 'second document' },
): Promise<void> {
  const incoming = await archive.begin();
  const documents = await addDocuments(incoming, contents);
  expect(await incoming.commit(recordOf(key, documents))).toBe('created');
}

/** A new archive in a directory of its own, removed by `removeDirectories`. */
export async function newArchive(): Promise<{ archive: Archive; directory: string }> {
  const directory = join(await newDirectory(), 'archive');
  return { directory, archive: await openArchive({ directory, reserve: 0 }, { create: true }) };
}

const directories: string[] = [];

export async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'archive-'));
  directories.push(directory);
  return directory;
}

export async function removeDirectories(): Promise<void> {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
}

/** The whole content of a stream. */
export async function textOf(stream: Readable): Promise<string> {
  return Buffer.concat(await stream.toArray()).toString('utf8');
}

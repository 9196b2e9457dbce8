import { join } from 'node:path';
import { VideoIdError } from '../messages/failures.js';
import type { ProviderSystem } from '../messages/conditions.js';
import type { Flow } from '../messages/request.js';
import type { ArchiveFile, AttemptKey } from './archive.js';

/**
 * Where things lie below the archive directory. Every part of a path is checked here, so nothing can point outside.
 *
 *     archive.json
 *     incoming/<random>…                          starts and writes in progress
 *     requests/<reference>/<attempt>/…            the signature flow
 *     enrolments/<reference>/<attempt>/…          the enrolment flow: references are unique per flow, like workflow ids
 *     index/<environment>/<request_pk>
 *     index/.callbacks/<gateway>.json            with which tokens callbacks came, as each gateway counted
 *     feed/<number>.json                          notices for the requester's systems, 1, 2, …
 *     outages/<environment>.<flow>.json           while the provider's system of that flow is out of reach
 *     processes/<kind>-<digest>.json              what a running process tells about itself
 *
 * Below an attempt: request.json, temporal.json, documents/<name>, provider.json, corrections/<number>.json, supplements/<number>.json,
 * calls/<name of the mark>.json, cards/<number>.json, sealed/<name>.json, uploads.json, orders/<digest of the idempotency key>.json,
 * outcome.json, events/<time>-<random>.json, marks/<name>, reads-<request_pk>/<time of the last read>.
 * Files that are stored after the start get a new key each time. `stored/<file>.hash.json` names the current key and its
 * hash: stored/<key>/contract.pdf, …/signed/<name>, …/contract-signed.pdf, …/supplied/<number>, …/declaration.txt, …/evidence.json.
 */
export const ARCHIVE_FILE = 'archive.json';
export const INCOMING = 'incoming';
export const INDEX = 'index';
/** Below the index. No environment has such a name. */
export const CALLBACKS = '.callbacks';
export const FEED = 'feed';
export const OUTAGES = 'outages';
export const PROCESSES = 'processes';
const FLOW_DIRECTORY: Record<Flow, string> = { signature: 'requests', enrolment: 'enrolments' };
/** A new disk may contain this. */
export const NOT_OURS_BUT_FINE: ReadonlySet<string> = new Set(['lost+found']);
export const TOP_DIRECTORIES: readonly string[] = [
  INCOMING,
  INDEX,
  FEED,
  OUTAGES,
  PROCESSES,
  ...Object.values(FLOW_DIRECTORY),
];

/** The name of a file, or of the directory of numbered files. Documents are below the attempt, others below their key. */
export const FILE_PLACE: Record<ArchiveFile['kind'], string> = {
  document: 'documents',
  signed: 'signed',
  contract: 'contract.pdf',
  declaration: 'declaration.txt',
  supplied: 'supplied',
  'signed-contract': 'contract-signed.pdf',
  evidence: 'evidence.json',
};

/** Below an attempt: the files that the archive wrote after the start. */
export const STORED = 'stored';

/** `stored/<file>.hash.json`, below the attempt. */
export function storedRecord(file: ArchiveFile): string {
  return join(STORED, `${'index' in file ? `${file.kind}-${file.index}` : file.kind}.hash.json`);
}

const NAME_64 = /^[A-Za-z0-9._-]{1,64}$/;
const MARK_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;

/** The problem with a reference, as the end of the sentence "the reference …". Undefined if there is none. */
export function referenceProblem(reference: string): string | undefined {
  if (reference === '') return 'is empty';
  if (reference.length > 64) return 'is longer than 64 characters';
  if (!NAME_64.test(reference)) return 'has characters other than A-Z a-z 0-9 . _ -';
  if (reference === '.' || reference === '..') return 'is a dot name';
  return undefined;
}

/** Whether a text can be a name below the archive. */
function isPlainName(text: string): boolean {
  return referenceProblem(text) === undefined;
}

/** `requests` or `enrolments`. */
export function flowDirectory(flow: Flow): string {
  // A flow that was read from a file or the network may be unknown.
  if (!Object.hasOwn(FLOW_DIRECTORY, flow)) throw badPart('flow', 'signature or enrolment');
  return FLOW_DIRECTORY[flow];
}

/** `requests/<reference>`. */
export function referenceDirectory(flow: Flow, reference: string): string {
  const problem = referenceProblem(reference);
  if (problem !== undefined) {
    throw new VideoIdError('BAD_REFERENCE', `The reference ${problem}.`, {
      field: 'reference',
      remedy: 'Use 1 to 64 of the characters A-Z a-z 0-9 . _ - and no personal data.',
    });
  }
  return join(flowDirectory(flow), reference);
}

/** `requests/<reference>/<attempt>`. */
export function attemptDirectory(key: AttemptKey): string {
  const parent = referenceDirectory(key.flow, key.reference);
  if (!Number.isSafeInteger(key.attempt) || key.attempt < 1) throw badPart('attempt', 'a whole number from 1');
  return join(parent, String(key.attempt));
}

/** The attempt that a directory is named after. Undefined for any other name. */
export function attemptOf(directoryName: string): number | undefined {
  return /^[1-9][0-9]{0,14}$/.test(directoryName) ? Number(directoryName) : undefined;
}

/** Below the attempt: our calls that decide something at the provider. */
export const CALLS = 'calls';

/** Checks the name of a mark. */
export function markName(name: string): string {
  if (!MARK_NAME.test(name)) throw badPart('mark', '1 to 128 of A-Z a-z 0-9 . _ -, not beginning with a dot');
  return name;
}

/** `marks/<name>`, below the attempt. */
export function markFile(name: string): string {
  return join('marks', markName(name));
}

/** `orders/<digest>.json`, below the attempt. */
export function orderFile(digest: string): string {
  if (!isPlainName(digest)) throw badPart('name', '1 to 64 of A-Z a-z 0-9 . _ -');
  return join('orders', `${digest}.json`);
}

/** `sealed/<name>.json`, below the attempt. */
export function sealedFile(name: string): string {
  if (!isPlainName(name)) throw badPart('name', '1 to 64 of A-Z a-z 0-9 . _ -');
  return `${name}.json`;
}

/** `index/<environment>`. */
export function indexDirectory(environment: string): string {
  if (!isPlainName(environment)) throw badPart('environment', '1 to 64 of A-Z a-z 0-9 . _ -');
  return join(INDEX, environment);
}

/** `outages/<environment>.<flow>.json`. */
export function outageFile({ environment, flow }: ProviderSystem): string {
  if (!isPlainName(environment)) throw badPart('environment', '1 to 64 of A-Z a-z 0-9 . _ -');
  flowDirectory(flow);
  return join(OUTAGES, `${environment}.${flow}.json`);
}

/** Whether a provider's id can be kept in the index. The provider's are numbers (§3), so this is generous. */
export function isIndexable(requestPk: string): boolean {
  return isPlainName(requestPk);
}

/** `index/<environment>/<request_pk>`. */
export function indexFile(environment: string, requestPk: string): string {
  return join(indexDirectory(environment), namePart(requestPk));
}

/** `reads-<request_pk>`, below the attempt. */
export function readsDirectory(requestPk: string): string {
  return `reads-${namePart(requestPk)}`;
}

function namePart(requestPk: string): string {
  if (!isIndexable(requestPk)) throw badPart('requestPk', '1 to 64 of A-Z a-z 0-9 . _ -');
  return requestPk;
}

function badPart(field: string, allowed: string): VideoIdError {
  return new VideoIdError('BAD_INPUT', `The ${field} cannot be used as a name in the archive.`, {
    field,
    remedy: `It must be ${allowed}.`,
  });
}

import type { PdfObject } from '../../pdf/document.js';
import type { PdfValue } from '../../pdf/syntax.js';
import { Refusal } from '../change.js';
import { entryOf, isDictionary, keysOf, type Place, type Step } from '../step.js';
import { isCertificate, isOcspResponse, isRevocationList, isTimestampToken, type IsData } from '../validation-data.js';

/** What the streams under each key must hold, in the store and in its part for one signature (ETSI EN 319 142-1, 5.4.2). */
const OF_STORE = new Map([
  ['Certs', isCertificate],
  ['OCSPs', isOcspResponse],
  ['CRLs', isRevocationList],
]);
const OF_SIGNATURE = new Map([
  ['Cert', isCertificate],
  ['OCSP', isOcspResponse],
  ['CRL', isRevocationList],
]);
const OF_STREAM = new Set(['Length', 'Filter']);
/** SHA-1 of a signature's contents. */
const SIGNATURE = /^[0-9A-Fa-f]{40}$/;

/** A document security store may be added, grow, or lose items. Items that were there before are not checked. */
export async function securityStore(step: Step, place: Place): Promise<void> {
  for (const [key, part] of await entriesAt(step, place)) {
    if (key === 'Type') continue;
    if (key === 'VRI') await signatures(step, part);
    else await streams(step, OF_STORE.get(key), part);
  }
}

/** `/VRI`: the items for each signature, by its digest. */
async function signatures(step: Step, place: Place): Promise<void> {
  for (const [key, part] of await entriesAt(step, place)) {
    if (key === 'Type') continue;
    if (part.was === undefined && !SIGNATURE.test(key)) throw new Refusal('validation material of no signature');
    await signature(step, part);
  }
}

async function signature(step: Step, place: Place): Promise<void> {
  for (const [key, part] of await entriesAt(step, place)) {
    if (key === 'Type' || key === 'TU') await step.enterAll(part, { streams: false });
    else if (key === 'TS') await stream(step, isTimestampToken, part);
    else await streams(step, OF_SIGNATURE.get(key), part);
  }
}

/** A list of streams. Each must hold what its key says. */
async function streams(step: Step, isData: IsData | undefined, place: Place): Promise<void> {
  const { value, object, was, isWritten, holder } = await step.enter(place);
  if (!isWritten) return;
  if (isData === undefined || value.kind !== 'array' || object?.streamStart !== undefined)
    throw new Refusal('a list of validation material that is not a list');
  const before = was.kind === 'array' ? was.items : [];
  for (const now of value.items) {
    const same = before.find(
      (item) => item.kind === 'reference' && now.kind === 'reference' && item.object === now.object,
    );
    await stream(step, isData, { now, was: same, holder });
  }
}

/** The stream must hold one item and nothing else, so that it is no use for anything else. */
async function stream(step: Step, isData: IsData, place: Place): Promise<void> {
  const { value, object, isWritten } = await step.enter(place);
  if (place.now?.kind === 'reference' && !isWritten) return;
  if (object === undefined || !isDictionary(value) || !(await holds(step, object, [isData])))
    throw new Refusal('validation material of an unknown kind');
}

async function holds(step: Step, object: PdfObject, kinds: readonly IsData[]): Promise<boolean> {
  const { value, streamStart } = object;
  if (streamStart === undefined || ![...keysOf(value)].every((key) => OF_STREAM.has(key))) return false;
  const content = await step.after.stream(object);
  return kinds.some((isData) => isData(content, step.after.budget));
}

/** Whether a stream is validation material of any kind. */
export function isMaterial(step: Step, object: PdfObject): Promise<boolean> {
  return holds(step, object, [isCertificate, isRevocationList, isOcspResponse, isTimestampToken]);
}

/** Whether a value is a list or a dictionary of the form that stores have. */
export function isPartOfStore(value: PdfValue): boolean {
  if (value.kind === 'array') return value.items.every(({ kind }) => kind === 'reference');
  if (!isDictionary(value)) return false;
  return [...value.entries].every(([key, item]) => {
    if (key === 'Type') return item.kind === 'name' && ['DSS', 'VRI'].includes(item.value);
    if (key === 'TU') return item.kind === 'text';
    const isKnown = key === 'VRI' || key === 'TS' || OF_STORE.has(key) || OF_SIGNATURE.has(key) || SIGNATURE.test(key);
    return isKnown && (item.kind === 'reference' || isPartOfStore(item));
  });
}

/** The entries of a dictionary as places. */
async function entriesAt(step: Step, place: Place): Promise<[string, Place][]> {
  const { value, object, was, isWritten, holder } = await step.enter(place);
  if (isDictionary(value) && object?.streamStart === undefined)
    return [...value.entries].map(([key, now]) => [key, { now, was: entryOf(was, key), holder }]);
  if (isWritten) throw new Refusal('a security store of an unknown form');
  return [];
}

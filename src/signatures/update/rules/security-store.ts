import { Refusal } from '../change.js';
import { entryOf, isDictionary, type Place, type Step } from '../step.js';
import { isCertificate, isOcspResponse, isRevocationList, isTimestampToken, type IsData } from '../validation-data.js';

/** What the streams under a key of the store, and of what belongs to one signature, must hold (ETSI EN 319 142-1, 5.4.2). */
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

/** A document security store comes along, grows, or loses what is no longer of use. What was there already is not looked at. */
export async function securityStore(step: Step, place: Place): Promise<void> {
  for (const [key, part] of await entriesAt(step, place)) {
    if (key === 'Type') continue;
    if (key === 'VRI') await signatures(step, part);
    else await streams(step, OF_STORE.get(key), part);
  }
}

/** `/VRI`: by the digest of a signature, what belongs to it. */
async function signatures(step: Step, place: Place): Promise<void> {
  for (const [key, part] of await entriesAt(step, place)) {
    if (key === 'Type') continue;
    if (part.was === undefined && !/^[0-9A-Fa-f]{40}$/.test(key))
      throw new Refusal('validation material of no signature');
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

/** A list of streams that each hold what they should. */
async function streams(step: Step, isData: IsData | undefined, place: Place): Promise<void> {
  const { value, object, was, isWritten, holder } = await step.enter(place);
  if (!isWritten) return;
  if (isData === undefined || value.kind !== 'array' || object?.streamStart !== undefined)
    throw new Refusal('a list of validation material that is none');
  const before = was.kind === 'array' ? was.items : [];
  for (const now of value.items) {
    const same = before.find(
      (item) => item.kind === 'reference' && now.kind === 'reference' && item.object === now.object,
    );
    await stream(step, isData, { now, was: same, holder });
  }
}

/** Such a thing and nothing beside it, so that a page could show no other. */
async function stream(step: Step, isData: IsData, place: Place): Promise<void> {
  const { value, object, isWritten } = await step.enter(place);
  if (place.now?.kind === 'reference' && !isWritten) return;
  if (object?.streamStart === undefined || !isDictionary(value)) throw new Refusal('validation material that is none');
  if (
    ![...value.entries.keys()].every((key) => OF_STREAM.has(key)) ||
    !isData(await step.after.stream(object), step.after.budget)
  )
    throw new Refusal('validation material that is none');
}

/** The entries of a dictionary as places. */
async function entriesAt(step: Step, place: Place): Promise<[string, Place][]> {
  const { value, object, was, isWritten, holder } = await step.enter(place);
  if (isDictionary(value) && object?.streamStart === undefined)
    return [...value.entries].map(([key, now]) => [key, { now, was: entryOf(was, key), holder }]);
  if (isWritten) throw new Refusal('a store that is none');
  return [];
}

import { Refusal } from '../change.js';
import { isDictionary, type Place, type Step } from '../step.js';

const OF_METADATA = new Set(['Type', 'Subtype', 'Length', 'Filter']);

/** The document information (ISO 32000-1, 14.3.3) may change: who worked on the file, and when. */
export async function information(step: Step): Promise<void> {
  const was = step.before.sections
    .map(({ dictionary }) => dictionary.entries.get('Info'))
    .find((value) => value !== undefined);
  const place = { now: step.after.trailer.entries.get('Info'), was };
  if (place.now === undefined) return;
  const { value, isWritten } = await step.enter(place);
  if (isWritten && place.now.kind === 'reference' && !isDictionary(value))
    throw new Refusal('document information that is not a dictionary');
  await step.enterAll(place, { streams: false });
}

/** The XMP metadata of the document (ISO 32000-1, 14.3.2) may change. */
export async function metadata(step: Step, place: Place): Promise<void> {
  const { value, object, isWritten } = await step.enter(place);
  const { now, was } = place;
  if (!isWritten && now?.kind === 'reference' && was?.kind === 'reference' && now.object === was.object) return;
  if (now?.kind !== 'reference' || object?.streamStart === undefined || !isDictionary(value))
    throw new Refusal('metadata that is not XMP');
  if (![...value.entries.keys()].every((key) => OF_METADATA.has(key))) throw new Refusal('metadata that is not XMP');
  const text = (await step.after.stream(object)).toString('latin1').replaceAll('\0', '');
  if (!/^[^<]{0,8}<[?x]/.test(text) || !text.includes('adobe:ns:meta/')) throw new Refusal('metadata that is not XMP');
}

/** `/Version` of the catalog may be raised. */
export async function version(step: Step, place: Place): Promise<void> {
  const { value, was } = await step.enter(place);
  if (value.kind !== 'name' || !/^[12]\.\d$/.test(value.value)) throw new Refusal('a version that is not a number');
  if (was.kind === 'name' && Number(was.value) > Number(value.value)) throw new Refusal('a version that is lower');
}

/** `/Extensions` of the catalog may change: it names the extensions that the file uses. */
export async function extensions(step: Step, place: Place): Promise<void> {
  await step.enterAll(place, { streams: false });
}

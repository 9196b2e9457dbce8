import { nameIn, type PdfDictionary, type PdfValue } from '../../pdf/syntax.js';
import { Refusal } from '../change.js';
import { entryOf, isDictionary, type Place, type Step } from '../step.js';
import { showsNothing } from './appearance.js';

/** The keys that a field that shows nothing may have. */
const OF_HIDDEN_FIELD = new Set('Type Subtype FT T TU F Ff H Rect P V AP AS DA DR MK Border BS'.split(' '));

/** A signature field may be added: for a document timestamp that shows nothing, or for a signature. */
export async function signatureField(step: Step, place: Place): Promise<void> {
  const { value, object } = await step.enter(place);
  if (object === undefined || !step.isNew(object.number) || !isDictionary(value) || nameIn(value, 'FT') !== 'Sig')
    throw new Refusal('a field that is not a signature field');
  await refuseKnownName(step, value);
  step.newFields.add(object.number);
  const holder = object.number;
  const isTimestamp = await signatureValue(step, { now: value.entries.get('V'), holder });
  if (isTimestamp && (await isHidden(step, value, holder))) return;
  step.raise('signing');
  if (value.entries.has('A') || value.entries.has('AA')) throw new Refusal('a field that does something');
  for (const kid of (await step.after.items(value.entries.get('Kids'))) ?? [])
    if (kid.kind === 'reference' && step.isNew(kid.object)) step.newFields.add(kid.object);
  for (const [key, now] of value.entries)
    if (key !== 'P' && key !== 'V') await step.enterAll({ now, holder }, { streams: true });
}

/** Notes the signature in a field's value. Returns whether it is a document timestamp. */
export async function signatureValue(step: Step, place: Place): Promise<boolean> {
  if (place.now === undefined) return false;
  const { value, object } = await step.enter(place);
  const written = object === undefined ? undefined : step.written.get(object.number);
  const contents = entryOf(written?.value, 'Contents');
  if (!isDictionary(value) || written?.base === undefined || !step.isNew(written.number) || contents?.kind !== 'text')
    throw new Refusal('a signature that cannot be read');
  const start = written.base + contents.start;
  const isTimestamp =
    ['DocTimeStamp', ''].includes(nameIn(value, 'Type')) && nameIn(value, 'SubFilter') === 'ETSI.RFC3161';
  (isTimestamp ? step.timestamps : step.signatures).push(start);
  await step.enterAll(place, { streams: false });
  if (isTimestamp && value.entries.has('Reference')) throw new Refusal('a timestamp that leads to something else');
  return isTimestamp;
}

/** Whether a field has no area, paints nothing and does nothing. */
export async function isHidden(step: Step, field: PdfDictionary, holder: number): Promise<boolean> {
  if (![...field.entries.keys()].every((key) => OF_HIDDEN_FIELD.has(key)) || !hasNoArea(field)) return false;
  for (const [key, now] of field.entries) {
    if (key === 'AP') await showsNothing(step, { now, holder });
    else if (key !== 'P' && key !== 'V') await step.enterAll({ now, holder }, { streams: false });
  }
  return true;
}

export function hasNoArea(field: PdfDictionary): boolean {
  const rectangle = field.entries.get('Rect');
  const [left, bottom, right, top, ...more] = rectangle?.kind === 'array' ? rectangle.items.map(numeric) : [];
  return top !== undefined && more.length === 0 && left === right && bottom === top;
}

function numeric(value: PdfValue): number | undefined {
  return value.kind === 'number' ? value.value : undefined;
}

/** Readers give fields of the same name the same value, so the name must be new. */
async function refuseKnownName(step: Step, field: PdfDictionary): Promise<void> {
  const name = await step.after.resolve(field.entries.get('T'));
  const { value: root } = await step.before.catalog();
  const known = await step.before.dictionary(root.entries.get('AcroForm'));
  for (const item of (await step.before.items(known?.entries.get('Fields'))) ?? []) {
    const other = await step.before.resolve(entryOf(await step.before.resolve(item), 'T'));
    if (name.kind !== 'text' || (other.kind === 'text' && other.value === name.value))
      throw new Refusal('a field whose name is taken');
  }
}

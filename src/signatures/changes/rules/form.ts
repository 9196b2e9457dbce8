import { Refusal } from '../change.js';
import { isSame, isSameUnder } from '../same.js';
import { entryOf, isDictionary, keysOf, type Found, type Place, type Step } from '../step.js';
import { additionsIn } from './lists.js';
import { signatureField } from './signature-field.js';

/** The keys that filling in a form may change. */
const OF_FILLING = new Set(['NeedAppearances', 'Q', 'DA', 'DR']);

/** Resources are listed by kind, then by name. */
const LEVELS_OF_RESOURCES = 2;

/** The form keeps its fields and their look. Signature fields may be added. */
export async function form(step: Step, place: Place): Promise<void> {
  const found = await step.enter(place);
  const { value, object, was, isWritten, holder } = found;
  if (!isDictionary(value)) {
    if (isWritten) throw new Refusal('a form that is not a dictionary');
    return;
  }
  if (isWritten && object?.streamStart !== undefined) throw new Refusal('a form that is not a dictionary');
  const fields = { was: entryOf(was, 'Fields'), now: entryOf(value, 'Fields'), holder };
  for (const field of await additionsIn(step, fields)) await signatureField(step, field);
  if (!isWritten) return;
  for (const key of keysOf(was, value)) {
    const part = { was: entryOf(was, key), now: entryOf(value, key), holder };
    if (key === 'Fields' || (key === 'SigFlags' && isFlags(part))) continue;
    if ((await isSameUnder(step, key, part)) || (await isResource(step, key, part, found))) continue;
    if (!OF_FILLING.has(key)) throw new Refusal(`/${key} of the form was changed`);
    step.raise('form-filling');
    await step.enterAll(part, { streams: true });
  }
}

/** The flags say that there are signatures, and that the file may only be appended to. They may be set, not cleared. */
function isFlags({ was, now }: Place): boolean {
  const [before, after] = [was?.kind === 'number' ? was.value : 0, now?.kind === 'number' ? now.value : -1];
  return after >= 0 && after <= 3 && (before & ~after) === 0;
}

/** Programs add default fonts and a default appearance to a form. They show only if readers generate appearances. */
async function isResource(step: Step, key: string, { was, now, holder }: Place, { value }: Found): Promise<boolean> {
  const makes = await step.after.resolve(entryOf(value, 'NeedAppearances'));
  if (makes.kind === 'word' && makes.value === 'true') return false;
  if (key === 'NeedAppearances') return was === undefined;
  if (key === 'DA') return was === undefined && now?.kind === 'text';
  return key === 'DR' && grows(step, { was, now, holder }, LEVELS_OF_RESOURCES);
}

/** Existing entries stay. A timestamp may add fonts that are not embedded; only a signature may add anything else. */
async function grows(step: Step, place: Place, levels: number): Promise<boolean> {
  const { value, object, was, holder } = await step.enter(place);
  if (!isDictionary(value) || object?.streamStart !== undefined) return false;
  for (const name of keysOf(was, value)) {
    const part = { was: entryOf(was, name), now: entryOf(value, name), holder };
    if (await isSame(step, part)) continue;
    if (part.was === undefined || name === 'ProcSet') {
      if (await step.enterAll(part, { streams: true })) step.raise('signing');
    } else if (levels === 1 || !(await grows(step, part, levels - 1))) return false;
  }
  return true;
}

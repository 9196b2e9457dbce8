import { Refusal } from '../change.js';
import { entryOf, isDictionary, type Place, type Step } from '../step.js';

const OF_APPEARANCE = new Set('Type Subtype FormType BBox Matrix Resources Length Filter'.split(' '));
/** Comments, save and restore, transformations, marked content, and forms, which are checked too. */
const PAINTS_NOTHING =
  /^(?:%[^\r\n]*(?:[\r\n]|$)|[\0\t\n\f\r ]|[qQ](?=[\s\0]|$)|(?:[-+.\d]+[\s\0]+){6}cm(?=[\s\0]|$)|\/[\w.]+[\s\0]+Do(?=[\s\0]|$)|\/Tx[\s\0]+BMC(?=[\s\0]|$)|EMC(?=[\s\0]|$))*$/;
const DEEPEST = 8;

/** Checks that an appearance (ISO 32000-1, 12.5.5) paints nothing. Throws `Refusal` otherwise. */
export async function showsNothing(step: Step, place: Place, depth = 0): Promise<void> {
  const { value, object, holder } = await step.enter(place);
  if (!isDictionary(value) || depth > DEEPEST) throw new Refusal('an appearance that may show something');
  if (object?.streamStart === undefined) {
    for (const now of value.entries.values()) await showsNothing(step, { now, holder }, depth + 1);
    return;
  }
  if (!step.isNew(object.number) || ![...value.entries.keys()].every((key) => OF_APPEARANCE.has(key)))
    throw new Refusal('an appearance that may show something');
  if (!PAINTS_NOTHING.test((await step.after.stream(object)).toString('latin1')))
    throw new Refusal('an appearance that shows something');
  await resources(step, { now: value.entries.get('Resources'), holder }, depth + 1);
  for (const key of ['BBox', 'Matrix'])
    await step.enterAll({ now: value.entries.get(key), holder }, { streams: false });
}

async function resources(step: Step, place: Place, depth: number): Promise<void> {
  const { value, holder } = await step.enter(place);
  for (const [key, now] of isDictionary(value) ? value.entries : []) {
    if (key !== 'XObject') {
      await step.enterAll({ now, holder }, { streams: false });
      continue;
    }
    const forms = await step.enter({ now, holder });
    for (const name of isDictionary(forms.value) ? forms.value.entries.keys() : [])
      await showsNothing(step, { now: entryOf(forms.value, name), holder: forms.holder }, depth + 1);
  }
}

import { fieldsOf, type FormField } from '../../pdf/form-fields.js';
import { isNull } from '../../pdf/document.js';
import { Refusal } from '../change.js';
import { isSameUnder } from '../same.js';
import { entryOf, isDictionary, keysOf, type Step } from '../step.js';
import { isHidden, signatureValue } from './signature-field.js';

/** The keys that filling in a field may change (ISO 32000-1, 12.7.3 and 12.5.2): value, appearance and flags. */
const OF_VALUE = new Set('V AP AS F Ff DA Q MK Type'.split(' '));

/** Existing fields may be filled in: with a signature if there was none, or with other values. */
export async function fieldValues(step: Step): Promise<void> {
  if (step.unexplained.length === 0) return;
  const fields = new Map<number, FormField>();
  for await (const field of fieldsOf(step.before)) if (field.number !== undefined) fields.set(field.number, field);
  for (const { number } of step.unexplained) {
    const field = fields.get(number);
    if (field !== undefined) await filled(step, number, field);
  }
}

async function filled(step: Step, number: number, { dictionary: was, type, isWidget }: FormField): Promise<void> {
  const now = (await step.after.object(number))?.value;
  if (now === undefined || !isDictionary(now) || was.repeatedKeys) throw new Refusal('a field that was replaced');
  const changed: string[] = [];
  for (const key of keysOf(was, now)) {
    const place = { was: entryOf(was, key), now: entryOf(now, key), holder: number };
    if (await isSameUnder(step, key, place)) continue;
    if (!OF_VALUE.has(key)) throw new Refusal(`/${key} of a field was changed`);
    changed.push(key);
    if (key !== 'V' || type !== 'Sig') await step.enterAll(place, { streams: true });
  }
  step.explain(number);
  if (changed.length === 0) return;
  if (type !== 'Sig') return step.raise('form-filling');
  const isSigned = !isNull(await step.before.get(was, 'V'));
  if (isSigned || (!changed.includes('V') && !isWidget)) throw new Refusal('a signature that was changed');
  const isTimestamp =
    changed.includes('V') && (await signatureValue(step, { now: now.entries.get('V'), holder: number }));
  if (!isTimestamp || changed.length > 1 || !(await isHidden(step, now, number))) step.raise('signing');
}

import { isWhole, nameIn } from '../../pdf/syntax.js';
import { Refusal } from '../change.js';
import { isUnchanged } from '../same.js';
import { isDictionary, type Step } from '../step.js';

/** Cross-reference streams, and object streams, whose objects are checked by themselves, may be added. */
export async function containers(step: Step): Promise<void> {
  for (const { number, value, streamStart } of step.unexplained) {
    const type = isDictionary(value) && streamStart !== undefined ? nameIn(value, 'Type') : '';
    if (['ObjStm', 'XRef'].includes(type) && step.isNew(number)) step.explain(number);
  }
}

/** The length of a stream may be an object of its own. */
export async function lengths(step: Step): Promise<void> {
  for (const { value, streamStart } of step.written.values()) {
    const now = isDictionary(value) && streamStart !== undefined ? value.entries.get('Length') : undefined;
    if (now?.kind !== 'reference' || !step.written.has(now.object)) continue;
    const length = await step.after.resolve(now);
    if (!step.isNew(now.object) || !isWhole(length)) throw new Refusal('a length that is not a number');
    step.explain(now.object);
  }
}

/** Objects may be written again unchanged. */
export async function unchangedObjects(step: Step): Promise<void> {
  for (const { number } of step.unexplained)
    if (!step.isNew(number) && (await isUnchanged(step, number))) step.explain(number);
}

import { nameIn } from '../../pdf/syntax.js';
import { Refusal } from '../change.js';
import { isSameUnder } from '../same.js';
import { entryOf, isDictionary, keysOf, type Place, type Step } from '../step.js';
import { additionsIn } from './lists.js';

/** Pages keep what they show. Widgets of added signature fields may join their annotations. */
export async function pages(step: Step): Promise<void> {
  for (const { number } of step.unexplained) {
    const [was, now] = [await step.before.object(number), await step.after.object(number)];
    if (was === undefined || now === undefined) continue;
    if (isDictionary(was.value) && nameIn(was.value, 'Type') === 'Page') {
      if (!isDictionary(now.value) || was.value.repeatedKeys)
        throw new Refusal('a page that readers may read in two ways');
      for (const key of keysOf(was.value, now.value)) {
        const place = { was: entryOf(was.value, key), now: entryOf(now.value, key), holder: number };
        if (key === 'Annots') await annotations(step, place);
        else if (!(await isSameUnder(step, key, place))) throw new Refusal(`/${key} of a page was changed`);
      }
      step.explain(number);
    } else if (was.value.kind === 'array') await listOfOnePage(step, number);
  }
}

/** A list of annotations that is an object of its own, and belongs to one page that was not written again. */
async function listOfOnePage(step: Step, number: number): Promise<void> {
  const [page, ...more] = step.referrers(number);
  const holder = page === undefined || more.length > 0 ? undefined : await step.before.object(page);
  const list = entryOf(holder?.value, 'Annots');
  if (holder === undefined || step.written.has(holder.number) || list?.kind !== 'reference' || list.object !== number)
    return;
  await annotations(step, { was: list, now: list, holder: holder.number });
}

async function annotations(step: Step, place: Place): Promise<void> {
  for (const { now } of await additionsIn(step, place))
    if (now?.kind !== 'reference' || !step.newFields.has(now.object)) throw new Refusal('an added annotation');
}

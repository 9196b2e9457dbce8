import { Refusal } from '../change.js';
import { isSameUnder } from '../same.js';
import { entryOf, keysOf, type Place, type Step } from '../step.js';
import { extensions, metadata, version } from './file-data.js';
import { form } from './form.js';
import { securityStore } from './security-store.js';

/** The keys of a catalog that may change, and the rule for each. */
const OF_CATALOG = new Map<string, (step: Step, place: Place) => Promise<void>>([
  ['DSS', securityStore],
  ['Extensions', extensions],
  ['Version', version],
  ['Metadata', metadata],
  ['AcroForm', form],
]);

/** Everything else in the catalog stays: pages, names, outlines, actions, optional content, attachments. */
export async function catalog(step: Step): Promise<void> {
  const [was, now] = [await step.before.catalog(), await step.after.catalog()];
  if (was.value.repeatedKeys) throw new Refusal('a catalog that readers may read in two ways');
  // Some programs write the catalog under a new number.
  if (was.number !== now.number && !step.isNew(now.number)) throw new Refusal('another catalog');
  const isWritten = step.written.has(now.number);
  for (const key of keysOf(was.value, now.value)) {
    const place = { was: entryOf(was.value, key), now: entryOf(now.value, key), holder: now.number };
    const rule = OF_CATALOG.get(key);
    if (rule !== undefined && place.now !== undefined) await rule(step, place);
    else if (isWritten && !(await isSameUnder(step, key, place)))
      throw new Refusal(`/${key} of the catalog was changed`);
  }
  if (isWritten) step.explain(now.number);
}

import { nameIn, type PdfValue } from '../../pdf/syntax.js';
import { isDictionary, type Step } from '../step.js';
import { isMaterial, isPartOfStore } from './security-store.js';
import { hasNoArea, isHidden } from './signature-field.js';

/** Programs write objects that nothing leads to. They are allowed if a reader that uses them anyway could show nothing. */
export async function unusedObjects(step: Step): Promise<void> {
  for (const { number, value, streamStart } of step.unexplained) {
    const object = step.isNew(number) ? await step.after.object(number) : undefined;
    if (object === undefined) continue;
    const isUnused =
      streamStart === undefined
        ? isPartOfStore(value) || isFont(value) || (await isWidget(step, number, value))
        : await isMaterial(step, object);
    if (isUnused) step.explain(number);
  }
}

function isFont(value: PdfValue): boolean {
  return (
    isDictionary(value) &&
    nameIn(value, 'Type') === 'Font' &&
    [...value.entries.values()].every(({ kind }) => kind === 'name')
  );
}

/** iText merges a field with its widget, and also writes the widget apart. */
async function isWidget(step: Step, number: number, value: PdfValue): Promise<boolean> {
  if (!isDictionary(value) || nameIn(value, 'Subtype') !== 'Widget' || value.entries.has('V')) return false;
  return hasNoArea(value) && isHidden(step, value, number);
}

import type { PdfValue } from '../../pdf/syntax.js';
import { Refusal } from '../change.js';
import { isSame } from '../same.js';
import type { Place, Step } from '../step.js';

/** What was added to a list. The earlier items must stay, in their order. Throws `Refusal`. */
export async function additionsIn(step: Step, place: Place): Promise<Place[]> {
  const { value, was, isWritten, holder } = await step.enter(place);
  if (!isWritten) return [];
  const before: readonly PdfValue[] = was.kind === 'array' ? was.items : [];
  const after: readonly PdfValue[] = value.kind === 'array' ? value.items : [];
  const additions: Place[] = [];
  let kept = 0;
  for (const now of after) {
    const item = before[kept];
    if (item !== undefined && (await isKept(step, item, now, holder))) kept += 1;
    else additions.push({ now, holder });
  }
  if (kept < before.length) throw new Refusal('a list that lost an item');
  return additions;
}

async function isKept(step: Step, was: PdfValue, now: PdfValue, holder: number | undefined): Promise<boolean> {
  if (was.kind === 'reference')
    return now.kind === 'reference' && now.object === was.object && now.generation === was.generation;
  return now.kind !== 'reference' && isSame(step, { was, now, holder });
}

import { isNull, type PdfObject } from '../pdf/document.js';
import { entryOf, keysOf, type Place, type Step } from './step.js';

const DEEPEST = 64;

/**
 * Whether a place means the same before and after. References with the same number count as the same here: if the update wrote that
 * object, it is compared by itself. An object that means the same in another form or place is explained.
 */
export async function isSame(step: Step, place: Place, depth = 0): Promise<boolean> {
  const { was, now } = place;
  if (was?.kind === 'reference' && now?.kind === 'reference' && was.object === now.object)
    return was.generation === now.generation;
  if (depth > DEEPEST) return false;
  if (was?.kind !== 'reference' && now?.kind !== 'reference') return isSameValue(step, place, depth);
  const before = was?.kind === 'reference' ? await step.before.referred(was) : undefined;
  const found = await step.enter(place);
  if (
    (before?.streamStart ?? found.object?.streamStart) !== undefined &&
    !(await isSameStream(step, before, found.object))
  )
    return false;
  return isSameValue(step, { was: found.was, now: found.value, holder: found.holder }, depth);
}

/** Whether the value under a key of a dictionary means the same. */
export async function isSameUnder(step: Step, key: string, place: Place, depth = 0): Promise<boolean> {
  return isSameText(key, place) || isSame(step, place, depth);
}

/** Whether an object that was written again means the same as before. */
export async function isUnchanged(step: Step, number: number): Promise<boolean> {
  const [before, after] = [await step.before.object(number), await step.after.object(number)];
  if (before === undefined || after === undefined || before.generation !== after.generation) return false;
  if ((before.streamStart ?? after.streamStart) !== undefined && !(await isSameStream(step, before, after)))
    return false;
  return isSameValue(step, { was: before.value, now: after.value, holder: number }, 0);
}

async function isSameValue(step: Step, { was, now, holder }: Place, depth: number): Promise<boolean> {
  if (was === undefined || isNull(was)) return now === undefined || isNull(now);
  if (now === undefined) return false;
  if (was.kind === 'array' && now.kind === 'array') {
    if (was.items.length !== now.items.length) return false;
    for (const [index, item] of now.items.entries())
      if (!(await isSame(step, { was: was.items[index], now: item, holder }, depth + 1))) return false;
    return true;
  }
  if (was.kind === 'dictionary' && now.kind === 'dictionary') {
    if (was.repeatedKeys || now.repeatedKeys) return false;
    for (const key of keysOf(was, now)) {
      const part = { was: entryOf(was, key), now: entryOf(now, key), holder };
      if (!(await isSameUnder(step, key, part, depth + 1))) return false;
    }
    return true;
  }
  if ('value' in was && 'value' in now) return was.kind === now.kind && was.value === now.value;
  return false;
}

async function isSameStream(step: Step, before: PdfObject | undefined, after: PdfObject | undefined): Promise<boolean> {
  if (before?.streamStart === undefined || after?.streamStart === undefined) return false;
  const [was, now] = [await step.before.streamPlace(before), await step.after.streamPlace(after)];
  if (was.start === now.start && was.end === now.end) return true;
  const length = was.end - was.start;
  if (length !== now.end - now.start) return false;
  step.after.budget.take('parsedBytes', 2 * length);
  const { file } = step.after;
  return (await file.read(was.start, length)).equals(await file.read(now.start, length));
}

/** Keys whose text readers do not use literally. */
const OTHER_THAN_TEXT = new Set(['URI', 'DA']);
const UTF_16 = /^\xfe\xff(?:\0[ -~])*$/;

/** Whether two texts of plain letters are equal, with one byte or two bytes per letter (ISO 32000-1, 7.9.2.2). */
function isSameText(key: string, { was, now }: Place): boolean {
  if (was?.kind !== 'text' || now?.kind !== 'text' || OTHER_THAN_TEXT.has(key)) return false;
  return plain(was.value) === plain(now.value);
}

function plain(text: string): string {
  return UTF_16.test(text) ? text.slice(2).replaceAll('\0', '') : text;
}

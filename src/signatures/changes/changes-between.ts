import type { Budget } from '../pdf/budget.js';
import { PdfDocument } from '../pdf/document.js';
import type { FileBytes } from '../pdf/file-bytes.js';
import { PdfStructureError } from '../pdf/structure-error.js';
import { nameIn, PdfSyntaxError } from '../pdf/syntax.js';
import { type Change, EXPLAINED, Refusal } from './change.js';
import { isXref, refuseOtherWays, type Revision } from './cross-references.js';
import { readUpdates } from './layout.js';
import { objectsWithin } from './object-streams.js';
import { POLICY } from './policy.js';
import { References } from './references.js';
import { Step } from './step.js';
import type { Update, WrittenObject } from './written-object.js';

/** For each update, all cross-references of the file are read. */
const MOST_UPDATES = 100;

/**
 * What changed between two revisions of a file, each given by the position where it ends. For each update between them, the document is
 * read before and after it, and a rule of the policy must explain every object that the update wrote.
 *
 * Throws `TooComplexError` when the file exceeds its budget, and Node's errors.
 */
export async function changesBetween(file: FileBytes, from: number, to: number, budget: Budget): Promise<Change> {
  if (from === to) return { kind: 'nothing' };
  try {
    return await explained(file, from, to, budget);
  } catch (error) {
    if (error instanceof Refusal || error instanceof PdfStructureError || error instanceof PdfSyntaxError)
      return { kind: 'something-else', why: error.message };
    throw error;
  }
}

async function explained(file: FileBytes, from: number, to: number, budget: Budget): Promise<Change> {
  const revisions = await readRevisions(file, from, to, budget);
  const [first] = revisions;
  if (first === undefined) throw new Refusal('no update');
  const references = await References.in(first.before);
  let kind = 0;
  const additions = { timestamps: [] as number[], signatures: [] as number[] };
  for (const revision of revisions) {
    const step = new Step(revision, references);
    for (const rule of POLICY) await rule(step);
    const [left] = step.unexplained;
    if (left !== undefined) throw new Refusal(`object ${left.number}, which no rule explains`);
    for (const object of revision.written.values()) if (!isXref(object)) references.note(object);
    kind = Math.max(kind, EXPLAINED.indexOf(step.kind));
    additions.timestamps.push(...step.timestamps);
    additions.signatures.push(...step.signatures);
  }
  references.keep(revisions.at(-1)?.after ?? first.after);
  return { kind: EXPLAINED[kind] ?? 'form-filling', ...additions };
}

async function readRevisions(file: FileBytes, from: number, to: number, budget: Budget): Promise<Revision[]> {
  const updates = await readUpdates(file, from, to, budget);
  if (updates.length > MOST_UPDATES) throw new Refusal('too many updates');
  const revisions: Revision[] = [];
  let before = await PdfDocument.open(file, { end: from, budget });
  if (before.isEncrypted) throw new Refusal('encryption');
  for (const [index, update] of updates.entries()) {
    // White space after the last end belongs to the update: readers must find that end.
    const end = index === updates.length - 1 ? to : update.end;
    const after = await PdfDocument.open(file, { end, budget });
    const revision = { before, after, update, ...(await objectsOf(update, after)) };
    await refuseOtherWays(revision);
    revisions.push(revision);
    before = after;
  }
  return revisions;
}

async function objectsOf(update: Update, after: PdfDocument): Promise<Pick<Revision, 'written' | 'within'>> {
  const written = new Map<number, WrittenObject>();
  const within = new Map<number, readonly number[]>();
  const keep = (object: WrittenObject) => {
    if (written.has(object.number)) throw new Refusal(`object ${object.number} that was written twice`);
    written.set(object.number, object);
  };
  for (const object of update.objects) {
    const { number, value, streamStart } = object;
    keep(object);
    if (value.kind !== 'dictionary' || streamStart === undefined || nameIn(value, 'Type') !== 'ObjStm') continue;
    const container = await after.object(number);
    if (container === undefined) throw new Refusal('an object stream that no cross-reference lists');
    const objects = objectsWithin(value, await after.stream(container), after.budget);
    objects.forEach(keep);
    within.set(
      number,
      objects.map((one) => one.number),
    );
  }
  return { written, within };
}

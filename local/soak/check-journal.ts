import type { JournalEntry } from '../../src/messages/journal.js';
import type { RequestEvent } from '../../src/messages/status.js';
import { canonicalJson } from '../../src/security/canonical-json.js';

/** What may happen in a request while its end is being recorded. Who looks at the signer's data is noted beside the story. */
const AFTER_THE_END = new Set(['identity-compared']);

/**
 * Whether the journal says what the history says: every event of the run once, in its order, under numbers without a gap. Events of
 * earlier runs, from before a reset, are there too.
 *
 * @param replayed the events of the run that ended, from a replay of its history
 */
export function journalProblems(journal: readonly JournalEntry[], replayed: readonly RequestEvent[]): string[] {
  const wrong: string[] = [];
  const gap = journal.find(({ number }, place) => number !== place + 1);
  if (gap !== undefined) wrong.push(`the journal has the number ${gap.number} in the wrong place`);
  const told = journal.filter(({ run }) => run !== undefined);
  const runs = new Set(told.map(({ run }) => run));
  const texts = told.map(textOf);
  let place = -1;
  for (const [at, event] of replayed.entries()) {
    const found = texts.indexOf(textOf(event), place + 1);
    if (found === -1) {
      const rest = replayed.slice(at);
      if (!rest.every(({ what }) => AFTER_THE_END.has(what)))
        wrong.push(`the journal lacks, or has in another place: ${rest.map(({ what }) => what).join(', ')}`);
      break;
    }
    if (runs.size === 1 && found !== place + 1)
      wrong.push(`the journal has more than the history before ${event.what}`);
    place = found;
  }
  if (runs.size === 1 && place !== texts.length - 1) wrong.push('the journal has more than the history at its end');
  const alarm = journal.find(({ what }) => what === 'journal-differs');
  if (alarm !== undefined) wrong.push(`the archive had another event under a number: ${JSON.stringify(alarm.facts)}`);
  return wrong;
}

function textOf({ at, what, actor, facts }: RequestEvent): string {
  return canonicalJson({ at, what, actor: actor ?? {}, facts: facts ?? {} });
}

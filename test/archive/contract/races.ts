import { Readable } from 'node:stream';
import type { Archive, AttemptKey } from '../../../src/archive/archive.js';
import type { RequestPk } from '../../../src/messages/request.js';
import { addDocuments, keyOf, recordOf } from '../sample-start.js';
import { orderOf, outcomeOf } from './decisions.js';
import { envelopeOf, eventsFrom, tellNews } from './envelopes.js';

/** What one contestant does, and its answers. All do the same at the same moment. */
type Race = (archive: Archive, who: number) => Promise<unknown[]>;

/** The request that they do it to. */
export const RACED: AttemptKey = keyOf('raced');

const AT = '2026-01-01T00:00:00.000Z';
const YEAR = 365 * 86_400_000;

async function times(count: number, work: (turn: number) => Promise<unknown>): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (let turn = 0; turn < count; turn += 1) answers.push(await work(turn));
  return answers;
}

/** The code of a refusal, or the answer. */
async function answerOf(doing: Promise<unknown>): Promise<unknown> {
  return await doing.then(
    (answer) => answer ?? 'done',
    (error: unknown) => (typeof error === 'object' && error !== null && 'code' in error ? error.code : String(error)),
  );
}

const toldBy = (run: string, number: number) => ({
  at: AT,
  what: number % 2 === 0 ? 'deadline-near' : 'done',
  facts: { stage: 'video', deadline: AT, run, number },
});

export const RACES = {
  marks: (archive, _who) => times(10, (turn) => archive.mark(RACED, `sign-${turn}`)),
  corrections: (archive, _who) => times(10, () => archive.addCorrection(RACED, { phone: '+34600000001' })),
  supplements: (archive, _who) => times(5, () => archive.addSupplement(RACED, { fields: {}, documents: [] })),
  cards: (archive, who) => times(5, (turn) => archive.noteCard(RACED, { round: 1, sn: `${who}-${turn}` })),
  events: (archive, who) =>
    times(10, (turn) => archive.appendEvent(RACED, { at: AT, what: 'w', facts: { id: `${who}-${turn}` } })),
  orders: (archive, who) => times(5, (turn) => archive.bindOrder(RACED, `key-${turn}`, orderOf(String(who)))),
  places: async (archive, who) => [
    await archive.claimPlace(RACED, { namespace: 'n', namespaceId: String(who), address: 'a' }),
  ],
  outcomes: async (archive, who) => [
    await answerOf(archive.recordOutcome(RACED, outcomeOf(RACED, { note: `${who}` }))),
  ],
  reads: (archive, _who) => times(5, (turn) => archive.touchRead(RACED, String(turn + 1) as RequestPk, YEAR)),
  ids: async (archive, who) =>
    await times(5, (turn) =>
      answerOf(
        archive.writeIndex('raced', `${turn + 1}` as RequestPk, {
          workflowId: `signature-r${who}`,
          flow: 'signature',
          reference: `r${who}`,
          attempt: 1,
        }),
      ),
    ),
  starts: (archive, who) =>
    times(5, async (turn) => {
      const key = keyOf(`start-${turn}`);
      const incoming = await archive.begin();
      const documents = await addDocuments(incoming, { [`${who}-1.pdf`]: `${who}`, [`${who}-2.pdf`]: `${who}${who}` });
      return await incoming.commit(recordOf(key, documents, { profile: `${who}` }));
    }),
  files: (archive, who) =>
    times(3, (turn) =>
      archive.storeFile(RACED, { kind: 'contract' }, Readable.from([Buffer.alloc(200_000, `${who}${turn}`)])),
    ),
  feed: (archive, who) => times(12, (turn) => tellNews(archive, RACED, `${who}-${turn}`)),
  /** Each has four writers. All write into one journal, as runs of their own. The news of half of their events are in the feed. */
  journals: async (archive, who) => {
    const writers = Array.from({ length: 4 }, async (_, at) => {
      const run = `run-${who}-${at}`;
      let upTo = 0;
      for (let revision = 1; upTo < 8; revision += 1) {
        const events = eventsFrom(upTo + 1, toldBy(run, upTo + 1), toldBy(run, upTo + 2));
        ({ upTo } = await archive.writeJournal(RACED, envelopeOf(run, revision, events)));
      }
      return run;
    });
    return await Promise.all(writers);
  },
  sweeps: async (archive, _who) => [await archive.sweep()],
} satisfies Record<string, Race>;

export type RaceName = keyof typeof RACES;

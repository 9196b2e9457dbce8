import * as fc from 'fast-check';
import type { Archive, AttemptKey } from '../../../src/archive/archive.js';
import { requestOf } from '../../../src/archive/names.js';
import type { Acknowledged, Envelope, RunEvent } from '../../../src/messages/journal.js';
import { AT, STAND } from './envelopes.js';

/** The most events in an envelope of the model. */
const AT_ONCE = 3;

/** A run of a request. It keeps giving what is not acknowledged. */
interface ModelRun {
  name: string;
  events: RunEvent[];
  revision: number;
  /** What it was answered, also in the history that it shares with earlier runs. */
  acknowledged: Acknowledged[];
}

/** Something that may happen, in any order. Numbers choose among what is there. */
export type Step =
  | { what: 'happens'; run: number; news: boolean }
  | { what: 'gives'; run: number; lost: boolean }
  /** An envelope from before comes again, or late. */
  | { what: 'again'; envelope: number }
  | { what: 'reset'; to: number }
  | { what: 'outside' }
  | { what: 'tries'; run: number };

const number = fc.nat({ max: 1000 });
/** Most of it is what happens all the time. */
export const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ what: fc.constant('happens' as const), run: number, news: fc.boolean() }) },
    { weight: 5, arbitrary: fc.record({ what: fc.constant('gives' as const), run: number, lost: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('again' as const), envelope: number }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('reset' as const), to: number }) },
    { weight: 1, arbitrary: fc.constant({ what: 'outside' as const }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('tries' as const), run: number }) },
  ),
  { minLength: 1, maxLength: 25 },
);

/** The runs of one request, as Temporal would run them: one after each reset, and the earlier ones may go on for a while. */
export class ModelRequest {
  readonly key: AttemptKey;
  readonly runs: ModelRun[] = [];
  /** Ids of the events outside the workflow. */
  readonly outside: string[] = [];
  /** Runs that a later one has named as those that it continues. */
  readonly named = new Set<string>();
  /** What the archive said that differs. */
  readonly differs: number[] = [];
  readonly #given: Envelope[] = [];
  #ids = 0;

  constructor(key: AttemptKey) {
    this.key = key;
    this.runs.push({ name: `${requestOf(key)}-run-1`, events: [], revision: 1, acknowledged: [] });
  }

  async carryOut(archive: Archive, step: Step): Promise<void> {
    switch (step.what) {
      case 'happens':
        this.#happens(this.#run(step.run), step.news);
        return;
      case 'gives':
        await this.#gives(archive, this.#run(step.run), step.lost);
        return;
      case 'again': {
        const envelope = this.#given[step.envelope % Math.max(1, this.#given.length)];
        if (envelope !== undefined) await this.#write(archive, envelope);
        return;
      }
      case 'reset':
        this.#reset(step.to);
        return;
      case 'outside': {
        const id = this.#newId();
        await archive.appendEvent(this.key, { at: AT, what: 'shown', facts: { id } });
        this.outside.push(id);
        return;
      }
      case 'tries':
        await archive.noteTry(this.key, this.#run(step.run).name, {
          step: 's',
          code: 'TLS_FAILED',
          words: 'w',
          tries: 1,
        });
    }
  }

  /** Every run gives what the archive does not have. */
  async finish(archive: Archive): Promise<void> {
    for (const run of this.runs) {
      do await this.#gives(archive, run, false);
      while (acknowledgedOf(run) < run.events.length);
    }
  }

  get newest(): ModelRun {
    return this.#run(this.runs.length - 1);
  }

  /** The ids of the events of each run. */
  ids(): string[][] {
    return this.runs.map(({ events }) => events.map(({ facts }) => String(facts?.['id'])));
  }

  /** The ids of those that are news. */
  news(): string[] {
    const news = this.runs.flatMap(({ events }) => events.filter(({ what }) => what === 'deadline-near'));
    return [...new Set(news.map(({ facts }) => String(facts?.['deadline'])))].toSorted();
  }

  #run(which: number): ModelRun {
    const run = this.runs[which % this.runs.length];
    if (run === undefined) throw new Error('There is no run.');
    return run;
  }

  #newId(): string {
    this.#ids += 1;
    return `${this.#ids}`;
  }

  #happens(run: ModelRun, news: boolean, what = 'done'): void {
    const id = this.#newId();
    // The time is another one for each.
    const deadline = new Date(Date.parse(AT) + this.#ids).toISOString();
    const facts = news ? { id, stage: 'video', deadline } : { id, note: `words ${id}` };
    run.events.push({ number: run.events.length + 1, at: AT, what: news ? 'deadline-near' : what, facts });
    run.revision += 1;
  }

  #reset(to: number): void {
    const from = this.newest;
    const kept = to % (from.events.length + 1);
    const run = {
      name: `${requestOf(this.key)}-run-${this.runs.length + 1}`,
      events: from.events.slice(0, kept),
      revision: 1,
      acknowledged: from.acknowledged.filter(({ upTo }) => upTo <= kept),
    };
    this.runs.push(run);
    this.#happens(run, false, 'reset');
  }

  async #gives(archive: Archive, run: ModelRun, lost: boolean): Promise<void> {
    const { name, revision } = run;
    const after = acknowledgedOf(run);
    const earlier = new Map(run.acknowledged.filter((each) => each.run !== name).map((each) => [each.run, each.upTo]));
    const envelope: Envelope = {
      run: name,
      started: AT,
      ...(earlier.size > 0 && { earlier: [...earlier].map(([each, upTo]) => ({ run: each, upTo })) }),
      revision,
      after,
      events: run.events.slice(after, after + AT_ONCE),
      stand: { ...STAND, words: `${name} ${revision}` },
    };
    this.#given.push(envelope);
    const upTo = await this.#write(archive, envelope);
    if (!lost) run.acknowledged.push({ run: name, upTo });
  }

  async #write(archive: Archive, envelope: Envelope): Promise<number> {
    for (const { run } of envelope.earlier ?? []) this.named.add(run);
    const { upTo, differs } = await archive.writeJournal(this.key, envelope);
    this.differs.push(...differs);
    return upTo;
  }
}

function acknowledgedOf({ acknowledged }: ModelRun): number {
  return acknowledged.at(-1)?.upTo ?? 0;
}

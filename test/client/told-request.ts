import { randomUUID } from 'node:crypto';
import type { Archive, AttemptKey } from '../../src/archive/archive.js';
import type { RequestRecord } from '../../src/archive/request-record.js';
import type { RunEvent, Stand } from '../../src/messages/journal.js';
import { keyOf, recordOf } from '../archive/sample-start.js';

export const AT = '2026-01-02T03:00:00.000Z';

/** Where a request stands while an officer must decide. */
export const IN_REVIEW: Stand = {
  stage: 'review',
  words: 'waiting for the decision',
  since: AT,
  endsBy: ['an officer approves or refuses'],
  verbs: ['approve', 'refuse', 'cancel'],
  provider: { requestPk: '101', status: 'VIDEOREVIEW', readAt: AT },
  code: { notAccepted: 0 },
};

/** A request in an archive, and a run that tells its journal, as a worker does. */
export class ToldRequest {
  readonly run = randomUUID();
  #revision = 0;
  #told = 0;
  stand: Stand = IN_REVIEW;

  private constructor(
    readonly archive: Archive,
    readonly record: RequestRecord,
  ) {}

  static async begin(archive: Archive, reference: string, more: Partial<RequestRecord> = {}): Promise<ToldRequest> {
    const record = recordOf(keyOf(reference), [], { registrationAuthority: '139', ...more });
    await (await archive.begin()).commit(record);
    return new ToldRequest(archive, record);
  }

  /** A request that somebody has started. */
  static async of(archive: Archive, key: AttemptKey): Promise<ToldRequest> {
    return new ToldRequest(archive, await archive.readRequest(key));
  }

  get key(): AttemptKey {
    const { flow, reference, attempt } = this.record;
    return { flow, reference, attempt };
  }

  /** How many events the run has told. */
  get told(): number {
    return this.#told;
  }

  /** Writes events, and where it stands now. */
  async tell(stand: Partial<Stand>, ...happened: (string | Omit<RunEvent, 'number' | 'at'>)[]): Promise<void> {
    this.stand = { ...this.stand, ...stand };
    const after = this.#told;
    const events = happened.map((each) => ({
      number: (this.#told += 1),
      at: AT,
      ...(typeof each === 'string' ? { what: each } : each),
    }));
    this.#revision += 1;
    const { run, stand: now } = this;
    await this.archive.writeJournal(this.key, {
      run,
      started: AT,
      revision: this.#revision,
      after,
      events,
      stand: now,
    });
  }

  /** It is entered, and an event says so. */
  async enter(stage: Stand['stage'], more: Partial<Stand> = {}): Promise<void> {
    await this.tell({ stage, words: `in ${stage}`, ...more }, { what: 'stage', facts: { stage } });
  }

  async end(): Promise<void> {
    const { reference, attempt } = this.record;
    await this.archive.recordOutcome(this.key, {
      outcome: 'cancelled',
      reference,
      attempt,
      reason: 'for-the-test',
      actor: { kind: 'operator' },
      at: AT,
      cleanup: 'none',
      documents: [],
      durations: {},
    });
  }
}

import type { Client } from '@temporalio/client';
import type { Archive, BoundOrder } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import type { Config } from '../../config/schema.js';
import { defined } from '../../messages/defined.js';
import { type FailureCode, VideoIdError } from '../../messages/failures.js';
import type { Standing, Told } from '../../messages/journal.js';
import type { Flow } from '../../messages/request.js';
import type { RequestStatus } from '../../messages/status.js';
import type { Answers, OrderName, Orders } from '../../messages/verbs.js';
import { canonicalJson } from '../../security/canonical-json.js';
import type { Fingerprints } from '../../security/fingerprints.js';
import type { TemporalClock } from '../../temporal/clock.js';
import type { OwnPlace } from '../../temporal/own-place.js';
import { attemptOf, attemptOrdered, flowOf } from './attempts.js';
import { hasEnded, outcomeOf } from './ending.js';
import { ClientKeys } from './keys.js';
import { assertOwnArchive } from './own-archive.js';
import { unlessInTemporal } from './not-recorded.js';
import { checkedUpdateId, keyReused, orderName } from './order-key.js';
import { type Beside, besideRows } from './beside.js';
import { lookUntil } from './look-until.js';
import { recordedStatus } from './status.js';
import { type CallOptions, Refused, RequestClosed, update } from './updates.js';
import { assertHere } from './whereabouts.js';

export type { AttemptOption } from './attempts.js';
export { attemptNames } from './attempt-names.js';
export { assertNoneDeleted, isDeleted } from './attempts.js';
export { findExecution, hasEnded, outcomeOf, refusalOf } from './ending.js';
export { loadSigning } from './keys.js';
export { isThere, lostFiles } from './lost-files.js';
export {
  findRecorded,
  OUTCOME_FROM_TEMPORAL,
  type Recorded,
  type RecordedOptions,
  type RecordedRequest,
} from './recorded.js';
export { type Archived, findRevived, isRunning, type Revived } from './revived.js';
export { checkedUpdateId, keyReused, orderName } from './order-key.js';
export { assertOwnArchive } from './own-archive.js';
export { servedQueues } from './task-queues.js';
export type { CallOptions } from './updates.js';
export { assertHere, assertHereNow, claimHere } from './whereabouts.js';
export type { Beside } from './beside.js';
export { allListed, listPositionOf } from './all-listed.js';
export { Bell } from './bell.js';
export { eventOf } from './entry-event.js';
export { lookUntil } from './look-until.js';
export { failureOf, presentStatus, type Recorded as RecordedStatus, recordedStatus } from './status.js';

/** One order of a person to one request. */
export interface Order<Answer> {
  /** The Update's name, or the verb's where there is none. */
  verb: string;
  /** The order in clear text, as JSON, to recognise a repeated order. Only a keyed fingerprint of it is stored. */
  given: object;
  options: CallOptions;
  /** Whether the order is for a request that has ended. */
  afterEnd?: boolean;
  /** Checks that do not depend on the request. An order that was accepted before is not checked again. */
  check?: () => Promise<void> | void;
  /** Data of the order that goes into the archive. */
  brings?: {
    /** Returns its number. */
    add: () => Promise<number>;
    /** Removes it if the request refuses the order. */
    drop?: (number: number) => Promise<void>;
  };
  /** Asks the request. Runs again if the order is repeated before there was an answer. */
  carryOut: (call: CallOptions & { updateId: string }, number: number) => Promise<Answer>;
}

/** These answers to a sent code are final. Temporal knows which other refusals are final. */
const SETTLED = new Set<FailureCode>(['CODE_NOT_ACCEPTED', 'CODE_SPENT']);

/** An answer, and which event of the journal it is. */
export type Noted<Answer> = Answer & {
  /** The number of the newest event that the request had told when it answered. */
  event?: number;
  /** The archive does not have it yet, so the next status may be older than the answer. */
  behind?: true;
};

/** Milliseconds. The order is carried out. Only its number is waited for. */
const NOTED_WITHIN = 2_000;

/** Milliseconds to find out why a reference is not in the archive. Nothing depends on it. */
const NOT_THERE_WITHIN = 2_000;

/** Access to recorded and running requests of both flows. Every verb uses it. */
export class RequestAccess {
  readonly config: Config;
  readonly archive: Archive;
  readonly client: Client;
  readonly clock: TemporalClock;
  /** The Temporal of this process. */
  readonly temporal: OwnPlace;
  readonly keys: ClientKeys;
  readonly #fingerprints: Fingerprints;
  /** Whether a reference without a flow is looked up in both. */
  readonly #findsFlow: boolean;

  constructor(place: {
    config: Config;
    archive: Archive;
    client: Client;
    clock: TemporalClock;
    temporal: OwnPlace;
    fingerprints: Fingerprints;
    findsFlow: boolean;
  }) {
    this.config = place.config;
    this.archive = place.archive;
    this.client = place.client;
    this.clock = place.clock;
    this.temporal = place.temporal;
    this.keys = new ClientKeys(place.config.keys);
    this.#fingerprints = place.fingerprints;
    this.#findsFlow = place.findsFlow;
  }

  /**
   * The attempt that the caller means: the latest, or the one for which an order with this id was given.
   *
   * @throws VideoIdError REQUEST_ELSEWHERE
   */
  async record(reference: string, options: CallOptions): Promise<RequestRecord> {
    return await this.#timed(async () => {
      const record = await this.#found(reference, options);
      await assertHere(this, record);
      return record;
    });
  }

  /** The same, wherever the request runs. @throws VideoIdError REQUEST_NOT_FOUND, which says whether Temporal knows the request */
  async recordAnywhere(reference: string, options: CallOptions): Promise<RequestRecord> {
    return await this.#timed(() => this.#found(reference, options));
  }

  /** Work beside which Temporal's clock is asked for: both may wait for a Temporal that is away. */
  async #timed<T>(work: () => Promise<T>): Promise<T> {
    const [result] = await Promise.all([work(), this.clock.refresh(this.client)]);
    return result;
  }

  /** The flow that the caller means. @throws VideoIdError BAD_INPUT if both have the reference; BAD_REFERENCE */
  async flow(reference: string, flow: Flow | undefined): Promise<Flow> {
    return flow ?? (this.#findsFlow ? await flowOf(this.archive, reference) : 'signature');
  }

  async #found(reference: string, { flow, attempt, updateId }: CallOptions): Promise<RequestRecord> {
    const meant = await this.flow(reference, flow);
    const record = await attemptOf(this.archive, meant, reference, attempt).catch(async (error: unknown) => {
      if (!(error instanceof VideoIdError) || error.code !== 'REQUEST_NOT_FOUND') throw error;
      const lacking = { reference, flow: this.#findsFlow ? flow : meant, attempt };
      // Another archive does not have it, or an older copy.
      const asked = [unlessInTemporal(this, lacking, error), assertOwnArchive(this, NOT_THERE_WITHIN)] as const;
      throw (await Promise.all(asked))[0];
    });
    return attempt === undefined ? await attemptOrdered(this.archive, record, updateId) : record;
  }

  /** Where the request stands, as the archive says it. No worker and no Temporal is asked. */
  async status(record: RequestRecord): Promise<RequestStatus> {
    return (await recordedStatus(this.archive, record)).status;
  }

  /**
   * What Temporal says beside the archive, if it answers in time.
   *
   * @param until milliseconds since 1970
   * @throws VideoIdError REQUEST_NOT_FOUND, REQUEST_ENDED, START_REFUSED, REQUEST_ELSEWHERE
   */
  async beside(record: RequestRecord, until: number): Promise<Beside> {
    return await besideRows(this, record, until);
  }

  /**
   * Carries an order out once for its key. A repeated order gets the same answer, or waits for it. The same key with other input
   * or another verb is refused. While the order runs, Temporal joins repeated ones by the Update's id.
   *
   * @throws VideoIdError IDEMPOTENCY_KEY_REUSED; REQUEST_ENDED for what was not ordered before the end; what `check` and
   *   `carryOut` throw
   */
  async once<Answer>(record: RequestRecord, order: Order<Answer>): Promise<Answer> {
    const { archive } = this;
    const updateId = checkedUpdateId(order.options.updateId);
    const name = orderName(updateId);
    const bound = await this.#bound(record, name, order);
    if (bound.settled !== undefined) return settledAnswer(bound.settled) as Answer; // of the same verb
    const known = bound.number !== undefined;
    const taken = order.brings === undefined || known ? bound : { ...bound, number: await order.brings.add() };
    if (taken !== bound) await archive.noteOrder(record, name, taken);
    const settle = async (settled: Exclude<BoundOrder['settled'], undefined>): Promise<void> => {
      try {
        await archive.noteOrder(record, name, { ...taken, settled });
      } catch (error) {
        // The order is done. Temporal keeps the answer as long as the request.
        if (!(error instanceof VideoIdError)) throw error;
      }
    };
    try {
      const answer = await order.carryOut({ ...order.options, updateId }, taken.number ?? 0);
      await settle(defined({ answer }));
      return answer;
    } catch (error) {
      if (!(error instanceof VideoIdError)) throw error;
      if (SETTLED.has(error.code)) await settle({ failure: error.toJSON() });
      // After the end, a new attempt may use the same number.
      const notTaken = error.code === 'NOT_NOW' || (error.code === 'REQUEST_ENDED' && !known);
      if (notTaken && taken.number !== undefined && order.brings?.drop !== undefined) {
        const { number, ...without } = taken;
        await archive.noteOrder(record, name, without);
        await order.brings.drop(number);
      }
      throw error;
    }
  }

  /** The archive's record of the order with this key. Made now if there is none. */
  async #bound<Answer>(record: RequestRecord, name: string, order: Order<Answer>): Promise<BoundOrder> {
    const text = canonicalJson({ workflow: record.workflowId, verb: order.verb, given: order.given });
    let bound = await this.archive.readOrder(record, name);
    if (bound === undefined) {
      const outcome = order.afterEnd === true ? undefined : await this.archive.readOutcome(record);
      if (outcome !== undefined) throw hasEnded(outcome);
      await order.check?.();
      const wanted = { verb: order.verb, ...this.#fingerprints.of(text), at: this.archive.time() };
      bound = await this.archive.bindOrder(record, name, wanted);
    }
    if (bound.verb !== order.verb || !this.#fingerprints.matches(bound, text)) throw keyReused(bound);
    return bound;
  }

  /**
   * Puts the number of an order's event into its answer, as soon as the archive has it. Whoever then asks for that number gets a status
   * that is at least so new.
   */
  async noted<Answer extends object>(
    record: RequestRecord,
    answered: Answer & { told?: Told },
  ): Promise<Noted<Answer>> {
    const { told, ...rest } = answered;
    const answer = rest as unknown as Answer;
    if (told === undefined) return answer; // of an earlier release
    const look = async () => (await this.archive.findEvent(record, told.run, told.number)).event;
    const event = await lookUntil(this.archive, record, look, { within: NOTED_WITHIN });
    return { ...answer, ...(event === undefined ? { behind: true } : { event }) };
  }

  /**
   * Waits a moment until another run of the request says where it stands, so that whoever looks next does not see the run before.
   *
   * @param before where the run before stood
   */
  async begunAnew(record: RequestRecord, before: Standing | undefined): Promise<void> {
    const look = async () => {
      const standing = await this.archive.readStanding(record);
      return standing?.run === before?.run ? undefined : true;
    };
    await lookUntil(this.archive, record, look, { within: NOTED_WITHIN });
  }

  /**
   * Sends an order to the running request, as the Update of that name, and waits for the answer.
   *
   * @throws VideoIdError as `update` does; REQUEST_ENDED; STILL_RUNNING if the request was reset meanwhile
   */
  async ask<Name extends OrderName>(
    record: RequestRecord,
    name: Name,
    argument: Orders[Name],
    options: CallOptions,
  ): Promise<Answers[Name] & { told?: Told }> {
    const { workflowId } = record;
    const { taskQueue } = this.config.temporal;
    const sign = await this.keys.signing();
    try {
      return await update(this.client, { workflowId, taskQueue, name, argument, sign, options });
    } catch (error) {
      if (error instanceof Refused) {
        await this.noted(record, { told: error.told }); // whoever looks next sees why
        throw error.failure;
      }
      if (!(error instanceof RequestClosed)) throw error;
      throw await this.#endedOrReset(record, options);
    }
  }

  /** An Update gets no answer if the request ends or is reset. After a reset Temporal repeats the Update. */
  async #endedOrReset(record: RequestRecord, { updateId }: CallOptions): Promise<VideoIdError> {
    try {
      return hasEnded(await outcomeOf(this, record, false));
    } catch (error) {
      if (!(error instanceof VideoIdError) || error.code !== 'REQUEST_NOT_ENDED') throw error;
      return new VideoIdError('STILL_RUNNING', 'The request was reset meanwhile. The order is repeated.', {
        remedy: 'See the status of the request. If the order was not carried out, give it again.',
        ...(updateId === undefined ? {} : { facts: { updateId } }),
      });
    }
  }
}

function settledAnswer(settled: Exclude<BoundOrder['settled'], undefined>): unknown {
  if (!('failure' in settled)) return settled.answer;
  const { code, message, ...more } = settled.failure;
  throw new VideoIdError(code, message, more);
}

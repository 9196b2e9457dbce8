import type { RequestRecord } from '../../archive/request-record.js';
import { environmentSettings } from '../../config/authorities.js';
import { defined } from '../../messages/defined.js';
import type { FeedEntry } from '../../messages/feed.js';
import type { Outcome } from '../../messages/outcome.js';
import type { RequestStatus } from '../../messages/status.js';
import {
  type AttemptOption,
  assertOwnArchive,
  findRecorded,
  findRevived,
  outcomeOf,
  type Recorded,
  type RecordedOptions,
  type RequestAccess,
  type Revived,
  watchStatus,
} from '../running/access.js';
import type { RemedyCommand } from '../commands.js';
import { withCallbacks } from './callbacks.js';
import { type Condition, conditionsOf } from './conditions.js';
import { readFeed } from './feed.js';
import { listOf, type RequestPage } from './list.js';
import type { DeletedOptions, ListOptions } from './list-options.js';
import type { Why } from './cause.js';
import { commandPlace } from './command-place.js';
import { whyDeleted } from './deleted.js';
import { type DeletionPage, deletionsOf } from './deletions.js';
import { type OtherQueue, otherQueues } from './other-queue.js';
import { pendingWork } from './pending-work.js';
import { remediesOf } from './running.js';
import { seenHere, withNextRead } from './seen-here.js';
import { TEMPORAL_WITHIN, whyOf } from './why.js';

export type { Condition } from './conditions.js';
export type { Misplaced, NotKnown, RequestSummary } from './in-temporal.js';
export type { RequestPage } from './list.js';
export type { DeletionPage } from './deletions.js';
export type { DeletedOptions, ListOptions } from './list-options.js';
export type { NotRecorded } from './searched.js';
export type { OtherQueue } from './other-queue.js';
export type { Why } from './cause.js';

/** How the archive and Temporal differ about requests. */
export interface Differences {
  recorded: Recorded;
  revived: Revived[];
  /** The task queues in which recorded requests wait in vain. */
  queues: OtherQueue[];
}

/** The questions about requests. They change nothing. */
export function lookVerbs(access: RequestAccess) {
  const { archive, client, config } = access;
  const seen = async (record: RequestRecord, within?: number, signal?: AbortSignal) => {
    const { status, description } = await access.standing(record, within, signal);
    const pending = description === undefined ? { steps: [] } : await pendingWork(client, description);
    const seenStatus = status.stage === 'ended' ? status : seenHere(config, record, status, pending);
    return { status: { ...seenStatus, ...defined({ metadata: record.metadata }) }, pending };
  };
  return {
    /**
     * Where a request stands, why it waits, what ends the wait, and what a person can do now.
     *
     * @throws VideoIdError WORKER_AWAY, WORKER_BUSY
     */
    async status(
      reference: string,
      options: AttemptOption & { within?: number | undefined } = {},
    ): Promise<RequestStatus> {
      const record = await access.record(reference, options);
      const { status, pending } = await seen(record, options.within);
      return await withCallbacks(withNextRead(status, pending), archive, record);
    },

    /**
     * The status now and after every change, until the end or the signal. Reads every `every` milliseconds, 1000 if left out.
     *
     * @throws VideoIdError as `status` does; the caller may watch again
     */
    async *watch(
      reference: string,
      options: AttemptOption & { every?: number | undefined; signal?: AbortSignal | undefined } = {},
    ): AsyncGenerator<RequestStatus, void> {
      const record = await access.record(reference, options);
      const { every = 1000, signal } = options;
      yield* watchStatus(async (until) => (await seen(record, undefined, until)).status, { every, signal });
    },

    /**
     * Why a request waits: the cause, since when, what was tried, what ends the wait, and which commands help. The request reads
     * the provider first, if it can, so this may take two seconds longer. Works also for ended and deleted requests, and without a
     * worker.
     *
     * @throws VideoIdError TEMPORAL_UNREACHABLE
     */
    async why(reference: string, options: AttemptOption = {}): Promise<Why> {
      const until = Date.now() + TEMPORAL_WITHIN;
      let record: RequestRecord;
      try {
        record = await access.record(reference, options);
      } catch (error) {
        return await whyDeleted(access, reference, options, error);
      }
      return await whyOf(access, record, until);
    },

    /** Temporal's clock, milliseconds since 1970. All times here are by it, and this machine's clock may differ. */
    async now(): Promise<number> {
      await access.clock.refresh(client);
      return access.clock.now();
    },

    /** The commands with which a person can go on from where the request stands. The same as those of `why`. */
    async remedies(status: RequestStatus): Promise<RemedyCommand[]> {
      const { reference, flow, attempt, stage } = status;
      const record = await access.record(reference, { flow, attempt });
      if (stage === 'ended') return (await whyOf(access, record)).remedies;
      return remediesOf(record, status, await commandPlace(access, record));
    },

    /**
     * How a request ended.
     *
     * @param options.wait until it ends, however long that takes
     * @param options.signal ends a wait. The call then throws the signal's reason
     * @throws VideoIdError REQUEST_NOT_ENDED, REQUEST_ENDED (ended from outside, without an outcome)
     */
    async outcome(
      reference: string,
      options: AttemptOption & { wait?: boolean | undefined; signal?: AbortSignal | undefined } = {},
    ): Promise<Outcome> {
      const { wait = false, signal } = options;
      return await outcomeOf(access, await access.record(reference, options), wait, signal);
    },

    /** The provider environment of a request. @throws VideoIdError BAD_SETTING if the settings no longer have it */
    async environment(
      reference: string,
      options: AttemptOption = {},
    ): Promise<{ name: string; env: 'sandbox' | 'prod' }> {
      const { environment: name } = await access.record(reference, options);
      return { name, env: environmentSettings(config, name).env };
    },

    /**
     * A page of the requests in the archive, the newest first. While others are added, none is missed and none comes twice. Stage and
     * attention come from Temporal. If it is away, they are left out, and `unknown` says so. Whoever asks for a stage, attention, a
     * code or an officer then gets TEMPORAL_UNREACHABLE.
     *
     * @throws VideoIdError BAD_INPUT, BAD_EMAIL, BAD_PHONE, UNKNOWN_OFFICER, ARCHIVE_NOT_SHARED
     */
    async list(options: ListOptions = {}): Promise<RequestPage> {
      return await listOf(access, options);
    },

    /**
     * The attempts that were deleted, the last deletion first. `why` of an attempt says why.
     *
     * @throws VideoIdError BAD_INPUT, ARCHIVE_NOT_SHARED
     */
    async deletions(options: DeletedOptions = {}): Promise<DeletionPage> {
      return await deletionsOf(access, options);
    },

    /**
     * The requests that the archive has, that have not ended, and that this Temporal does not run.
     *
     * @throws VideoIdError BAD_INPUT, TEMPORAL_UNREACHABLE
     */
    async recorded(options: RecordedOptions = {}): Promise<Recorded> {
      return await findRecorded(access, options);
    },

    /**
     * How the archive and this Temporal differ about requests: what does not run and should, what runs and should not, and what waits in
     * a task queue that no worker serves.
     *
     * @throws VideoIdError ARCHIVE_NOT_SHARED, TEMPORAL_UNREACHABLE
     */
    async differences(options: RecordedOptions = {}): Promise<Differences> {
      await assertOwnArchive(access); // another one would have none of the requests that run
      const recorded = await findRecorded(access, options);
      return { recorded, revived: await findRevived(access), queues: await otherQueues(access, recorded.requests) };
    },

    /**
     * The reasons why many requests wait: every Optimizer that is out of reach, since when, and how many requests wait for it; and
     * callbacks that come with a wrong token.
     *
     * @throws VideoIdError TEMPORAL_UNREACHABLE
     */
    async conditions(): Promise<Condition[]> {
      return await conditionsOf(access);
    },

    /**
     * Events for the requester's systems, in order: deadlines that are near, and videos finished after the end. Pass `next` as
     * `after` in the next call. An entry may come twice, with the same `id`.
     *
     * @throws VideoIdError BAD_INPUT
     */
    async feed(
      options: { after?: string | undefined; limit?: number | undefined } = {},
    ): Promise<{ entries: (FeedEntry & { cursor: string })[]; next: string }> {
      return await readFeed(archive, options);
    },
  };
}

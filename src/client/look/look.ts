import type { RequestRecord } from '../../archive/request-record.js';
import { environmentSettings } from '../../config/authorities.js';
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
} from '../running/access.js';
import type { RemedyCommand } from '../commands.js';
import { type Condition, conditionsOf } from './conditions.js';
import { readFeed } from './feed.js';
import { listOf, type RequestPage } from './list.js';
import type { DeletedOptions, ListOptions } from './list-options.js';
import type { Why } from './cause.js';
import { commandPlace } from './command-place.js';
import { whyDeleted } from './deleted.js';
import { type DeletionPage, deletionsOf } from './deletions.js';
import { type OtherQueue, otherQueues } from './other-queue.js';
import type { Change, Changes, Known } from './followed.js';
import { Following } from './following.js';
import { remediesOf } from './running.js';
import { seenHere } from './seen-here.js';
import { BESIDE_WITHIN, statusOf } from './status.js';
import { watched } from './watched.js';
import { TEMPORAL_WITHIN, whyOf } from './why.js';

export type { Condition } from './conditions.js';
export { type Change, type Changes, markOf } from './followed.js';
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
  const following = new Following(archive, (record, status, failed) => seenHere(config, record, status, { failed }));
  return {
    /**
     * Where a request stands, why it waits, what ends the wait, and what a person can do now. It comes from the archive, so it is there
     * also without a worker and without Temporal, and `asOf` says how old it is. Temporal is asked beside, for two seconds at most:
     * `worker` then says that no worker runs.
     *
     * @param options.atLeast the number of an event, as the answer to an order has it. The status is at least so new, or is `behind`
     * @throws VideoIdError REQUEST_ENDED (ended from outside, without an outcome), START_REFUSED, REQUEST_ELSEWHERE
     */
    async status(
      reference: string,
      options: AttemptOption & { atLeast?: number | undefined } = {},
    ): Promise<RequestStatus> {
      return await statusOf(access, reference, options);
    },

    /**
     * The status now and after every change, until the end or the signal. Temporal is asked once, at the beginning.
     *
     * @throws VideoIdError as `status` does, and ARCHIVE_UNAVAILABLE. The caller may watch again
     */
    async *watch(
      reference: string,
      options: AttemptOption & { signal?: AbortSignal | undefined } = {},
    ): AsyncGenerator<RequestStatus, void> {
      const record = await access.recordAnywhere(reference, options);
      const { outcome } = await access.beside(record, Date.now() + BESIDE_WITHIN);
      yield* watched(access, following, record, { outcome, signal: options.signal });
    },

    /**
     * The changes of a request, as they happen, until its end is told or until the signal: every entry of its journal once and in order,
     * and the status whenever all entries so far are told. Only the archive is asked.
     *
     * @param options.after the number of the last entry that the caller knows. Without it, the status of now comes first, and then what
     *   is new. If an older database was restored, `reset` comes, and then all entries again
     * @param options.mark `markOf` that entry. With it, a restored database is noticed although it has such a number again
     * @throws VideoIdError ARCHIVE_UNAVAILABLE. The caller may go on after the last entry that it was told
     */
    async *changes(
      reference: string,
      options: AttemptOption & Known & { signal?: AbortSignal | undefined } = {},
    ): AsyncGenerator<Change, void> {
      for await (const changes of following.changes(await access.recordAnywhere(reference, options), options))
        yield* changes;
    },

    /** The same, with changes that come together in one array. Callers of this process who know the same get the same array. */
    async *changesTogether(
      reference: string,
      options: AttemptOption & Known & { signal?: AbortSignal | undefined } = {},
    ): AsyncGenerator<Changes, void> {
      yield* following.changes(await access.recordAnywhere(reference, options), options);
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
     * A page of the requests in the archive, the newest first. While others are added, none is missed and none comes twice. Only Temporal
     * knows where requests run, and which ones no worker can continue. If it is away, that is left out, and `unknown` says so.
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
     */
    async conditions(): Promise<Condition[]> {
      return await conditionsOf(access);
    },

    /**
     * Events for the requester's systems, in order: stages, attention and its end, deadlines that are near, ends, and what happened after
     * them. Pass `next` as `after` in the next call. After an older database was restored, an entry may come twice, with the same `id`.
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

import { environmentSettings } from '../../config/authorities.js';
import type { FeedEntry } from '../../messages/feed.js';
import type { Outcome } from '../../messages/outcome.js';
import type { RequestStatus } from '../../messages/status.js';
import { type ListOptions, listRequests, type RequestSummary } from '../../temporal/listing.js';
import { type AttemptOption, outcomeOf, type RequestAccess, watchStatus } from '../running/access.js';
import { type Condition, conditionsOf } from './conditions.js';
import { readFeed } from './feed.js';
import type { Why } from './cause.js';
import { whyOf } from './why.js';

export type { Condition } from './conditions.js';
export type { Why } from './cause.js';

/** What people and programs ask about requests. Nothing is changed. */
export function lookVerbs(access: RequestAccess) {
  const { archive, client, config } = access;
  return {
    /**
     * Where a request stands, why it waits, what ends the wait, and what a person can do now.
     *
     * @throws VideoIdError WORKER_AWAY, STILL_RUNNING
     */
    async status(
      reference: string,
      options: AttemptOption & { within?: number | undefined } = {},
    ): Promise<RequestStatus> {
      return await access.status(await access.record(reference, options), options.within);
    },

    /**
     * The status now and after every change, until the end. Reads every `every` milliseconds, 1000 if left out.
     *
     * @throws VideoIdError as `status` does; the caller may watch again
     */
    async *watch(
      reference: string,
      options: AttemptOption & { every?: number | undefined; signal?: AbortSignal | undefined } = {},
    ): AsyncGenerator<RequestStatus, void> {
      const record = await access.record(reference, options);
      const { every = 1000, signal } = options;
      yield* watchStatus(() => access.status(record), { every, signal });
    },

    /**
     * Why a request is where it is, since when, what was tried, what ends it by itself, and what to type otherwise. Also for
     * one that has ended, and where no worker runs.
     *
     * @throws VideoIdError TEMPORAL_UNREACHABLE
     */
    async why(reference: string, options: AttemptOption = {}): Promise<Why> {
      return await whyOf(access, await access.record(reference, options));
    },

    /**
     * How a request ended.
     *
     * @param options.wait until it ends, however long that takes
     * @throws VideoIdError REQUEST_NOT_ENDED, REQUEST_ENDED (ended from outside, without an outcome)
     */
    async outcome(reference: string, options: AttemptOption & { wait?: boolean | undefined } = {}): Promise<Outcome> {
      return await outcomeOf(access, await access.record(reference, options), options.wait === true);
    },

    /** The provider environment that a request was started in. @throws VideoIdError BAD_SETTING when the settings lost it */
    async environment(
      reference: string,
      options: AttemptOption = {},
    ): Promise<{ name: string; env: 'sandbox' | 'prod' }> {
      const { environment: name } = await access.record(reference, options);
      return { name, env: environmentSettings(config, name).env };
    },

    /**
     * The requests of this installation that Temporal remembers, the newest first.
     *
     * @throws VideoIdError BAD_INPUT
     */
    async list(options: ListOptions = {}): Promise<RequestSummary[]> {
      return await listRequests({ client, taskQueue: config.temporal.taskQueue }, options);
    },

    /**
     * What keeps many requests waiting, said once: every Optimizer that is out of reach, since when, and how many wait.
     *
     * @throws VideoIdError TEMPORAL_UNREACHABLE
     */
    async conditions(): Promise<Condition[]> {
      return await conditionsOf(access);
    },

    /**
     * What the requester's systems may act on, in order: deadlines that come near, and videos finished after the end.
     * `next` is what to ask after the next time. An entry may come twice, with the same `id`.
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

import { VideoIdError } from '../messages/failures.js';
import type { FeedEntry } from '../messages/feed.js';
import type { OutcomeKind } from '../messages/outcome.js';
import type { RequestStatus } from '../messages/status.js';
import {
  ABANDON_UPDATE,
  type AbandonOrder,
  CORRECT_UPDATE,
  type CorrectOrder,
  EXTEND_UPDATE,
  type ExtendOrder,
  NEW_VIDEO_UPDATE,
  type NewVideoOrder,
} from '../messages/steering.js';
import type { AttemptOption } from './attempts.js';
import { orderName } from './bound-orders.js';
import { type Condition, conditionsOf } from './conditions.js';
import { hasEnded, outcomeOf } from './ending.js';
import { readFeed } from './feed.js';
import {
  checkedAbandoning,
  checkedCorrection,
  checkedExtension,
  checkedNewVideo,
  checkedReopening,
  checkedReset,
  type PlainCorrection,
  type PlainExtension,
  type ReopenOrder,
  type ResetOrder,
} from './mind-changes.js';
import { checkedResolveAll } from './orders.js';
import { reopenRequest } from './reopening.js';
import { RequestVerbs } from './request-verbs.js';
import { resolveAll, type ResolveAllOrder, type ResolvedAll } from './resolve-all.js';
import { resetRequest, type Reset } from './reset.js';
import type { Started } from './starting.js';
import type { CallOptions } from './updates.js';
import { type Why, whyOf } from './why.js';

/** What people do when something is not as planned: they ask why, change their minds, and decide for many at once. */
export class TroubleVerbs extends RequestVerbs {
  /**
   * Why a request is where it is, since when, what was tried, what ends it by itself, and what to type otherwise. Also for
   * one that has ended, and where no worker runs.
   *
   * @throws VideoIdError TEMPORAL_UNREACHABLE
   */
  async why(reference: string, options: AttemptOption = {}): Promise<Why> {
    return await whyOf(this.access, await this.access.record(reference, options));
  }

  /**
   * Another video request in the same request: the signer gets a new link. The provider may bill it. Not after the video.
   *
   * @throws VideoIdError BAD_INPUT, NOT_NOW, REQUEST_ENDED, STILL_RUNNING, WORKER_AWAY, and the step's failure
   */
  async newVideo(reference: string, order: NewVideoOrder, options: CallOptions = {}): Promise<{ requestPk: string }> {
    const given = checkedNewVideo(order);
    return await this.order(NEW_VIDEO_UPDATE, given, await this.access.record(reference, options), options);
  }

  /**
   * The signer's e-mail address or phone was wrong. Not after the video: then the request is abandoned, and tried anew. Where
   * the create was refused, it is tried again with this; a correction stays, also where that is refused too.
   * Or what identifies the signer was read wrongly from the video (`fields`): until the decision, where the provider allows it.
   *
   * @throws VideoIdError BAD_INPUT, BAD_EMAIL, BAD_PHONE, FIELD_FROM_VIDEO (the provider does not take it), NOT_NOW, REQUEST_ENDED, STILL_RUNNING, WORKER_AWAY, and the step's failure
   */
  async correct(
    reference: string,
    correction: PlainCorrection,
    options: CallOptions = {},
  ): Promise<{ status: string }> {
    const given = checkedCorrection(correction);
    const { reason, actor, ...data } = given;
    const { archive } = this.access;
    const record = await this.access.record(reference, options);
    const named = data.fields === undefined ? {} : { fields: Object.keys(data.fields) };
    return await this.access.once(record, {
      verb: CORRECT_UPDATE,
      given,
      options,
      check: async () => {
        const status = await this.access.status(record);
        if (status.outcome !== undefined) throw hasEnded(await outcomeOf(this.access, record, false));
        if (!status.verbs.includes('correct')) throw notNow(status);
        if ((status.stage === 'review') !== (data.fields !== undefined)) throw misplaced(status);
      },
      // What the workflow gets is the number alone: the data stays in the archive.
      // What it does not take must not be laid over the data of another video request.
      brings: {
        add: () => archive.addCorrection(record, data),
        drop: (number) => archive.dropCorrection(record, number),
      },
      carryOut: (call, number) =>
        this.access.ask(record, CORRECT_UPDATE, { reason, actor, number, ...named } satisfies CorrectOrder, call),
    });
  }

  /**
   * Gives the running deadline more time.
   *
   * @returns the deadline, ISO 8601
   * @throws VideoIdError BAD_INPUT, NOT_NOW, REQUEST_ENDED, STILL_RUNNING, WORKER_AWAY
   */
  async extend(reference: string, order: PlainExtension, options: CallOptions = {}): Promise<{ deadline: string }> {
    const given: ExtendOrder = checkedExtension(order);
    return await this.order(EXTEND_UPDATE, given, await this.access.record(reference, options), options);
  }

  /**
   * The signer cannot go on like this: the request ends, and a new attempt may be started. Answers how it ended, which
   * is `signed` when the provider had signed already.
   *
   * @throws VideoIdError BAD_INPUT, NOT_NOW, REQUEST_ENDED, STILL_RUNNING, WORKER_AWAY
   */
  async abandon(reference: string, order: AbandonOrder, options: CallOptions = {}): Promise<{ outcome: OutcomeKind }> {
    const given = checkedAbandoning(order);
    return await this.order(ABANDON_UPDATE, given, await this.access.record(reference, options), options);
  }

  /**
   * Takes a request that no worker can carry on back to before the task that cannot be replayed, from where it goes on by
   * itself. What people asked since is asked again; at the provider nothing is done twice, but for a code sent anew.
   *
   * @throws VideoIdError BAD_INPUT, NOT_NOW (a worker can carry on), REQUEST_ENDED
   */
  async reset(reference: string, order: ResetOrder, options: CallOptions = {}): Promise<Reset> {
    const given = checkedReset(order);
    const record = await this.access.record(reference, options);
    const carryOut = (): Promise<Reset> => resetRequest(this.access, record, given);
    return await this.access.once(record, { verb: 'reset', given, options, carryOut });
  }

  /**
   * Takes up again, as another attempt, what the latest one left open at the provider: no other video, no other bill. It
   * goes on from where the provider is. Allowed where the outcome says `leftOpen`. The same order again finds the attempt.
   *
   * @throws VideoIdError BAD_INPUT, ATTEMPT_NOT_ALLOWED, ARCHIVE_FULL; TEMPORAL_UNREACHABLE after the attempt was recorded
   */
  async reopen(reference: string, order: ReopenOrder, options: Pick<CallOptions, 'updateId'> = {}): Promise<Started> {
    const given = checkedReopening(order);
    const record = await this.access.record(reference, { ...options, flow: 'signature' });
    const carryOut = (): Promise<Started> => reopenRequest(this.access, record, given);
    return await this.access.once(record, { verb: 'reopen', given, options, afterEnd: true, carryOut });
  }

  /**
   * One decision for every request in attention with the same failure. Without `carryOut` it only says which those are.
   *
   * @throws VideoIdError BAD_INPUT, TEMPORAL_UNREACHABLE
   */
  async resolveAll(order: ResolveAllOrder, options: Pick<CallOptions, 'updateId'> = {}): Promise<ResolvedAll> {
    const checked = checkedResolveAll(order);
    // Each request is ordered by itself; the same key for another code is another order.
    const each = options.updateId === undefined ? {} : { updateId: orderName(`${options.updateId} ${checked.code}`) };
    return await resolveAll(checked, {
      list: (filter) => this.list(filter),
      resolve: ({ flow, reference, attempt }, resolution) =>
        this.resolve(reference, resolution, { flow, attempt, ...each }),
    });
  }

  /**
   * What keeps many requests waiting, said once: every Optimizer that is out of reach, since when, and how many wait.
   *
   * @throws VideoIdError TEMPORAL_UNREACHABLE
   */
  async conditions(): Promise<Condition[]> {
    return await conditionsOf(this.access);
  }

  /**
   * What the requester's systems may want to act on, in order: deadlines that come near, videos finished after the end.
   * `next` is what to ask after the next time. An entry may come twice, with the same `id`.
   *
   * @throws VideoIdError BAD_INPUT
   */
  async feed(options: { after?: string | undefined; limit?: number | undefined } = {}): Promise<{
    entries: (FeedEntry & { cursor: string })[];
    next: string;
  }> {
    return await readFeed(this.access.archive, options);
  }
}

function misplaced({ stage }: RequestStatus): VideoIdError {
  const afterVideo = stage === 'review';
  return new VideoIdError(
    'NOT_NOW',
    afterVideo
      ? 'After the video e-mail address and phone are what they are.'
      : 'What identifies the signer comes from the video, and is corrected after it.',
    {
      field: afterVideo ? 'email' : 'fields',
      remedy: afterVideo
        ? 'Correct the fields, or abandon the request and start a new attempt.'
        : 'Correct e-mail address or phone, or wait for the video.',
      facts: { stage },
    },
  );
}

function notNow({ reference, words, attention, stage }: RequestStatus): VideoIdError {
  return new VideoIdError('NOT_NOW', attention?.words ?? `The request is ${words}.`, {
    remedy:
      stage === 'creating' || stage === 'video'
        ? `See first what is in the way: videoid why ${reference}. Data is corrected when the provider has it, or has refused it.`
        : 'After the video the data is what it is: abandon the request and start a new attempt with the right data.',
    facts: { stage },
  });
}

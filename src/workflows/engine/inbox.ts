import type { ApplicationFailure } from '@temporalio/workflow';
import type { Answers, OrderName, Orders } from '../../messages/verbs.js';
import { callFailure } from './call-failure.js';

/** The orders that the story answers. All other orders are answered by their handlers. */
export const ANSWERED_BY_THE_STORY = [
  'review',
  'code',
  'sign',
  'resolve',
  'new-video',
  'correct',
  'provide',
  'preauth-link',
] as const satisfies OrderName[];
export type CallKind = (typeof ANSWERED_BY_THE_STORY)[number];

/** A caller who waits for an answer. `fail` answers with a failure. */
export type Caller = Pick<Call<CallKind>, 'settled' | 'fail'>;

/** An order whose caller waits: the story answers it once. A second answer changes nothing. */
export class Call<K extends CallKind> {
  settled = false;

  constructor(
    readonly order: Orders[K],
    private readonly resolve: (answer: Answers[K]) => void,
    private readonly reject: (failure: ApplicationFailure) => void,
  ) {}

  answer(answer: Answers[K]): void {
    this.settled = true;
    this.resolve(answer);
  }

  fail(failure: ApplicationFailure): void {
    this.settled = true;
    this.reject(failure);
  }
}

/**
 * The orders from Update handlers. A handler only waits; the story takes the order and acts. Only one order of each kind can wait
 * at a time: the first one.
 */
export class Inbox {
  private readonly waiting: { [K in CallKind]?: Call<K> } = {};
  private readonly open = new Set<Caller>();

  /** For handlers: adds the order and waits for the story's answer. @throws NOT_NOW while another order of this kind waits */
  ask<K extends CallKind>(kind: K, order: Orders[K]): Promise<Answers[K]> {
    if (this.has(kind)) throw callFailure('NOT_NOW', 'The same is being carried out already. The first one counts.');
    return new Promise((resolve, reject) => {
      const call = new Call<K>(order, resolve, reject);
      Object.assign(this.waiting, { [kind]: call });
      this.open.add(call);
    });
  }

  has(kind: CallKind): boolean {
    return this.waiting[kind] !== undefined;
  }

  /** For the story: takes the call. The story must answer it or fail it. */
  take<K extends CallKind>(kind: K): Call<K> | undefined {
    const call: Call<K> | undefined = this.waiting[kind];
    delete this.waiting[kind];
    return call;
  }

  /** Fails the calls of these kinds that nobody has taken. */
  refuse(kinds: (kind: CallKind) => boolean, failure: () => ApplicationFailure): void {
    for (const kind of Object.keys(this.waiting) as CallKind[]) if (kinds(kind)) this.take(kind)?.fail(failure());
  }

  /** At the end: fails every call without an answer, also one that the story has taken. */
  close(failure: ApplicationFailure): void {
    for (const kind of Object.keys(this.waiting)) this.take(kind as CallKind);
    for (const call of this.open) if (!call.settled) call.fail(failure);
    this.open.clear();
  }
}

import type { ApplicationFailure } from '@temporalio/workflow';
import type { Answers, OrderName, Orders } from '../../messages/verbs.js';
import { callFailure } from './call-failure.js';

/** The orders that wait for the story. The handlers of the others answer them. */
export type CallKind = Exclude<OrderName, 'accept' | 'identity' | 'extend' | 'abandon' | 'cancel'>;

/** Somebody who waits for an answer and can be told that there is none. */
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
 * Where Update handlers leave their orders. A handler only waits; the story takes the order and acts. Of each kind there is one
 * at a time: the first wins.
 */
export class Inbox {
  private readonly waiting: { [K in CallKind]?: Call<K> } = {};
  private readonly open = new Set<Caller>();

  /** For handlers: leaves the order and waits until the story has answered it. @throws NOT_NOW while another of its kind waits */
  ask<K extends CallKind>(kind: K, order: Orders[K]): Promise<Answers[K]> {
    if (this.has(kind)) throw callFailure('NOT_NOW', 'The same is being carried out already; the first one counts.');
    return new Promise((resolve, reject) => {
      const call = new Call<K>(order, resolve, reject);
      Object.assign(this.waiting, { [kind]: call });
      this.open.add(call);
    });
  }

  has(kind: CallKind): boolean {
    return this.waiting[kind] !== undefined;
  }

  /** For the story: takes the call, which it must answer or fail. */
  take<K extends CallKind>(kind: K): Call<K> | undefined {
    const call: Call<K> | undefined = this.waiting[kind];
    delete this.waiting[kind];
    return call;
  }

  /** Fails the calls of these kinds that nobody has taken. */
  refuse(kinds: (kind: CallKind) => boolean, failure: () => ApplicationFailure): void {
    for (const kind of Object.keys(this.waiting) as CallKind[]) if (kinds(kind)) this.take(kind)?.fail(failure());
  }

  /** At the end: fails every call that has no answer yet, also one that the story has taken. */
  close(failure: ApplicationFailure): void {
    for (const kind of Object.keys(this.waiting)) this.take(kind as CallKind);
    for (const call of this.open) if (!call.settled) call.fail(failure);
    this.open.clear();
  }
}

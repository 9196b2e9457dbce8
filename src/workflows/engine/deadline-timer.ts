import { CancellationScope, sleep } from '@temporalio/workflow';
import { extended, held, mayExtend, NO_DEADLINE, released, started, wakesAt, woken } from './deadline.js';

/** What a deadline needs to know of the request. */
export interface DeadlineOrder {
  /** Shown with the timer in the Temporal UI. */
  summary: () => string;
  /** Milliseconds before the deadline at which somebody is reminded. */
  remindBefore: readonly number[];
  /** Called if no worker ran when it passed, so that people get time again. @param by how much, in milliseconds from now */
  late: (by: number) => void;
  /** Called for a reminder. If several are due at once, it is called once. @param at milliseconds since 1970 */
  remind: (at: number) => void;
}

/**
 * Ties the deadline of a request to a timer. A timer costs an Action, so it is replaced only by an earlier one. For a later
 * deadline, the old timer fires and a new one starts. The same timer wakes for the reminders.
 */
export class DeadlineTimer {
  private deadline = NO_DEADLINE;
  private wakesAt = Infinity;
  private timer: CancellationScope | undefined;

  constructor(private readonly order: DeadlineOrder) {}

  /** True once the deadline has passed. */
  get expired(): boolean {
    return this.deadline.expired;
  }

  /** ISO 8601. Undefined if no deadline runs, or if it stands still. */
  get when(): string | undefined {
    const { at, heldAt } = this.deadline;
    return at === undefined || heldAt !== undefined ? undefined : new Date(at).toISOString();
  }

  /** Starts, or replaces, the deadline: `milliseconds` from now. */
  start(milliseconds: number): void {
    this.become(started(milliseconds, this.order.remindBefore, Date.now()));
  }

  mayExtend(milliseconds: number): boolean {
    return mayExtend(this.deadline, milliseconds, Date.now());
  }

  extend(milliseconds: number): void {
    this.become(extended(this.deadline, milliseconds, Date.now()));
  }

  /** Removes the deadline. A running timer is not cancelled. */
  clear(): void {
    this.deadline = NO_DEADLINE;
  }

  /** Stands still until `release`. @param since ISO 8601, when the trouble began before now */
  hold(since?: string): void {
    this.deadline = held(this.deadline, Date.now(), since === undefined ? undefined : Date.parse(since));
  }

  release(): void {
    this.become(released(this.deadline, Date.now()));
  }

  private become(deadline: typeof this.deadline): void {
    this.deadline = deadline;
    const wakesNext = wakesAt(deadline, Date.now());
    if (wakesNext === undefined || this.wakesAt <= wakesNext) return;
    this.timer?.cancel();
    const timer = new CancellationScope();
    this.timer = timer;
    this.wakesAt = wakesNext;
    timer
      .run(() => sleep(Math.max(wakesNext - Date.now(), 1), { summary: this.order.summary() }))
      .then(
        () => this.wake(),
        () => undefined, // only a replaced timer rejects
      );
  }

  private wake(): void {
    const { deadline, late, remind } = woken(this.deadline, this.wakesAt, Date.now());
    this.wakesAt = Infinity;
    if (late !== undefined) this.order.late(late);
    this.become(deadline);
    if (remind === true && deadline.at !== undefined) this.order.remind(deadline.at);
  }
}

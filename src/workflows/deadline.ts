import { CancellationScope, sleep } from '@temporalio/workflow';
import { LONGEST_DEADLINE } from '../messages/policy.js';

/** What a deadline needs to know of the request. */
export interface DeadlineOrder {
  /** Shown with the timer in the Temporal UI. */
  summary: () => string;
  /** Milliseconds before the deadline at which somebody is reminded. */
  remindBefore: readonly number[];
  /** Called when the deadline was moved because nobody was there to see it pass. @param by milliseconds */
  late: (by: number) => void;
  /** Called for each reminder; of several that are due at once only for the latest. @param at milliseconds since 1970 */
  remind: (at: number) => void;
}

/** Milliseconds. A timer that is handled so much later than it was due waited for a worker. */
const LATE = 10_000;
/** Milliseconds. A timer that wakes at least so often serves the deadlines of later stages too, which need none of their own. */
const LONGEST_SLEEP = 24 * 3_600_000;

/**
 * The one deadline that runs at a time. It can stand still, be moved, and costs a timer only when it must:
 * a later deadline lets the running timer fire and sleeps on. The same timer wakes for the reminders before it.
 */
export class Deadline {
  /** True once the deadline has passed. */
  expired = false;
  private at: number | undefined;
  private startedAt = 0;
  private heldAt: number | undefined;
  /** The reminders still to come: milliseconds before the deadline, the earliest first. */
  private reminders: number[] = [];
  private wakesAt = Infinity;
  private timer: CancellationScope | undefined;

  constructor(private readonly order: DeadlineOrder) {}

  /** Starts, or replaces, the deadline: `milliseconds` from now. */
  start(milliseconds: number): void {
    this.startedAt = Date.now();
    this.heldAt = undefined;
    this.moveTo(this.startedAt + milliseconds);
  }

  /** Whether it may be moved by so much: the sum of all extensions has an end too. */
  mayExtend(milliseconds: number): boolean {
    return this.at !== undefined && this.at + milliseconds <= Date.now() + LONGEST_DEADLINE;
  }

  /** Moves the running deadline; it may have been moved before. */
  extend(milliseconds: number): void {
    if (this.at !== undefined) this.moveTo(this.at + milliseconds);
  }

  /** No deadline from now on. A running timer is left to the end of the run. */
  clear(): void {
    this.at = undefined;
    this.expired = false;
  }

  /**
   * Stands still: the time until `release` does not count. A deadline that passed before does not come back.
   *
   * @param since ISO 8601, when the trouble began before now
   */
  hold(since?: string): void {
    const began = since === undefined ? Infinity : Math.max(Date.parse(since), this.startedAt);
    const from = Math.min(Date.now(), began);
    if (this.expired && this.at !== undefined && from >= this.at) return;
    this.heldAt ??= from;
  }

  release(): void {
    if (this.heldAt === undefined) return;
    const stoodStill = Date.now() - this.heldAt;
    this.heldAt = undefined;
    if (this.at !== undefined) this.moveTo(this.at + stoodStill);
  }

  /** ISO 8601, or nothing while none runs or it stands still. */
  get when(): string | undefined {
    return this.at === undefined || this.heldAt !== undefined ? undefined : new Date(this.at).toISOString();
  }

  /** A reminder whose moment has passed is not made up for: the deadline was nearer than that when it was set. */
  private moveTo(at: number): void {
    // Whatever was asked for, the time stays one that a calendar can show.
    this.at = Math.min(at, Date.now() + LONGEST_DEADLINE);
    this.expired = false;
    this.reminders = this.order.remindBefore.filter((before) => at - before > Date.now()).toSorted((a, b) => b - a);
    this.arm();
  }

  private arm(): void {
    if (this.at === undefined || this.heldAt !== undefined || this.expired) return;
    const next = Math.min(this.at - (this.reminders[0] ?? 0), Date.now() + LONGEST_SLEEP);
    if (this.wakesAt <= next) return;
    this.timer?.cancel();
    const timer = new CancellationScope();
    this.timer = timer;
    this.wakesAt = next;
    const duration = Math.max(next - Date.now(), 1);
    timer
      .run(() => sleep(duration, { summary: this.order.summary() }))
      .then(
        () => this.wake(),
        () => undefined, // only a timer that was replaced ends like this
      );
  }

  private wake(): void {
    const late = Date.now() - this.wakesAt;
    this.wakesAt = Infinity;
    const { at } = this;
    if (at === undefined || this.heldAt !== undefined) return;
    if (late >= LATE) {
      // No worker was there: what could not be done meanwhile is given its time.
      this.order.late(late);
      this.moveTo(Math.max(at, Date.now()) + late);
      return;
    }
    if (Date.now() >= at) {
      this.expired = true;
      return;
    }
    const toCome = this.reminders.filter((before) => at - before > Date.now());
    const due = toCome.length < this.reminders.length;
    this.reminders = toCome;
    if (due) this.order.remind(at);
    this.arm();
  }
}

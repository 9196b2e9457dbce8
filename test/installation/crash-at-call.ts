import { type Installation } from './installation.js';
import { eventually, unlessAway } from './patience.js';

/** A crash is noticed by its time-out alone: short here, but longer than it takes to hold every call. Milliseconds. */
const NOTICED_AFTER = 15_000;

/** Settings with which a killed worker's tries are given up soon, and tried again for long enough. */
export function noticingCrashes(settings: Record<string, unknown>): void {
  const policy = settings['policy'] as { steps: Record<string, object> };
  for (const [name, step] of Object.entries(policy.steps)) {
    policy.steps[name] = { ...step, startToClose: NOTICED_AFTER, budget: 90_000 };
  }
}

/** The acts of people around one request, in order. Each begins after the effect of the one before. */
export interface Story<Act extends string> {
  readonly acts: readonly Act[];
  /** Resolves when the act may begin. */
  untilTurnOf(act: Act): Promise<void>;
  do(act: Act): Promise<unknown>;
}

/** When a worker is killed, seen from one call: before it arrives, before its answer arrives, or before the worker passes the answer on. */
export type Moment = 'before' | 'after' | 'answered';

/** One call to the provider, and how its fault knows it. */
export interface HeldCall {
  endpoint: string;
  moment: Moment;
  /** Whose call it is: `phone`, or `registrationAuthority`. */
  scope: object;
  /** The read that follows the call's answer in the same step; for `answered`. */
  nextRead?: string;
}

/** One request that a crash catches in the middle of a call, or while it waits. */
export class Caught<Act extends string> {
  private fault = '';
  private asked: Promise<unknown> | undefined;

  /**
   * @param act which leads to the call
   * @param call none: it is caught while it waits for that act
   */
  constructor(
    private readonly at: Installation,
    private readonly story: Story<Act>,
    private readonly act: Act,
    private readonly call?: HeldCall,
  ) {}

  /** Everything before the act that leads to the call. */
  async prepare(): Promise<void> {
    const { acts } = this.story;
    for (const act of acts.slice(0, acts.indexOf(this.act))) await this.take(act);
    await this.story.untilTurnOf(this.act);
    if (this.call === undefined) return;
    this.fault = await this.hold(this.call.moment === 'before' ? 'before' : 'after', this.call.endpoint);
  }

  /** The act, until the call is held; its answer may take as long as it will. */
  async fallInto(): Promise<void> {
    if (this.call === undefined) return;
    // Accepted, but no worker runs. The request itself shows the result later.
    this.asked = unlessAway(this.story.do(this.act));
    await this.isHeld();
    const { moment, nextRead } = this.call;
    if (moment !== 'answered' || nextRead === undefined) return;
    const answered = this.fault;
    this.fault = await this.hold('before', nextRead);
    await this.at.provider.release(answered);
    await this.isHeld();
  }

  async release(): Promise<void> {
    if (this.call !== undefined) await this.at.provider.release(this.fault);
  }

  /** Everybody goes on as if nothing had been. */
  async goOn(): Promise<void> {
    await this.asked;
    const { acts } = this.story;
    for (const act of acts.slice(acts.indexOf(this.act) + (this.call === undefined ? 0 : 1))) await this.take(act);
  }

  private async take(act: Act): Promise<void> {
    await this.story.untilTurnOf(act);
    // A worker that is busy with the others may answer late; the next turn comes when it has taken effect.
    await unlessAway(this.story.do(act));
  }

  private hold(moment: 'before' | 'after', endpoint: string): Promise<string> {
    return this.at.provider.addFault({ name: `hold-${moment}`, endpoint, times: 1, ...this.call?.scope });
  }

  private async isHeld(): Promise<void> {
    await eventually(async () => (await this.at.provider.held(this.fault)) === 1);
  }
}

/** Kills the worker when all of them are caught, lets the provider do what it was asked, to nobody's knowledge, and starts another. */
export async function crash(at: Installation, caught: readonly Caught<string>[]): Promise<void> {
  await Promise.all(caught.map((each) => each.prepare()));
  await Promise.all(caught.map((each) => each.fallInto()));
  await at.kill('worker');
  await Promise.all(caught.map((each) => each.release()));
  await at.startWorker();
}

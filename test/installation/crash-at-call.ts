import { type Installation } from './installation.js';
import { eventually, unlessAway } from './patience.js';

/** A crash is noticed only by this time-out. It is short here, but longer than holding every call takes. Milliseconds. */
const NOTICED_AFTER = 15_000;

/** With these settings, the tries of a killed worker end soon, and are repeated for long enough. */
export function noticingCrashes(settings: Record<string, unknown>): void {
  const policy = settings['policy'] as { steps: Record<string, object> };
  for (const [name, step] of Object.entries(policy.steps)) {
    policy.steps[name] = { ...step, startToClose: NOTICED_AFTER, budget: 90_000 };
  }
}

/** What people do around one request, in order. Each act begins after the effect of the one before. */
export interface Story<Act extends string> {
  readonly acts: readonly Act[];
  /** Resolves when the act may begin. */
  untilTurnOf(act: Act): Promise<void>;
  do(act: Act): Promise<unknown>;
}

/** When a worker is killed: before the call arrives, before its answer arrives, or before the worker passes the answer on. */
export type Moment = 'before' | 'after' | 'answered';

/** One call to the provider, and how its fault recognises it. */
export interface HeldCall {
  endpoint: string;
  moment: Moment;
  /** Whose call it is: `phone`, or `registrationAuthority`. */
  scope: object;
  /** The read that follows the call's answer in the same step. Only for `answered`. */
  nextRead?: string;
}

/** One request that a crash hits in the middle of a call, or while it waits. */
export class Caught<Act extends string> {
  private fault = '';
  private asked: Promise<unknown> | undefined;

  /**
   * @param act the act that leads to the call
   * @param call if absent, the crash hits while the request waits for the act
   */
  constructor(
    private readonly at: Installation,
    private readonly story: Story<Act>,
    private readonly act: Act,
    private readonly call?: HeldCall,
  ) {}

  /** Does everything before the act that leads to the call. */
  async prepare(): Promise<void> {
    const { acts } = this.story;
    for (const act of acts.slice(0, acts.indexOf(this.act))) await this.take(act);
    await this.story.untilTurnOf(this.act);
    if (this.call === undefined) return;
    this.fault = await this.hold(this.call.moment === 'before' ? 'before' : 'after', this.call.endpoint);
  }

  /** Does the act until the call is held. The answer may take as long as it wants. */
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

  /** All people go on as if nothing had happened. */
  async goOn(): Promise<void> {
    await this.asked;
    const { acts } = this.story;
    for (const act of acts.slice(acts.indexOf(this.act) + (this.call === undefined ? 0 : 1))) await this.take(act);
  }

  private async take(act: Act): Promise<void> {
    await this.story.untilTurnOf(act);
    // A worker that is busy with other requests may answer late. The next person acts when it has taken effect.
    await unlessAway(this.story.do(act));
  }

  private hold(moment: 'before' | 'after', endpoint: string): Promise<string> {
    return this.at.provider.addFault({ name: `hold-${moment}`, endpoint, times: 1, ...this.call?.scope });
  }

  private async isHeld(): Promise<void> {
    await eventually(async () => (await this.at.provider.held(this.fault)) === 1);
  }
}

/**
 * When all of them are held, kills the workers, lets the provider do the work unseen, and starts others.
 *
 * @param meanwhile what happens while no worker runs
 */
export async function crash(
  at: Installation,
  caught: readonly Caught<string>[],
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  await Promise.all(caught.map((each) => each.prepare()));
  await Promise.all(caught.map((each) => each.fallInto()));
  await at.killWorkers();
  await Promise.all(caught.map((each) => each.release()));
  await meanwhile();
  await at.startWorkers();
}

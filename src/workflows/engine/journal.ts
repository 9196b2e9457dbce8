import { CancellationScope, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { JournaledActivities } from '../../messages/activities.js';
import {
  type Acknowledged,
  type Envelope,
  type Journaled,
  MOST_EVENTS,
  MOST_TEXT,
  type Stand,
  type Told,
} from '../../messages/journal.js';
import type { RequestEvent } from '../../messages/status.js';
import { pauses } from './pauses.js';
import type { RequestState } from './request-state.js';

/**
 * Tells the archive what happens. Every activity takes an envelope with what the archive has not acknowledged. Where no activity follows,
 * `tell` starts one for it, and nobody waits for that one.
 *
 * After a reset the workflow replays under another run id. So the run id is only written and compared, and decides about no activity.
 */
export class Journal {
  /** The archive has so many events, as it said last. */
  private acknowledged = 0;
  /** Earlier runs that have acknowledged something, in order. */
  private readonly earlier = new Map<string, number>();
  private revision = 0;
  /** The revision whose answer counts. A later answer to an earlier envelope does not. */
  private answered = 0;
  /** So many events were given to an activity. */
  private given = 0;
  /** The stand that was given last, as text. */
  private shown = '';
  /** Whether an activity of `tell` is under way. */
  private telling = false;

  constructor(
    private readonly state: RequestState,
    private readonly stand: () => Stand,
  ) {}

  /** For an activity that is scheduled now. @param last for the step that records the end */
  envelope({ last = false } = {}): Envelope {
    const { events } = this.state;
    const stand = this.stand();
    const some = firstOf(events, this.acknowledged);
    this.given = this.acknowledged + some.length;
    this.shown = JSON.stringify(stand);
    const { runId, startTime } = workflowInfo();
    const earlier = this.earlierRuns();
    return {
      run: runId,
      started: startTime.toISOString(),
      ...(earlier.length === 0 ? {} : { earlier }),
      revision: (this.revision += 1),
      after: this.acknowledged,
      events: some,
      stand,
      ...(last ? { last } : {}),
    };
  }

  /** Takes the answer to an envelope. What the archive lacks is told at once, or by the activity itself, which is repeated. */
  takes({ acknowledged, done }: Journaled<unknown>, { revision, after, events }: Envelope): void {
    if (acknowledged === undefined || revision < this.answered) return;
    this.answered = revision;
    this.note(acknowledged);
    // An older database was restored meanwhile.
    if (done !== undefined && acknowledged.upTo < after + events.length) this.tell({ again: true });
  }

  /** The activity failed, so nobody knows what became of its envelope. What it had is given again. */
  missed(): void {
    this.given = this.acknowledged;
    this.shown = '';
  }

  /** Tells what no envelope had yet. @param again also what one had */
  tell({ again = false } = {}): void {
    if (this.telling || !(again || this.isBehind)) return;
    this.telling = true;
    const { startToClose, backoff, slowest } = this.state.request.policy.steps.record;
    const { journal } = proxyActivities<JournaledActivities>({
      startToCloseTimeout: startToClose,
      retry: pauses(backoff, slowest),
      summary: 'write down what happened',
    });
    const envelope = this.envelope();
    void CancellationScope.nonCancellable(() => journal(this.state.request.key, {}, envelope)).then(
      (answer) => {
        this.telling = false;
        this.takes(answer, envelope);
        this.tell({ again: answer.done === undefined });
      },
      () => (this.telling = false), // it was refused, because the request has ended
    );
  }

  /** For the answer to an order. */
  get told(): Told {
    return { run: workflowInfo().runId, number: this.state.events.length };
  }

  private get isBehind(): boolean {
    return this.given < this.state.events.length || this.shown !== JSON.stringify(this.stand());
  }

  /** A reset keeps the first run's id, so that one is known although it has acknowledged nothing. */
  private earlierRuns(): Acknowledged[] {
    const { runId, firstExecutionRunId: first } = workflowInfo();
    const runs = [...this.earlier].map(([run, upTo]) => ({ run, upTo }));
    return first === runId || this.earlier.has(first) ? runs : [{ run: first, upTo: 0 }, ...runs];
  }

  private note({ run, upTo }: Acknowledged): void {
    if (run !== workflowInfo().runId) this.earlier.set(run, upTo);
    this.acknowledged = upTo;
  }
}

/** The events after the first so many, as far as one envelope holds them. */
function firstOf(events: readonly RequestEvent[], after: number): Envelope['events'] {
  const some: Envelope['events'] = [];
  let text = 0;
  for (const [place, event] of events.slice(after, after + MOST_EVENTS).entries()) {
    text += JSON.stringify(event).length;
    if (some.length > 0 && text > MOST_TEXT) break;
    some.push({ ...event, number: after + place + 1 });
  }
  return some;
}

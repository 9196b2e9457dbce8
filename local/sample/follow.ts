import type { Archive } from '../../src/archive/archive.js';
import type { Outcome } from '../../src/messages/outcome.js';
import type { RequestStatus } from '../../src/messages/status.js';
import type { Place, RequestName } from '../people/place.js';
import type { Screen } from '../screen.js';
import { Progress } from './progress.js';

/** What a sample runs with. */
export interface SamplePlace extends Place {
  archive: Archive;
  screen: Screen;
}

/** Does what a person must do now, once, and says who acts. */
export type Turn = (due: boolean, who: string, what: string, act: () => Promise<unknown>) => Promise<void>;

/**
 * Shows each step of a request when it happens, and lets people act until it has ended.
 *
 * @param play does what is due in this status
 * @throws VideoIdError of the call that was refused; Error if the request waits for an operator
 */
export async function follow(
  { client, screen }: SamplePlace,
  { flow, reference }: RequestName,
  play: (status: RequestStatus, turn: Turn) => Promise<void>,
): Promise<Outcome> {
  const progress = new Progress(screen);
  const done = new Set<string>();
  const turn: Turn = async (due, who, what, act) => {
    if (!due || done.has(what)) return;
    done.add(what);
    screen.line(screen.paint('dim', `    playing ${who}: ${what}`));
    await act();
  };
  for await (const status of client.watch(reference, { flow })) {
    progress.show(status);
    await play(status, turn);
  }
  const outcome = await client.outcome(reference, { flow, wait: true });
  progress.end(outcome);
  return outcome;
}

import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import type { Archive } from '../../archive/archive.js';
import type { JournalRecords } from '../../archive/journal.js';
import type { Logger } from '../../logging/logger.js';
import type { Activities, JournaledActivities, StepFailure } from '../../messages/activities.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Envelope, Journaled } from '../../messages/journal.js';
import { type RequestKey, workflowIdOf } from '../../messages/request.js';
import { asStep } from './failures.js';

type Step<Order, Result> = (key: RequestKey, order: Order) => Promise<Result>;

interface Place {
  archive: Pick<JournalRecords, 'writeJournal' | 'noteTry'> & Pick<Archive, 'assertArchive'>;
  logger: Logger;
}

/** How long the write before a step is repeated after trouble that passes, in milliseconds. The step needs the archive too. */
const PATIENCE = 2_000;

/**
 * The activities as workflows call them. Each writes its envelope before its work, and then what its own try found. If the archive is
 * away, the step goes on without: the journal gets late, and nothing else depends on it.
 */
export function journaled(activities: Activities, place: Place): JournaledActivities {
  const all = Object.entries(activities).map(([name, step]) => [
    name,
    withJournal(name, step as Step<never, unknown>, place),
  ]);
  return Object.fromEntries(all) as JournaledActivities;
}

function withJournal<Order, Result>(name: string, step: Step<Order, Result>, place: Place) {
  return async (key: RequestKey, order: Order, envelope?: Envelope): Promise<Journaled<Result>> => {
    if (envelope === undefined) return { done: { value: await step(key, order) } };
    if (isOfEarlierRun(envelope)) return {}; // the run orders the step again, with an envelope of its own
    const upTo = await write(name, key, envelope, place);
    const acknowledged = upTo === undefined ? {} : { acknowledged: { run: envelope.run, upTo } };
    if (upTo !== undefined && lacks(envelope, upTo)) return acknowledged;
    try {
      const value = await step(key, order);
      if (activityInfo().attempt > 1) await note(key, envelope, undefined, place);
      return { done: { value }, ...acknowledged };
    } catch (error) {
      await noteFailure(name, key, envelope, error, place);
      throw error;
    }
  };
}

/** After a reset, Temporal tries activities again that the run before had ordered. That run is over. */
function isOfEarlierRun({ run }: Envelope): boolean {
  return activityInfo().workflowExecution?.runId !== run;
}

/** Whether events are missing before those of the envelope, or, where the end is recorded, any. */
function lacks({ after, events, last }: Envelope, upTo: number): boolean {
  return upTo < after || (last === true && upTo < after + events.length);
}

/** @returns how many events of the run are written. Undefined if the archive is away */
async function write(
  name: string,
  key: RequestKey,
  envelope: Envelope,
  { archive, logger }: Place,
): Promise<number | undefined> {
  const needed = name === 'journal' || envelope.last === true;
  const writing = async (): Promise<number> => {
    archive.assertArchive(key);
    const { upTo, differs } = await archive.writeJournal(key, envelope, needed ? undefined : PATIENCE);
    for (const event of differs)
      logger.error({ workflowId: workflowIdOf(key), event }, 'the archive has another event under the same number');
    return upTo;
  };
  if (needed) return await asStep(logger, writing);
  try {
    return await writing();
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    return undefined; // the step meets the same trouble, and reports it
  }
}

async function noteFailure(
  name: string,
  key: RequestKey,
  envelope: Envelope,
  error: unknown,
  place: Place,
): Promise<void> {
  if (!(error instanceof ApplicationFailure)) return;
  const { attempt } = activityInfo();
  if (error.type === 'STILL_WAITING') {
    if (attempt > 1) await note(key, envelope, undefined, place);
    return;
  }
  const failure = error.details?.[0] as StepFailure | undefined;
  if (failure === undefined || error.nonRetryable) return; // the request itself says what became of it
  await note(key, envelope, { step: name, code: failure.code, words: failure.words, tries: attempt }, place);
}

/** Nothing depends on it. A later try, or the next step, writes it again. */
async function note(
  key: RequestKey,
  { run }: Envelope,
  failed: Parameters<JournalRecords['noteTry']>[2],
  { archive, logger }: Place,
): Promise<void> {
  try {
    await archive.noteTry(key, run, failed);
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    logger.debug({ error }, 'what a try found was not noted');
  }
}

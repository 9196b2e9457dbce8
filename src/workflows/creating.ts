import type { JournaledActivities, SignatureActivities, StepFailure } from '../messages/activities.js';
import { defined } from '../messages/defined.js';
import type { Envelope, Journaled } from '../messages/journal.js';
import { AFTER_VIDEO, videoIn } from '../messages/request-fields.js';
import type { ProviderIds, ProviderStatus } from '../messages/request.js';
import type { Remedy, RequestEvent } from '../messages/status.js';
import { videoKept, videoMayBeLost } from './discarding.js';
import { mayBeCreated } from './engine/create-doubt.js';
import type { Call, Caller } from './engine/inbox.js';
import type { RequestRun } from './engine/request-run.js';

type CreateOrder = Parameters<SignatureActivities['create']>[1];

/** How a flow creates at the provider. */
export interface Creating<T> {
  create(activities: JournaledActivities, order: CreateOrder, journal: Envelope): Promise<Journaled<T>>;
  /** Takes over what an operator found. */
  adopt(activities: JournaledActivities, ids: ProviderIds, journal: Envelope): Promise<Journaled<T>>;
  /** Whether an operator's retry is another round, which may be billed beside the one before. */
  retryIsAnotherRound: boolean;
  summary: (round: number) => string;
}

/**
 * Creates at the provider. After a failure an operator decides: create again, or take over a request that the failed create may
 * have made. If it certainly made none, the signer's data can be corrected. The next create takes it from the archive.
 *
 * @param mayBeDiscarded whether the video that another one is to replace is given up although it may be finished
 * @returns undefined if the signer has finished the video that another one was to replace, or may have. The caller has the failure then
 */
export async function created<T extends { status: ProviderStatus; round?: number }>(
  run: RequestRun,
  creating: Creating<T>,
  options: { caller?: Caller | undefined; mayBeDiscarded?: boolean } = {},
): Promise<T | undefined> {
  const made = await createdOrKept(run, creating, options);
  run.state.createdSince = undefined; // an end does not come here
  return made;
}

async function createdOrKept<T extends { status: ProviderStatus; round?: number }>(
  run: RequestRun,
  creating: Creating<T>,
  { caller, mayBeDiscarded = false }: { caller?: Caller | undefined; mayBeDiscarded?: boolean },
): Promise<T | undefined> {
  const { state, steps, inbox } = run;
  const before = state.ids?.requestPk;
  let replaces = before && { requestPk: before, mayBeDiscarded };
  let decided = false;
  state.round += 1;
  const since = (state.createdSince = state.round); // if a create is in doubt, all creates of the same video are checked
  let correction: Call<'correct'> | undefined;
  for (;;) {
    const create = await steps.run(
      'create',
      (activities, journal) =>
        creating.create(activities, { round: state.round, since, ...defined({ replaces }) }, journal),
      {
        summary: creating.summary(since),
        caller: correction ?? caller,
        remedies: (failure) => createRemedies(failure, state.events),
        // An operator who decides about a create in doubt must decide about that one too.
        failsOn: ({ code }) =>
          before !== undefined && (code === 'VIDEO_FINISHED' || (code === 'VIDEO_PERHAPS_FINISHED' && !decided)),
        overtakenBy: (status) => AFTER_VIDEO.has(status),
      },
    );
    switch (create.end) {
      case 'done':
        correction?.answer({ status: create.value.status });
        // A request that is started again goes on with the newest that was made before. The next one is another.
        state.round = Math.max(state.round, create.value.round ?? 0);
        return create.value;
      case 'failed':
        state.see({ status: String(create.failure.facts?.['status']) }, 'poll');
        return notReplaced(run, create.failure, correction ?? caller);
      case 'overtaken':
        return notReplaced(run, create.failure, correction ?? caller);
      case 'resolved':
    }
    const { remedy, ids, discardVideo } = create.resolution;
    decided = true;
    if (replaces && discardVideo) replaces = { ...replaces, mayBeDiscarded: true };
    if (remedy === 'adopt') {
      const adopted = await adoptedFrom(run, creating, ids as ProviderIds);
      if (adopted) return adopted;
      continue; // ids that the provider does not know settle nothing
    }
    correction = inbox.take('correct');
    if (correction) {
      const { number, reason, actor } = correction.order;
      state.happened('corrected', { number, reason }, actor);
    }
    if (creating.retryIsAnotherRound) state.round += 1;
  }
}

/** The signer has finished the video that another one was to replace, or may have. So no other is made. */
function notReplaced({ state }: RequestRun, { code }: StepFailure, caller: Caller | undefined): undefined {
  const status = state.providerStatus ?? '';
  const inDoubt = mayBeCreated(code, state.events);
  if (inDoubt) state.happened('create-in-doubt', { round: state.round });
  state.happened('video-kept', { status, round: state.round });
  const failure = videoIn(status) === 'finished' ? videoKept : videoMayBeLost;
  const what = inDoubt
    ? 'Another video may have been made before that was seen, and the provider may bill it. See in its console.'
    : 'No other video was made.';
  caller?.fail(failure(status, what));
}

/** Takes over a request at the provider. Undefined if the provider does not know it, or refuses. */
export async function adoptedFrom<T>(
  { steps, state }: RequestRun,
  creating: Creating<T>,
  ids: ProviderIds,
): Promise<T | undefined> {
  const adoption = await steps.run('create', (activities, journal) => creating.adopt(activities, ids, journal), {
    summary: 'take over a request at the provider',
    failsOn: ({ temporary }) => !temporary,
  });
  if (adoption.end === 'done') return adoption.value;
  state.happened('adoption-refused', { code: adoption.failure.code });
  return undefined;
}

/** What an operator can do about a create that failed. */
export function createRemedies({ code }: Pick<StepFailure, 'code'>, events: readonly RequestEvent[]): Remedy[] {
  return mayBeCreated(code, events) ? ['adopt', 'retry'] : ['retry']; // the safe one first
}

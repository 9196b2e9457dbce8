import { ApplicationFailure, CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { JournaledActivities } from '../messages/activities.js';
import type { IdentityOrder, SealedAnswer } from '../messages/identity.js';
import type { Policy } from '../messages/policy.js';
import type { RequestKey, RequestPk } from '../messages/request.js';
import { callFailure, callFailureOf } from './engine/call-failure.js';
import type { RequestRun } from './engine/request-run.js';
import { failureOf } from './engine/activity-failures.js';

/** Limits the history: each look adds a few events. */
const MOST_LOOKS = 200;
/** An X25519 key has 60. */
const LONGEST_KEY = 120;

/**
 * Shows the signer's data at the provider to somebody who asks. It runs beside the story: it only reads and changes nothing.
 * The answer is sealed, so the workflow cannot read it.
 */
export class IdentityLooks {
  private looks = 0;
  private looking = false;

  constructor(
    private readonly key: RequestKey,
    private readonly policy: Policy,
    private readonly run: Pick<RequestRun, 'state' | 'journal'>,
  ) {}

  /** For the validator. @throws BAD_INPUT, NOT_NOW */
  allow({ publicKey }: IdentityOrder): void {
    if (typeof publicKey !== 'string' || publicKey.length > LONGEST_KEY)
      throw callFailure('BAD_INPUT', 'publicKey is missing or too long.');
    if (this.looking) throw callFailure('NOT_NOW', "Somebody else is looking at the signer's data now. Try again.");
    if (this.looks >= MOST_LOOKS)
      throw callFailure('NOT_NOW', `The signer's data was shown ${MOST_LOOKS} times. This is the limit.`);
  }

  async show(requestPk: RequestPk, order: IdentityOrder): Promise<SealedAnswer> {
    this.allow(order); // two may have passed the validator at once
    this.looking = true;
    this.looks += 1;
    const { showIdentity } = proxyActivities<JournaledActivities>({
      startToCloseTimeout: this.policy.steps.watch.startToClose,
      retry: { maximumAttempts: 1 }, // the caller waits, and can ask again
      summary: 'show what the provider has of the signer',
    });
    try {
      const { journal, state } = this.run;
      const envelope = journal.envelope();
      const looked = { ...order, requestPk };
      const answer = await CancellationScope.nonCancellable(() => showIdentity(this.key, looked, envelope));
      journal.takes(answer, envelope);
      if (answer.done === undefined) throw notRead();
      state.identified(answer.done.value.identity);
      journal.tell();
      return answer.done.value.answer;
    } catch (error) {
      this.run.journal.missed();
      this.run.journal.tell();
      if (error instanceof ApplicationFailure) throw error;
      const failure = failureOf(error);
      throw failure === undefined ? notRead() : callFailureOf(failure);
    } finally {
      this.looking = false;
    }
  }
}

function notRead(): ApplicationFailure {
  return callFailure('STEP_FAILED', 'It was not read. Try again.');
}

import type { Accepted, Acceptance } from '../messages/steering.js';
import { callFailure } from './engine/call-failure.js';
import type { RequestState } from './engine/request-state.js';

/** Milliseconds. The clock of the channel that shows the documents may differ from ours by this much. */
const CLOCK_TOLERANCE = 5 * 60_000;

/** At most this many different acceptances are recorded for one request. */
const MOST = 100;

/**
 * All acceptances of the signer. A signature must not be older than the first of them. It rests on the last one before the
 * order to sign.
 */
export class Acceptances {
  private readonly recorded: { acceptance: Acceptance; recordedAt: string }[] = [];

  constructor(
    private readonly state: RequestState,
    private readonly policy: { maximumAge: number },
  ) {}

  /** The number of acceptances. In the events, the last one has this number. */
  get count(): number {
    return this.recorded.length;
  }

  knows(acceptance: Acceptance): boolean {
    return this.find(acceptance) !== undefined;
  }

  /**
   * For validators. The signer must have accepted what was shown, after it was shown.
   *
   * @throws NOT_ACCEPTED, ACCEPTANCE_NOT_IN_TIME, NOT_NOW
   */
  check(acceptance: Acceptance): void {
    const shown = this.state.toAccept;
    const same = shown?.contract === acceptance.contract && shown.documents.join() === acceptance.documents.join();
    if (!same)
      throw callFailure('NOT_ACCEPTED', 'The hashes are not those of the documents and the contract of this request.');
    if (this.knows(acceptance)) return; // its time was right when it was recorded
    if (this.count >= MOST)
      throw callFailure('NOT_NOW', `The signer has accepted ${MOST} times already. Go on with those.`);
    const at = Date.parse(acceptance.at);
    if (!(at >= (this.state.shownFrom ?? Infinity) - CLOCK_TOLERANCE))
      throw notInTime('before the contract was there. Show it, then let the signer accept');
    if (at > Date.now() + CLOCK_TOLERANCE) throw notInTime('in the future. Set the clock of the place that shows it');
    if (at < Date.now() - this.policy.maximumAge)
      throw notInTime('too long ago. Show everything again, and let the signer accept again');
  }

  /** A repeated acceptance changes nothing and gets the same answer. */
  record(acceptance: Acceptance): Accepted {
    const known = this.find(acceptance);
    if (known) return { recordedAt: known.recordedAt };
    const recordedAt = new Date().toISOString();
    this.recorded.push({ acceptance, recordedAt });
    this.state.acceptedAt ??= recordedAt;
    const { consentVersion, channel, at, contract, documents } = acceptance;
    this.state.happened(
      'accepted',
      { acceptance: this.count, consentVersion, channel, acceptedAt: at, contract, documents: documents.join(' ') },
      { kind: 'signer' },
    );
    this.state.show();
    return { recordedAt };
  }

  private find(acceptance: Acceptance) {
    return this.recorded.find(({ acceptance: known }) => fingerprint(known) === fingerprint(acceptance));
  }
}

function fingerprint({ documents, contract, consentVersion, channel, at }: Acceptance): string {
  return JSON.stringify([documents, contract, consentVersion, channel, Date.parse(at)]);
}

function notInTime(why: string) {
  return callFailure('ACCEPTANCE_NOT_IN_TIME', `at: the signer accepted ${why}.`, {}, 'at');
}

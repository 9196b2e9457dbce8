/** The people of a probe: who films the video, reads the code, decides in the console, and says when to go on. */
export interface People {
  /** Whether a person answers questions. */
  readonly attended: boolean;
  say(...lines: string[]): void;
  /**
   * Asks whether to go on. `skip` only if it may be skipped.
   *
   * @throws Stopped
   */
  goOn(question: string, options?: { skippable?: boolean }): Promise<'go' | 'skip'>;
  /** A line that is not a secret. Empty if the person only pressed Enter. @throws Stopped */
  line(question: string): Promise<string>;
  /** The signer shall finish the video. Returns when it is asked for, or done. */
  video(request: { pk: string; link: string | undefined }): Promise<void>;
  /** Somebody shall decide in the provider's console. Returns when it is asked for, or done. */
  decide(request: { pk: string }, act: 'approve' | 'refuse'): Promise<void>;
  /**
   * Somebody shall decide about an enrolment: the provider's own operator validates the video, or an officer approves in the
   * provider's console. Returns when it is asked for, or done.
   */
  operate(request: { pk: string }, act: 'validate' | 'approve'): Promise<void>;
  /** Whether the signer got the provider's e-mail with this link. Undefined if nobody knows. @throws Stopped */
  received(request: { pk: string }, link: 'video' | 'certificate'): Promise<boolean | undefined>;
  /** A line that nobody should see: a PIN that the settings lack. Empty if nobody can type it. @throws Stopped */
  secret(question: string): Promise<string>;
  /** The code from the signer's phone. @throws Stopped */
  code(request: { pk: string }): Promise<string>;
  /**
   * Settles when waiting makes no sense any more: the person says that it is done, although the provider does not show it.
   */
  enough(signal: AbortSignal): Promise<void>;
}

/** The person stopped the probe. Its file has everything so far. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor() {
    super('stopped');
  }
}

import type { StepFailureCode } from '../messages/failures.js';
import { sentence } from '../messages/sentences.js';
import { redact } from './answers/redaction.js';

/**
 * How a call failed, which decides what may be done:
 * `not-sent`: the provider did not see the call; `temporary`: nothing was done, or repeating does no harm;
 * `refused`: the provider would refuse again; `unknown`: it may have been carried out, so read first.
 */
export type ProviderErrorKind = 'not-sent' | 'temporary' | 'refused' | 'unknown';

/** Refusals that say something about the request. Calls return them as values instead of throwing them. */
export type Meaning = 'sent-less-than-a-minute-ago' | 'not-accepted' | 'already-issued' | 'gone';

/** What `sorting.ts` makes of an answer, or of a missing one. */
export interface Trouble {
  kind: ProviderErrorKind;
  code: StepFailureCode;
  /** The provider's words, not yet redacted. */
  said?: string;
  /** Our own words, safe to show. */
  ours?: string;
  /** What to do about it, in one or two sentences. */
  remedy?: string;
  meaning?: Meaning;
  /** Whether it may be a refusal of the provider, or of something in between. */
  mayBeRefusal?: boolean;
  /** Whether the words are known. */
  familiar?: boolean;
  /** HTTP status. */
  status?: number;
  /** Milliseconds the provider asks us to wait. */
  retryAfter?: number;
  /** Uanataca's id of the error (§2.3). */
  errorId?: string;
}

/** What the provider's short answers mean. Refused credentials are explained where it is known whose they are. */
const MEANINGS: Partial<Record<StepFailureCode, string>> = {
  PROVIDER_BUSY: 'The provider, or something between us and it, is busy or has trouble',
  PROVIDER_UNREACHABLE: 'The provider is behind a server that does not reach it',
  PROVIDER_REFUSED: 'The provider refused it',
  REQUEST_STATUS_REFUSED: 'The request is in a status in which the provider does not do this',
  PROVIDER_NOT_FOUND: 'The provider does not know the request, or something that belongs to it',
};

/** A call to the provider that failed. Message and fields are safe to show and to log. So it has no `cause`. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly kind: ProviderErrorKind;
  readonly code: StepFailureCode;
  /** Redacted and short. */
  readonly words: string;
  /** What the words mean, if they are only an answer in short. */
  readonly #meant: string | undefined;
  #stake = '';
  /** What to do about it, if the cause is known. */
  remedy: string | undefined;
  readonly meaning: Meaning | undefined;
  /** Whether it may be a refusal. Then a doubtful call is not repeated by itself: a wrong PIN may lock its officer out. */
  readonly mayBeRefusal: boolean;
  /** Whether the words are known. Otherwise `code` is a guess from the status. */
  readonly familiar: boolean;
  /** HTTP status, if there was an answer. */
  readonly status: number | undefined;
  /** Milliseconds. */
  readonly retryAfter: number | undefined;
  /** The origin of the server: the Optimizer, or the Registration Authority API. */
  readonly optimizer: string;

  /** `known` are the call's values that must not be shown: e-mail, phone, secrets, names, links. */
  constructor(trouble: Trouble, optimizer: string, known: readonly string[]) {
    const support = trouble.errorId === undefined ? '' : ` (error id ${trouble.errorId})`;
    const said = `${redact(trouble.said ?? '', known)}${support}`;
    const words = [said, trouble.ours ?? ''].filter((part) => part !== '').join('; ');
    super(`${trouble.code}: ${words}`);
    this.#meant = trouble.ours === undefined && trouble.status !== undefined ? MEANINGS[trouble.code] : undefined;
    this.kind = trouble.kind;
    this.code = trouble.code;
    this.words = words;
    this.remedy = trouble.remedy;
    this.meaning = trouble.meaning;
    this.mayBeRefusal = trouble.mayBeRefusal ?? false;
    this.familiar = trouble.familiar ?? false;
    this.status = trouble.status;
    this.retryAfter = trouble.retryAfter;
    this.optimizer = optimizer;
  }

  /** Whether the call certainly had no effect. `temporary` alone does not say so: a call that may be repeated may have been done. */
  get withoutEffect(): boolean {
    if (this.kind === 'temporary') return this.status === 429 || this.status === 503;
    return this.kind !== 'unknown';
  }

  /** For a caller who knows what to do about it. What the error knows itself is kept. */
  advise(remedy: string): void {
    this.remedy ??= remedy;
  }

  /** For a caller who knows what is at stake meanwhile. It is not said of the provider, only of this call. */
  amid(stake: string): void {
    this.#stake = `${stake} `;
  }

  /** The same as `told`, after what is at stake for this call. */
  get toldHere(): string {
    return `${this.#stake}${this.told}`;
  }

  /** What the words mean, the words, and what to do. */
  get told(): string {
    const words = this.#meant === undefined ? this.words : `${this.#meant}: ${this.words}`;
    return this.remedy === undefined ? words : `${sentence(words)} ${this.remedy}`;
  }
}

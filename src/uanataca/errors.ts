import type { StepFailureCode } from '../messages/failures.js';
import { redact } from './answers/redaction.js';

/**
 * How a call went wrong, and so what may be done about it:
 * `not-sent`: the provider knows nothing of it; `temporary`: nothing was done, or doing it again does no harm;
 * `refused`: the provider will say no again; `unknown`: it may have been done, read before anything else.
 */
export type ProviderErrorKind = 'not-sent' | 'temporary' | 'refused' | 'unknown';

/** Refusals that tell something about the request and not of trouble; the calls return them as values. */
export type Meaning = 'sent-less-than-a-minute-ago' | 'not-accepted' | 'already-issued' | 'gone';

/** What `sorting.ts` makes of an answer or of its absence. */
export interface Trouble {
  kind: ProviderErrorKind;
  code: StepFailureCode;
  /** The provider's words, not yet redacted. */
  said?: string;
  /** What we say to it: safe to show as it is. */
  ours?: string;
  meaning?: Meaning;
  /** Whether the words are in the table of known ones. */
  familiar?: boolean;
  /** HTTP status. */
  status?: number;
  /** Milliseconds the provider asks us to wait. */
  retryAfter?: number;
  /** Uanataca's id of the error (§2.3). */
  errorId?: string;
}

/** A call to the provider that did not succeed. Message and fields are safe to show and to log; it has no `cause` for that reason. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly kind: ProviderErrorKind;
  readonly code: StepFailureCode;
  /** Redacted; never more than a few lines. */
  readonly words: string;
  readonly meaning: Meaning | undefined;
  /** Whether the words are known ones, so that they mean what `code` says; otherwise that is a guess from the status. */
  readonly familiar: boolean;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** Milliseconds. */
  readonly retryAfter: number | undefined;
  /** The origin of the server concerned: the Optimizer, or the Registration Authority API. */
  readonly optimizer: string;

  /** `known` are values of the call that must not be shown: e-mail, phone, secrets, names, links. */
  constructor(trouble: Trouble, optimizer: string, known: readonly string[]) {
    const support = trouble.errorId === undefined ? '' : ` (error id ${trouble.errorId})`;
    const said = `${redact(trouble.said ?? '', known)}${support}`;
    const words = [said, trouble.ours ?? ''].filter((part) => part !== '').join('; ');
    super(`${trouble.code}: ${words}`);
    this.kind = trouble.kind;
    this.code = trouble.code;
    this.words = words;
    this.meaning = trouble.meaning;
    this.familiar = trouble.familiar ?? false;
    this.status = trouble.status;
    this.retryAfter = trouble.retryAfter;
    this.optimizer = optimizer;
  }
}

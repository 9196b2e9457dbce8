import type { DocumentDigest } from './request.js';

/** How a request can end. */
export const OUTCOME_KINDS = ['signed', 'enrolled', 'refused', 'expired', 'cancelled', 'abandoned'] as const;
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

/** Who did something. Ids and roles, never names of people. */
export interface Actor {
  kind: 'signer' | 'requester' | 'officer' | 'operator' | 'provider' | 'policy';
  /** Officer id, operator name or system name; no personal data. */
  id?: string;
}

/** Result of checking the signatures of one file. */
export interface Verification {
  result: 'passed' | 'failed' | 'indeterminate';
  /** Named reasons, empty when passed. See `signatures/`. */
  reasons: string[];
  /** Signature algorithm, time and the like, for the evidence; no personal data. */
  facts: Record<string, string>;
}

/** A file as it lies in the archive after signing. */
export interface StoredDocument extends DocumentDigest {
  verification: Verification;
}

/** The contract as it lies in the archive after signing. `signed: false` when the provider gave an unsigned copy. */
export interface StoredContract {
  sha256: string;
  size: number;
  signed: boolean;
  verification: Verification;
}

/** Signed files that the provider had not given when an operator gave up on them. Then nothing is deleted at the provider. */
export interface MissingFiles {
  /** By index. */
  documents: number[];
  contract: boolean;
}

/** The end of one attempt, recorded in the archive and returned by the workflow. */
export interface Outcome {
  outcome: OutcomeKind;
  reference: string;
  attempt: number;
  /** A stable word: `signed`, `refused-at-provider`, `video-deadline`, `cancelled-at-provider`, … */
  reason: string;
  /** The decider's own words. The codec encrypts them in the history. They are never logged. */
  note?: string;
  /** A text about the refusal that the signer may see. */
  textForSigner?: string;
  actor: Actor;
  /** ISO 8601, UTC. */
  at: string;
  /** Whether copies may still lie at the Optimizer. `left`: on purpose, because an operator gave up on signed files. */
  cleanup: 'none' | 'done' | 'pending' | 'left';
  /**
   * The request is still open at the provider: it was neither decided nor cancelled. Another attempt may go on with it (`reopen`),
   * without another video and another bill.
   */
  leftOpen?: true;
  /** At the end, the provider did not know the request. So nobody can say whether it is still open there. */
  notKnown?: true;
  documents: StoredDocument[];
  contract?: StoredContract;
  missing?: MissingFiles;
  /** How long each stage took, in milliseconds. */
  durations: Record<string, number>;
}

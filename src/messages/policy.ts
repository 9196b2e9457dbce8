/** Every provider step of a request. Each has its own retry class in the policy, its own activity and its own file. */
export const STEP_NAMES = [
  'create',
  'correct',
  'complete',
  'declare',
  'watch',
  'approve',
  'refuse',
  'upload',
  'code',
  'sign',
  'retrieve',
  'withdraw',
  'clean',
  'record',
] as const;
export type StepName = (typeof STEP_NAMES)[number];

/** Milliseconds: a year and a day. No deadline is further away, also not one that was extended. */
export const LONGEST_DEADLINE = 366 * 24 * 3_600_000;

/** How one step is tried. All times in milliseconds. */
export interface StepPolicy {
  /** One try may take this long; it is the only detector of a crashed worker. */
  startToClose: number;
  /** Tries go on this long before the request is marked attention. */
  budget: number;
  /** First pause between tries; doubles up to `slowest`. */
  backoff: number;
  /** Longest pause between tries, and the pace at which a step in attention keeps trying. */
  slowest: number;
}

/** What a certificate must say of itself (ETSI EN 319 412-5). Whether it is true, the trusted list decides. */
export const REQUIREMENTS = ['qc-compliance', 'qc-sscd', 'qc-type-esign'] as const;
export type Requirement = (typeof REQUIREMENTS)[number];

/** Which signatures may stand beside the signer's. */
export interface OtherSigners {
  /** How many at most. */
  others: number;
  /** SHA-256 of the certificates, hexadecimal in small letters, that may; empty: any that leads to a root. */
  certificates: string[];
}

/** What the signed files of a request must meet, beside what is always checked. */
export interface VerificationPolicy {
  /** Milliseconds: a trusted timestamp may be so much earlier than the acceptance, as clocks differ. */
  clockTolerance: number;
  requires: Requirement[];
  documentSigners: OtherSigners;
  contractSigners: OtherSigners;
  /** Whether signatures that a document had when it was accepted must be kept. */
  earlierSignatures: 'kept' | 'may-be-lost';
}

/** All times and limits of one request, resolved by the client at start: workflows read no configuration. Milliseconds. */
export interface Policy {
  deadlines: {
    /** From create to VIDEOREVIEW. */
    video: number;
    /** From VIDEOREVIEW to the RAO's decision. */
    review: number;
    /** From ENROLLREADY to the signature. */
    signing: number;
    /** How long before each deadline somebody is reminded. No reminders when left out. */
    remindBefore?: number[];
  };
  watch: {
    /** Reads of one request are at least this far apart. */
    gap: number;
    /** Pauses of the first reads after a hint: the provider may be behind its own hook. */
    soon: number[];
    /** Pause between reads otherwise. */
    slow: number;
    /** Share of a pause that is random, 0 to 1. */
    jitter: number;
  };
  code: {
    /** The provider's resend cool-down (§4.8). */
    coolDown: number;
    /** How many codes may be refused before the request is marked attention. */
    notAcceptedLimit: number;
  };
  acceptance: {
    /** An acceptance that was given longer ago is refused; so long may one lie in a queue or a branch. */
    maximumAge: number;
  };
  sign: {
    /** After a sign without a clear answer, so long before its effect is read again. */
    settle: number;
  };
  retrieve: {
    /** ISSUED without signed files: keep reading this long, then attention. */
    filesWithin: number;
  };
  /** How large a file may be that the provider hands out, in bytes. */
  download: {
    /** A signed document over the one that was uploaded. */
    maximumGrowth: number;
    maximumContract: number;
  };
  /** Where the requester expects a document number; absent in records of before. */
  identity?: {
    /** What becomes of a request whose document number the provider does not show: told, or decided by an officer. */
    notShown: 'go-on' | 'ask';
  };
  /** Named verification reasons that may pass although they are not `passed`; a setting per registration authority. */
  mayPass: string[];
  verification: VerificationPolicy;
  steps: Record<StepName, StepPolicy>;
}

/** Every step of a request. Each has its own retries in the policy. Most have one activity; some share a step. */
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

/** Milliseconds: a year and a day. No deadline is further away, even if it was extended. */
export const LONGEST_DEADLINE = 366 * 24 * 3_600_000;

/** How one step is tried. All times in milliseconds. */
export interface StepPolicy {
  /** One try may take this long; it is the only detector of a crashed worker. */
  startToClose: number;
  /** Tries go on this long before the request is in attention. */
  budget: number;
  /** First pause between tries; doubles up to `slowest`. */
  backoff: number;
  /** Longest pause between tries, and the pace at which a step in attention keeps trying. */
  slowest: number;
}

/** The statements that a certificate must contain (ETSI EN 319 412-5). Only the trusted list says whether they are true. */
export const REQUIREMENTS = ['qc-compliance', 'qc-sscd', 'qc-type-esign'] as const;
export type Requirement = (typeof REQUIREMENTS)[number];

/** Which other signatures a file may have. */
export interface OtherSigners {
  /** How many at most. */
  others: number;
  /** SHA-256 of the allowed certificates, lower-case hex. If empty: any certificate that leads to a root. */
  certificates: string[];
}

/** Requirements for the signed files of a request, in addition to those that are always checked. */
export interface VerificationPolicy {
  /** Milliseconds. A trusted timestamp may be this much earlier than the acceptance, because clocks differ. */
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
    /** Pauses between the first reads after a hint: the provider may call back before its own status changes. */
    soon: number[];
    /** Pause between reads otherwise. */
    slow: number;
    /** Share of a pause that is random, 0 to 1. */
    jitter: number;
  };
  code: {
    /** The provider's resend cool-down (§4.8). */
    coolDown: number;
    /** How many orders may fail to sign before the request is in attention. */
    notAcceptedLimit: number;
  };
  acceptance: {
    /** An acceptance must be reported within this time. An older one is refused. */
    maximumAge: number;
  };
  sign: {
    /** The pause before the request is read again after a signature without a clear answer. */
    settle: number;
  };
  retrieve: {
    /** At ISSUED without signed files, reading goes on this long. Then the request is in attention. */
    filesWithin: number;
  };
  /** The largest allowed files from the provider, in bytes. */
  download: {
    /** How much larger a signed document may be than the uploaded one. */
    maximumGrowth: number;
    maximumContract: number;
  };
  /** For requests that expect a document number. Absent in older records. */
  identity?: {
    /** If the provider does not show the number: go on and note it, or let an officer decide. */
    notShown: 'go-on' | 'ask';
  };
  /** Reasons for which an indeterminate verification may pass. A setting per registration authority. */
  mayPass: string[];
  verification: VerificationPolicy;
  steps: Record<StepName, StepPolicy>;
}

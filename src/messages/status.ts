import type { FailureCode } from './failures.js';
import type { IdentityWord } from './identity.js';
import type { Actor, OutcomeKind } from './outcome.js';
import type { StepName } from './policy.js';
import type { ProviderStatus, ReviewMode } from './request.js';
import type { Remedy } from './remedies.js';
import type { Verb } from './verbs.js';

export type { Remedy } from './remedies.js';
export type { Verb } from './verbs.js';

/** The stages of a request, in the order in which it goes through them. */
export const STAGES = [
  'creating',
  'video',
  'validation',
  'completing',
  'review',
  'preparing',
  'acceptance',
  'code',
  'issuing',
  'archiving',
  'cleaning',
  'ended',
] as const;
export type Stage = (typeof STAGES)[number];

/** The stages of each flow, in order. */
export const FLOW_STAGES: Record<'signature' | 'enrolment', readonly Stage[]> = {
  signature: ['creating', 'video', 'review', 'preparing', 'acceptance', 'code', 'archiving', 'cleaning'],
  enrolment: ['creating', 'video', 'validation', 'completing', 'review', 'issuing', 'cleaning'],
};

/** Each stage in words: what the request waits for. */
export const STAGE_WORDS: Record<Stage, string> = {
  creating: 'being created at the provider',
  video: 'waiting for the signer to finish the video identification',
  validation: "waiting for the provider's certified operator to validate the video",
  completing: 'waiting for data or documents that the video did not give',
  review: "waiting for the registration authority operator's decision",
  preparing: 'uploading the documents and fetching the contract',
  acceptance: 'waiting for the signer to accept the documents, and to ask for a code or sign in another way',
  code: 'waiting for the signer to type the code',
  issuing: 'waiting for the signer to pick up the certificate',
  archiving: 'signed, copy not yet stored',
  cleaning: 'deleting the copies at the provider, recording the end',
  ended: 'ended',
};

/** The stage `acceptance` after the signer has accepted. There is no valid code to type. */
export const ACCEPTED_WORDS = 'accepted. The signer has to ask for a code, or to sign in another way';

/** What ends the review without a verb of ours. */
export const DECIDED_IN_CONSOLE = "a decision in the provider's console";

/** @param deadline ISO 8601 */
export function byDeadline(deadline: string): string {
  return `the deadline at ${deadline}`;
}

/** The stages in which people outside the worker act. */
export const PEOPLE_STAGES: ReadonlySet<Stage> = new Set<Stage>([
  'video',
  'validation',
  'completing',
  'review',
  'acceptance',
  'code',
  'issuing',
]);

/** A request needs, or may need, an operator. */
export interface Attention {
  step: StepName | 'wait';
  code: FailureCode;
  /** What happened, in one sentence. The provider's words are redacted. */
  words: string;
  /** ISO 8601. */
  since: string;
  /** How often the step was tried since then. */
  tries: number;
  /**
   * Who ends it. `next-try`: the step keeps trying until it succeeds. `people`: an officer, the signer or somebody at the provider
   * must act, and the request goes on then. `operator`: the step waits for a decision, see `remedies`.
   */
  awaits: 'next-try' | 'people' | 'operator';
  /** Whether it may leave without anybody who acts here. */
  leavesByItself: boolean;
  remedies: Remedy[];
  /** Facts beside the words: `bytesNeeded`, `document`. `decision`: an officer's decision that was not taken. */
  facts?: Record<string, string | number | boolean>;
}

/** The name of the event when the provider refused to delete or cancel what a request left there. */
export const CLEANUP_REFUSED = 'cleanup-refused';

/** One thing that happened, for the status and the evidence. */
export interface RequestEvent {
  /** ISO 8601, UTC. */
  at: string;
  /** A stable word: `created`, `provider-status`, `approved`, `code-sent`, … */
  what: string;
  actor?: Actor;
  /** Ids, hashes, counts; no personal data. */
  facts?: Record<string, string | number | boolean>;
}

/** An event in the journal of its request. */
export interface NumberedEvent extends RequestEvent {
  /** Counts all events of the request, 1, 2, …. */
  number: number;
  /** Only of events outside the workflow. Where: `web`, `cli`, …. */
  channel?: string;
}

/** Enrolment: hashes of the texts that the officer reads before the review. */
export interface ToReview {
  /** The RAO declaration. */
  declaration: string;
  contract: string;
  /** The officer whom the declaration names. The approving officer signs it. */
  officer: string;
}

/** Everything a person needs to know why a request waits. */
export interface RequestStatus {
  reference: string;
  attempt: number;
  workflowId: string;
  flow: 'signature' | 'enrolment';
  /** The requester's own, from the archive. */
  metadata?: Record<string, string>;
  registrationAuthority: string;
  reviewMode: ReviewMode;
  stage: Stage;
  /** What it waits for, and what came of the last try. Or the words of the attention; for a signed request, both. */
  words: string;
  /** The code of what is in the way: of the attention, of an order that was refused, or of what is missing. */
  cause?: FailureCode;
  /** The step that is carried out now, in words. Orders that must wait for it are not among the verbs. */
  underWay?: string;
  /** When the stage was entered, ISO 8601. */
  since: string;
  /** What ends the wait, one item each: "the signer finishes the video", "the deadline on …". Empty when nothing is awaited. */
  endsBy: string[];
  /** What a person can do now, as verbs of the client: `link`, `approve`, `code`, … */
  verbs: Verb[];
  /** Deadline of the current stage, ISO 8601; absent where none runs. */
  deadline?: string;
  attention?: Attention;
  /** A step fails and is tried again. It is not attention yet. */
  failing?: { code: FailureCode; words: string; since: string };
  /** The provider's callbacks come with a wrong token, so changes are seen late. */
  callbacks?: 'wrong-token';
  provider: {
    videoidPk?: string;
    requestPk?: string;
    status?: ProviderStatus;
    /** When an answer of the provider last reached the request, ISO 8601. A poll that finds nothing new does not reach it. */
    readAt?: string;
  };
  code: {
    /** Last time a code was asked for, ISO 8601. */
    sentAt?: string;
    /** How many codes were not accepted. */
    notAccepted: number;
  };
  /** When the first acceptance was recorded, ISO 8601. */
  acceptedAt?: string;
  /** Hashes of the files that the signer must see. Known after `preparing`. */
  toAccept?: { documents: string[]; contract: string };
  /** Enrolment: fields that the provider still needs, by its names. */
  missing?: string[];
  toReview?: ToReview;
  /** How the signer's document number compares with the expected one. Absent if none is expected, and before the video. */
  identity?: IdentityWord;
  events: NumberedEvent[];
  /** The number of the newest event that it knows. 0 before the first. */
  event: number;
  /** When it was written, ISO 8601, by the clock of the database. Without a worker, or while the database is away, it gets older. */
  asOf: string;
  /** The caller asked for a newer one, or another run goes on after a reset. It is not written yet. */
  behind?: true;
  /** No worker is running that could go on with it. */
  worker?: 'away';
  outcome?: { kind: OutcomeKind; reason: string };
}

/** A status without its events, for whoever is told them one by one. */
export type PresentStatus = Omit<RequestStatus, 'events'>;

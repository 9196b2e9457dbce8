import type { IdentityAccepted } from './identity.js';
import type { Actor } from './outcome.js';
import type { Remedy } from './remedies.js';

/** Names of the messages a running request understands. */
export const HINT_SIGNAL = 'hint';
export const STATUS_QUERY = 'status';

/** For whom an order is. It is signed with the order, so that a copy does nothing elsewhere. */
export interface Addressee {
  workflowId: string;
  /** The workflow's first run: it stays the same when the request is reset, and not when somebody starts it anew. */
  run: string;
  update: string;
  updateId: string;
}

/** An order as it travels. */
export type Addressed<Order extends object> = Order & { for: Addressee };

/** Arguments of the `status` query: events of the history when it was asked, so that it is not answered ahead of more. */
export type StatusQuestion = [historyLength?: number];

/** A secret encrypted to a seal key; only the step that needs it opens it. */
export interface Sealed {
  keyId: string;
  /** Base64. */
  sealed: string;
}

/** Argument of the `review` Update. */
export type ReviewDecision = {
  /** Officer id in the settings; the decision is carried out with this officer's own credentials. */
  officer: string;
  /** What the officer's stored credentials lack, typed at the decision, used once. */
  credentials?: { password?: Sealed; pin?: Sealed };
  /** Where the officer saw the video evidence, in the officer's words. */
  evidenceSeen: string;
} & (
  | {
      decision: 'approve';
      /** Needed when the document number is not the expected one: the officer knows it, and approves. */
      identity?: IdentityAccepted;
    }
  | {
      decision: 'refuse';
      /** A stable word of the company: `document-expired`, … It is the reason the provider gets. */
      reason: string;
      note?: string;
      /** What the signer may be told. */
      textForSigner?: string;
    }
);

/** Argument of the `accept` Update, and of `code`: who asks for the code accepts what was shown. */
export interface Acceptance {
  /** SHA-256 of each document as shown, in order. */
  documents: string[];
  /** SHA-256 of the contract as shown. */
  contract: string;
  consentVersion: string;
  /** Where it was shown: `web`, `cli`, … */
  channel: string;
  /** When the signer accepted, ISO 8601, by the clock of the place that showed it. */
  at: string;
}

/** Argument of the `sign` Update. `unlock` for other ways than the provider's SMS (§4.9), which need no code that was sent. */
export interface SignOrder {
  secret?: Sealed;
  unlock?: { type: string; value: Sealed };
}

/** Who orders something, and why: all that many an order says. */
export interface ReasonedOrder {
  actor: Actor;
  reason: string;
}

/** Argument of the `cancel` Update. */
export type CancelOrder = ReasonedOrder;

/** Argument of the `new-video` Update: another video request in the same request. The provider may bill it. */
export type NewVideoOrder = ReasonedOrder;

/** Argument of the `correct` Update. The corrected data itself goes through the archive. */
export interface CorrectOrder extends ReasonedOrder {
  /** The correction in the archive, 1, 2, …. */
  number: number;
  /** Names of the fields, where it corrects what the video gave. */
  fields?: string[];
}

/** Argument of the `provide` Update of an enrolment: the data and documents themselves go through the archive. */
export interface ProvideOrder {
  actor: Actor;
  /** The supplement in the archive, 1, 2, …. */
  number: number;
}

/** Argument of the `preauth-link` Update of an enrolment. */
export type PreauthLinkOrder = ReasonedOrder;

/** Argument of the `extend` Update: the running deadline ends so much later. */
export interface ExtendOrder extends ReasonedOrder {
  /** Milliseconds. */
  by: number;
}

/** Why a signer cannot go on: stable words, kept as the reason of the end. */
export const ABANDON_REASONS = [
  'wrong-phone',
  'wrong-email',
  'wrong-person',
  'no-valid-document',
  'video-not-possible',
  'gave-up',
] as const;

/** Argument of the `abandon` Update: the signer says that it cannot go on like this. */
export interface AbandonOrder {
  actor: Actor;
  /** `wrong-phone`, `gave-up`, …: a stable word. */
  reason: string;
  note?: string;
}

/** Argument of the `resolve` Update. */
export interface Resolution {
  remedy: Remedy;
  actor: Actor;
  /**
   * With `adopt`: the provider's ids of the request that the doubtful create made. An enrolment has no need of the first.
   * The link goes through the archive.
   */
  ids?: { videoidPk?: string; requestPk: string };
  note?: string;
}

/** Answer of `accept`. */
export interface Accepted {
  /** When the request learned of it, ISO 8601, by our own clock. The same acceptance again gives the same time. */
  recordedAt: string;
}

/** Answer of `code`. */
export interface CodeSent {
  /** ISO 8601. */
  sentAt: string;
  /** ISO 8601; earlier resends are refused by the provider. */
  resendFrom: string;
}

/** Answer of `sign`. */
export interface SignAnswer {
  signed: true;
}

/** Said by a workflow to a query that waited for a worker and came ahead of what has happened since: ask again. */
export const ASKED_AHEAD = 'asked ahead of what has happened since; ask again';

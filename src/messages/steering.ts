import type { IdentityAccepted } from './identity.js';
import type { Actor } from './outcome.js';
import type { Remedy } from './remedies.js';

/** Names of the messages to a running request. */
export const HINT_SIGNAL = 'hint';
/** For people in the Temporal UI. Nothing of ours asks it: where a request stands is in the archive. */
export const STATUS_QUERY = 'status';

/** The address of an order. It is signed with the order, so a copy has no effect elsewhere. */
export interface Addressee {
  workflowId: string;
  /** The workflow's first run. A reset keeps it; a new start changes it. */
  run: string;
  update: string;
  updateId: string;
}

/** An order as it is sent. */
export type Addressed<Order extends object> = Order & { for: Addressee };

/** A secret that is encrypted to a seal key. Only the step that needs it opens it. */
export interface Sealed {
  keyId: string;
  /** Base64. */
  sealed: string;
}

/** Argument of the `review` Update. */
export type ReviewDecision = {
  /** Officer id in the settings. The decision is carried out with this officer's own credentials. */
  officer: string;
  /** Credentials that the settings do not contain. The officer types them at the decision. They are used once. */
  credentials?: { password?: Sealed; pin?: Sealed };
  /** Where the officer saw the video evidence, in the officer's words. */
  evidenceSeen: string;
} & (
  | {
      decision: 'approve';
      /** Needed if the document number is not the expected one. With it the officer accepts this signer. */
      identity?: IdentityAccepted;
    }
  | {
      decision: 'refuse';
      /** A stable word of the company, such as `document-expired`. The provider gets it as the reason. */
      reason: string;
      note?: string;
      /** A text for the signer. */
      textForSigner?: string;
    }
);

/** Argument of the `accept` Update, and of `code`: asking for the code means accepting what was shown. */
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

/** Argument of the `sign` Update. `unlock` is for other ways than the provider's SMS (§4.9). They need no sent code. */
export interface SignOrder {
  secret?: Sealed;
  unlock?: { type: string; value: Sealed };
}

/** Who gives an order, and why. Many orders contain nothing else. */
export interface ReasonedOrder {
  actor: Actor;
  reason: string;
}

/** Part of orders after which the present video counts for nothing. */
export interface Discarding {
  /** The caller knows that the video may be finished, and gives it up. Without it, such an order is refused. */
  discardVideo?: boolean;
}

/** Argument of the `cancel` Update. */
export interface CancelOrder extends ReasonedOrder, Discarding {}

/** Argument of the `new-video` Update: another video request in the same request. The provider may bill it. */
export interface NewVideoOrder extends ReasonedOrder, Discarding {}

/** Argument of the `correct` Update. The corrected data itself goes through the archive. */
export interface CorrectOrder extends ReasonedOrder {
  /** The correction in the archive, 1, 2, …. */
  number: number;
  /** Names of the corrected fields, if they come from the video. */
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

/** Argument of the `extend` Update: moves the running deadline. */
export interface ExtendOrder extends ReasonedOrder {
  /** Milliseconds. */
  by: number;
}

/** Why a signer cannot go on. These stable words become the reason of the end. */
export const ABANDON_REASONS = [
  'wrong-phone',
  'wrong-email',
  'wrong-person',
  'no-valid-document',
  'video-not-possible',
  'gave-up',
] as const;

/** Argument of the `abandon` Update: the signer cannot go on. */
export interface AbandonOrder extends Discarding {
  actor: Actor;
  /** `wrong-phone`, `gave-up`, …: a stable word. */
  reason: string;
  note?: string;
}

/** Argument of the `resolve` Update. */
export interface Resolution extends Discarding {
  remedy: Remedy;
  actor: Actor;
  /**
   * With `adopt`: the provider's ids of the request that the create in doubt made. An enrolment does not need the first.
   * The link goes through the archive.
   */
  ids?: { videoidPk?: string; requestPk: string };
  note?: string;
}

/** Answer of `accept`. */
export interface Accepted {
  /** When the request recorded it, ISO 8601, by our own clock. A repeated acceptance gets the same time. */
  recordedAt: string;
}

/** Answer of `code`. */
export interface CodeSent {
  /** ISO 8601. */
  sentAt: string;
  /** ISO 8601. Before this time, the provider refuses to send another code. */
  resendFrom: string;
}

/** Answer of `sign`. */
export interface SignAnswer {
  signed: true;
}

/** The error of a query that was asked before newer events. The client asks again. */
export const ASKED_AHEAD = 'newer events came before the query was answered. Ask again';

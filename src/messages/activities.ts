import type { FailureCode } from './failures.js';
import type { MissingFiles, Outcome, StoredContract, StoredDocument } from './outcome.js';
import type { Policy, VerificationPolicy } from './policy.js';
import type { DocumentDigest, ProviderIds, ProviderStatus, RequestKey, RequestPk } from './request.js';
import type { IdentityAccepted, IdentityOrder, IdentityWord, SealedAnswer } from './identity.js';
import type { LateProgress, Reminder } from './feed.js';
import type { RequestEvent, ToReview } from './status.js';
import type { ReviewDecision, Sealed, SignOrder } from './steering.js';

/** An uploaded document: which of ours has which uid at the Optimizer. */
export interface UploadedDocument extends DocumentDigest {
  uid: string;
}

/** The `details[0]` of every failure an activity throws; its `type` is the same code. */
export interface StepFailure {
  code: FailureCode;
  /** Temporary trouble leaves by itself; everything else waits for a decision. */
  temporary: boolean;
  /** Redacted; safe to show. */
  words: string;
  /** The Optimizer concerned, when it is about reaching it. */
  optimizer?: string;
  /** Since when the Optimizer is out of reach of this worker, ISO 8601; deadlines stand still from then on. */
  since?: string;
  /** Numbers beside the words: `bytesNeeded`, `bytesFree`. No personal data. */
  facts?: Record<string, string | number | boolean>;
}

/** What a read of the request brings. */
export interface ProviderRead {
  status: ProviderStatus;
  /** How the signer's number compares; absent where none is expected, or none can be shown yet. */
  identity?: IdentityWord;
}

/** What became of a decision at the provider. */
export interface Decided {
  status: ProviderStatus;
  /** Of an approval that was sent, where a document number is expected. */
  identity?: IdentityWord;
  /** False when nothing was sent, because the provider did not await this decision (any more). */
  sent: boolean;
  /**
   * Of an approval of an enrolment by us, where its secrets are to be kept: `read-again` from the scratchcard, because the
   * answer that had them was lost; `lost` where the scratchcard does not show them.
   */
  secrets?: 'kept' | 'read-again' | 'lost';
}

/** What became of cancelling at the provider. */
export interface Withdrawn {
  closed: boolean;
  /** What it is instead, where the provider says so. */
  status?: ProviderStatus;
}

/** What became of one order to sign. */
export type SignResult =
  | { result: 'issued' }
  /** The provider says that the code is wrong or expired. */
  | { result: 'not-accepted' }
  /** Refused in other words, and not signed. `words`: what the provider said. */
  | { result: 'refused'; words?: string }
  /** No clear answer, and not signed once it had settled. */
  | { result: 'spent'; words?: string }
  /** The request is in no state to be signed; `sent`: whether the code has left all the same. */
  | { result: 'not-signable'; status: ProviderStatus; sent: boolean };

/** What a request may leave at the provider. */
export interface Leftovers {
  /** An enrolment may have more than one: a new video is a new request. */
  requestPks: RequestPk[];
  /** Of documents at the Optimizer. */
  uids: string[];
}

/** What the `watch` activity reads, and how often. */
export interface WatchOrder {
  requestPk: RequestPk;
  seen: ProviderStatus;
  soon: boolean;
  recovering: boolean;
  pace: Policy['watch'];
  /** Milliseconds. */
  budget: number;
}

/** What is fetched after signing, and what may be let pass. */
export interface RetrieveOrder {
  requestPk: RequestPk;
  documents: UploadedDocument[];
  /** As it was shown, and accepted. */
  contract: { sha256: string; size: number };
  filesWithin: number;
  download: Policy['download'];
  mayPass: string[];
  verification: VerificationPolicy;
  events: RequestEvent[];
  /** `files` of the VERIFICATION_NOT_PASSED that an operator accepted: those bytes are kept as they are, and no others. */
  accepted?: string;
  /** An operator's word that no more will come: what cannot be had is missing, what came is kept as it is. */
  giveUp?: boolean;
  /** When the first acceptance of what was signed was recorded, ISO 8601; absent where it was signed without one of ours. */
  acceptedAt?: string;
  /** An operator's word that the contract as it was shown will do: the provider hands out none after signing. */
  contractAsShown: boolean;
}

/** What was fetched and stored after signing. */
export interface Retrieved {
  documents: StoredDocument[];
  contract?: StoredContract;
  /** Only after an operator gave up. */
  missing?: MissingFiles;
  /** Only after an operator gave up: something that came did not pass, and nobody has looked at it. */
  unseen?: true;
}

/** Every activity a worker serves. */
export type Activities = SignatureActivities & EnrolmentActivities;

/** One activity per provider step of the enrolment flow (seed: Registration Authority eIDAS VideoID). */
export interface EnrolmentActivities {
  /**
   * Seed steps 1 and 2: the first unused scratchcard, then create with it. A card somebody else used meanwhile is passed
   * over; a doubtful create is looked up by its card and taken over. A higher `round` asks for another video request.
   */
  enrol(key: RequestKey, order: { round: number }): Promise<{ requestPk: RequestPk; status: ProviderStatus }>;
  /** Takes over what an operator found. */
  adoptEnrolment(
    key: RequestKey,
    order: { requestPk: RequestPk },
  ): Promise<{ requestPk: RequestPk; status: ProviderStatus }>;
  /** Seed steps 5 and 6: sends the data and the evidence documents the video did not give, those of the start and of these
   * supplements; answers what still misses. */
  complete(key: RequestKey, order: { requestPk: RequestPk; supplements: number[] }): Promise<{ missing: string[] }>;
  /** Seed step 7, first half: the RAO declaration and the contract, kept as they will be shown to the officer, whom they name. */
  declare(
    key: RequestKey,
    order: { requestPk: RequestPk; officer?: string; download: Policy['download'] },
  ): Promise<ToReview>;
  /** Seed step 7, second half: `pl_approve`. The secrets it answers are sealed or dropped, never returned. */
  approveEnrolment(key: RequestKey, order: OfficerOrder & { requestPk: RequestPk }): Promise<Decided>;
  /** Declines at CREATED by cancelling, or in VIDEOREVIEW by `refuse_videoid` where a setting allows it. */
  declineEnrolment(key: RequestKey, order: OfficerOrder & { requestPk: RequestPk; reason: string }): Promise<Decided>;
  /**
   * What the provider says about the end: its certificates go into the archive, and why its operator refused is answered; those
   * words may name people.
   */
  readEnd(key: RequestKey, order: { requestPk: RequestPk }): Promise<{ reason?: string }>;
  /** The pre-authorised link, sealed into the archive. Whoever holds it acts as the signer. */
  preauthLink(key: RequestKey, order: { requestPk: RequestPk }): Promise<void>;
}

/** Whose credentials a decision is carried out with. */
export type OfficerOrder = Pick<ReviewDecision, 'officer' | 'credentials'>;

/** One activity per provider step of the signature flow (seed: One-Shot eIDAS VideoID). */
export interface SignatureActivities {
  /**
   * Seed step 1. Fails with CREATE_IN_DOUBT when it may have happened: never repeated blindly. A higher `round` is the
   * operator's word that it may be done, and billed, once more; unless a round from `since` on, which was in doubt, turned
   * out to have succeeded.
   */
  create(key: RequestKey, order: { round: number; since: number }): Promise<ProviderIds & { status: ProviderStatus }>;
  /** Replaces the signer's data at the provider by correction `number` of the archive: Update Request is a full PUT (§4.11). */
  correct(key: RequestKey, order: { requestPk: RequestPk; number: number }): Promise<ProviderRead>;
  /**
   * Takes over ids that an operator found in the provider's console, or that the attempt before left open there;
   * `videoFinished` where its video had been finished by then.
   */
  adopt(key: RequestKey, ids: ProviderIds): Promise<ProviderIds & ProviderRead & { videoFinished?: boolean }>;
  /**
   * Reads until the status differs from `seen`; waits by throwing STILL_WAITING with the next pause, `soon` after a hint.
   * Gives up when the Optimizer stays out of reach for the step's budget; `recovering` then returns at the first answer.
   */
  watch(key: RequestKey, order: WatchOrder): Promise<ProviderRead>;
  /**
   * Seed step 2. Already ENROLLREADY counts as done. Fails with SIGNER_UNEXPECTED where the provider shows another document
   * number than the expected one, and the officer does not say that it is accepted.
   */
  approve(
    key: RequestKey,
    order: ProviderIds & {
      officer: string;
      credentials?: { password?: Sealed; pin?: Sealed };
      identity?: IdentityAccepted;
    },
  ): Promise<Decided>;
  /** Seed step 2, the other decision. Already CANCELLED counts as done. */
  refuse(
    key: RequestKey,
    order: ProviderIds & Pick<ReviewDecision, 'officer' | 'credentials'> & { reason: string },
  ): Promise<Decided>;
  /**
   * Seed steps 3 and 4: one call per document, then the contract, stored as it will be shown. Documents that are up stay up when
   * the contract fails. `contractAsItCame` is an operator's word: what the provider gives is kept also where it is no PDF. Fails
   * with SIGNER_UNEXPECTED before the first, unless the other number was accepted, now or at the approval.
   */
  upload(
    key: RequestKey,
    order: {
      requestPk: RequestPk;
      documents: DocumentDigest[];
      download: Policy['download'];
      contractAsItCame?: boolean;
      identity?: IdentityAccepted;
    },
  ): Promise<{ documents: UploadedDocument[]; contract: { sha256: string; size: number }; identity?: IdentityWord }>;
  /** Seed step 5. `round` counts the codes asked for, so that a repeated try is told from a new question. */
  sendCode(
    key: RequestKey,
    order: { requestPk: RequestPk; coolDown: number; round: number },
  ): Promise<{ sentAt: string }>;
  /** Seed step 6. What unlocks leaves at most once: `codeId` names it. */
  sign(
    key: RequestKey,
    order: { requestPk: RequestPk; codeId: string; settle: number } & SignOrder,
  ): Promise<SignResult>;
  /** Seed step 7, then store, verify, read back, and the evidence. */
  retrieve(key: RequestKey, order: RetrieveOrder): Promise<Retrieved>;
  /** What the provider has of the signer now, sealed to the caller's one-time key; recorded as shown, without values. */
  showIdentity(
    key: RequestKey,
    order: IdentityOrder & { requestPk: RequestPk },
  ): Promise<{ answer: SealedAnswer; identity?: IdentityWord }>;
  /**
   * Cancels at the provider, where its API allows (an assumption). Answers whether the request is closed there, and the
   * status in which the provider did not take it: CANCELLED or ISSUED.
   */
  withdraw(key: RequestKey, order: { requestPk: RequestPk }): Promise<Withdrawn>;
  /**
   * Leaves nothing of ours at the provider, then records the outcome if one is given: the last activity of a request. Signatures:
   * seed step 8 for every uid. Enrolments: cancels what could not be cancelled at the end.
   */
  clean(key: RequestKey, order: Leftovers & { outcome?: Outcome; events: RequestEvent[] }): Promise<void>;
  /** Records the outcome where nothing lies at the Optimizer, or cleaning goes on elsewhere. */
  record(key: RequestKey, order: { outcome: Outcome; events: RequestEvent[] }): Promise<void>;
  /** Reads the status once, for an end that must not miss ISSUED; not within `gap` milliseconds of the read before. */
  readStatus(key: RequestKey, order: { requestPk: RequestPk; gap: number }): Promise<ProviderRead>;
  /** Puts a reminder into the feed: the deadline of the stage comes near. At least once. */
  remind(key: RequestKey, reminder: Reminder): Promise<void>;
  /** Tells of a video that was finished after the end, unless a later attempt has taken the request up. At least once. */
  noteLateVideo(key: RequestKey, order: LateProgress & { requestPk: RequestPk }): Promise<void>;
}

import type { FailureCode } from './failures.js';
import type { MissingFiles, Outcome, StoredContract, StoredDocument } from './outcome.js';
import type { KeptCall, OwnCall } from './own-calls.js';
import type { Policy, VerificationPolicy } from './policy.js';
import type { DocumentDigest, ProviderIds, ProviderStatus, RequestKey, RequestPk } from './request.js';
import type { IdentityAccepted, IdentityOrder, IdentityWord, SealedAnswer } from './identity.js';
import type { LateProgress } from './feed.js';
import type { Envelope, Journaled } from './journal.js';
import type { ToReview } from './status.js';
import type { ReviewDecision, SignOrder } from './steering.js';

/** An uploaded document, by its index, and its uid at the Optimizer. */
export interface UploadedDocument extends DocumentDigest {
  uid: string;
}

/** The `details[0]` of every failure an activity throws; its `type` is the same code. */
export interface StepFailure {
  code: FailureCode;
  /** A temporary failure is retried until it passes. Any other waits for a decision. */
  temporary: boolean;
  /** Redacted; safe to show. */
  words: string;
  /** The Optimizer that is out of reach, if that is the failure. */
  optimizer?: string;
  /** Since when this worker cannot reach the Optimizer, ISO 8601. Deadlines stand still from then on. */
  since?: string;
  /** Numbers beside the words: `bytesNeeded`, `bytesFree`. No personal data. */
  facts?: Record<string, string | number | boolean>;
  /** The end that the archive has recorded before. The request ends as recorded. */
  recorded?: Outcome;
}

/** The `details[0]` of STILL_WAITING. */
export interface StillWaiting {
  /** The provider was read, and said nothing new. */
  read?: true;
}

/** The result of reading the request. */
export interface ProviderRead {
  status: ProviderStatus;
  /** How the signer's number compares. Absent if none is expected, or if the provider cannot show one yet. */
  identity?: IdentityWord;
  /** Our calls that explain the status, from the archive. A request that was reset or started again does not know them. */
  ours?: KeptCall[];
}

/**
 * What our call did at the provider. `ours`: the provider carried it out. `in-doubt`: it was sent, and its answer was lost. `none`:
 * nothing was sent, or the provider refused it. What the provider shows all the same, somebody else did there.
 */
export type CallEffect = 'ours' | 'in-doubt' | 'none';

/** The result of a decision at the provider. */
export interface Decided {
  status: ProviderStatus;
  /** Only if an approval was sent and a document number is expected. */
  identity?: IdentityWord;
  effect: CallEffect;
  /** If somebody else decided in this request's view: our calls that explain the status, from the archive. */
  ours?: KeptCall[];
  /**
   * Only for an approval of an enrolment by us whose secrets must be kept. `read-again`: the answer was lost, so they were read
   * from the scratchcard. `lost`: the scratchcard does not show them.
   */
  secrets?: 'kept' | 'read-again' | 'lost';
}

/** Which video a request must have so that it is not cancelled. `perhaps-finished`: a finished one too. */
export type KeptVideo = 'finished' | 'perhaps-finished';

/** The result of cancelling at the provider. */
export interface Withdrawn {
  /** Nothing can go on there any more. */
  closed: boolean;
  /** The provider does not know the request. */
  notKnown?: true;
  /** The status that was found before. Absent if the provider does not know the request, or was not read. */
  status?: ProviderStatus;
  effect: CallEffect;
}

/** The request whose video another one is to replace. */
export interface ReplacedVideo {
  requestPk: RequestPk;
  /** Somebody gives that video up although it may be finished. A video that is certainly finished is kept all the same. */
  mayBeDiscarded?: boolean;
}

/** The result of one order to sign. */
export type SignResult =
  /** `notSent`: it was ISSUED before, so this order was not sent. An earlier one signed. */
  | { result: 'issued'; notSent?: true }
  /** The provider says that the code is wrong or expired. */
  | { result: 'not-accepted' }
  /** Refused for another reason, and not signed. `words`: what the provider said. */
  | { result: 'refused'; words?: string }
  /** No clear answer, and still not signed after the settle time. */
  | { result: 'spent'; words?: string }
  /** The request cannot be signed in this status. `sent`: whether the code was sent anyway. */
  | { result: 'not-signable'; status: ProviderStatus; sent: boolean };

/** What a request may leave behind at the provider. */
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

/** The files to fetch after signing, and the exceptions that an operator allowed. */
export interface RetrieveOrder {
  requestPk: RequestPk;
  documents: UploadedDocument[];
  /** As it was shown, and accepted. */
  contract: { sha256: string; size: number };
  filesWithin: number;
  download: Policy['download'];
  mayPass: string[];
  verification: VerificationPolicy;
  /** `files` of the VERIFICATION_NOT_PASSED that an operator accepted. Exactly these bytes are kept as they are. */
  accepted?: string;
  /** An operator has given up: files that cannot be fetched are missing, all others are kept as they are. */
  giveUp?: boolean;
  /** When the first acceptance was recorded, ISO 8601. Absent if the request was signed without an acceptance here. */
  acceptedAt?: string;
  /** An operator has allowed to keep the contract as it was shown, because the provider gives none after signing. */
  contractAsShown: boolean;
}

/** The files that were fetched and stored after signing. */
export interface Retrieved {
  documents: StoredDocument[];
  contract?: StoredContract;
  /** Only after an operator gave up. */
  missing?: MissingFiles;
  /** Only after an operator gave up: a file did not pass, and nobody has looked at it. */
  unseen?: true;
}

/** Every activity a worker serves. */
export type Activities = SignatureActivities & EnrolmentActivities;

/**
 * The activities as workflows call them. Each takes an envelope beside its order, and writes it before its work. A workflow that goes on
 * after the end of the request has none.
 */
export type JournaledActivities = {
  [Name in keyof Activities]: (
    key: RequestKey,
    order: Parameters<Activities[Name]>[1],
    envelope?: Envelope,
  ) => Promise<Journaled<Awaited<ReturnType<Activities[Name]>>>>;
};

/** One activity per provider step of the enrolment flow (seed: Registration Authority eIDAS VideoID). */
export interface EnrolmentActivities {
  /**
   * Steps 1 and 2: takes the first unused scratchcard and creates with it. A card that somebody else used meanwhile is
   * skipped. A create in doubt is found by its card and taken over. A higher `round` asks for another video request. It fails
   * with VIDEO_FINISHED or VIDEO_PERHAPS_FINISHED if the signer has finished, or may have, the video that it replaces.
   */
  enrol(
    key: RequestKey,
    order: { round: number; replaces?: ReplacedVideo },
  ): Promise<ProviderRead & { requestPk: RequestPk; round?: number }>;
  /** Takes over what an operator found. */
  adoptEnrolment(key: RequestKey, order: { requestPk: RequestPk }): Promise<ProviderRead & { requestPk: RequestPk }>;
  /** Steps 5 and 6: sends the data and the evidence documents that the video did not give, from the start and from these
   * supplements. Returns what is still missing. */
  complete(key: RequestKey, order: { requestPk: RequestPk; supplements: number[] }): Promise<{ missing: string[] }>;
  /** Step 7, first half: stores the RAO declaration and the contract as the officer will see them. They name this officer. */
  declare(
    key: RequestKey,
    order: { requestPk: RequestPk; officer?: string; download: Policy['download'] },
  ): Promise<ToReview>;
  /** Step 7, second half: `pl_approve`. The secrets in its answer are sealed or dropped, never returned. */
  approveEnrolment(key: RequestKey, order: OfficerOrder & { requestPk: RequestPk }): Promise<Decided>;
  /** Declines: at CREATED by cancelling, in VIDEOREVIEW by `refuse_videoid` if a setting allows it. */
  declineEnrolment(key: RequestKey, order: OfficerOrder & { requestPk: RequestPk; reason: string }): Promise<Decided>;
  /**
   * Reads what the provider says about the end. Certificates go into the archive. Returns the reason of a refusal, which may name
   * people.
   */
  readEnd(key: RequestKey, order: { requestPk: RequestPk }): Promise<{ reason?: string }>;
  /** Seals the pre-authorised link into the archive. Anybody who has the link can act as the signer. */
  preauthLink(key: RequestKey, order: { requestPk: RequestPk }): Promise<void>;
}

/** What a create made. Enrolments may lack the number of the video. */
export interface MadeThere {
  ids?: Pick<ProviderIds, 'requestPk'> & Partial<Pick<ProviderIds, 'videoidPk'>>;
  /** A create was sent, and what came of it is not known. */
  inDoubt?: true;
}

/** One decision of an officer, whose credentials carry it out. */
export interface OfficerOrder extends Pick<ReviewDecision, 'officer' | 'credentials'> {
  /** Identifies the decision. After a reset, the repeated order has the same. */
  decisionId: string;
  own: OwnCall;
}

/** One activity per provider step of the signature flow (seed: One-Shot eIDAS VideoID). */
export interface SignatureActivities {
  /**
   * Step 1. Fails with CREATE_IN_DOUBT if the create may have succeeded: it is never simply repeated. With a higher `round`
   * an operator allows one more create, which may be billed. It is not sent if a round in doubt, from `since` on, turns out to
   * have succeeded. It fails with VIDEO_FINISHED or VIDEO_PERHAPS_FINISHED if the signer has finished, or may have, the video that
   * it replaces.
   * `round` of the answer is the one that made it.
   */
  create(
    key: RequestKey,
    order: { round: number; since: number; replaces?: ReplacedVideo },
  ): Promise<ProviderIds & { status: ProviderStatus; round?: number }>;
  /** Replaces the signer's data at the provider by correction `number` of the archive: Update Request is a full PUT (§4.11). */
  correct(key: RequestKey, order: { requestPk: RequestPk; number: number }): Promise<ProviderRead>;
  /**
   * Takes over ids that an operator found in the provider's console, or that the previous attempt left open there.
   * `videoFinished`: the video of that attempt was already finished.
   */
  adopt(key: RequestKey, ids: ProviderIds): Promise<ProviderIds & ProviderRead & { videoFinished?: boolean }>;
  /**
   * Reads until the status differs from `seen`. It waits by throwing STILL_WAITING with the next pause; `soon` means short pauses.
   * It fails if the Optimizer is out of reach for the step's budget. With `recovering` it returns the first answer.
   */
  watch(key: RequestKey, order: WatchOrder): Promise<ProviderRead>;
  /**
   * Step 2. Fails with SIGNER_UNEXPECTED if the provider shows another document number
   * than the expected one and the officer has not accepted it.
   */
  approve(key: RequestKey, order: OfficerOrder & ProviderIds & { identity?: IdentityAccepted }): Promise<Decided>;
  /** Step 2, the other decision. */
  refuse(key: RequestKey, order: OfficerOrder & ProviderIds & { reason: string }): Promise<Decided>;
  /**
   * Steps 3 and 4: one call per document, then stores the contract as it will be shown. If the contract fails, the documents
   * stay uploaded. With `contractAsItCame` an operator allows a contract that is not a PDF. Fails with SIGNER_UNEXPECTED before
   * the first upload, unless the other number was accepted, now or at the approval.
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
  /** Step 5. `round` counts the requested codes. It distinguishes a repeated try from a new request. */
  sendCode(
    key: RequestKey,
    order: { requestPk: RequestPk; coolDown: number; round: number },
  ): Promise<{ sentAt: string }>;
  /** Step 6. The code or other value is sent at most once. `codeId` identifies it. */
  sign(
    key: RequestKey,
    order: { requestPk: RequestPk; codeId: string; settle: number; own: OwnCall } & SignOrder,
  ): Promise<SignResult>;
  /** Step 7, then store, verify, read back, and the evidence. */
  retrieve(key: RequestKey, order: RetrieveOrder): Promise<Retrieved>;
  /** Reads the signer's data at the provider and seals it to the caller's one-time key. Records that it was shown, without values. */
  showIdentity(
    key: RequestKey,
    order: IdentityOrder & { requestPk: RequestPk },
  ): Promise<{ answer: SealedAnswer; identity?: IdentityWord }>;
  /**
   * Cancels at the provider, if its API allows that (an assumption). It reads first. A request that is already CANCELLED or ISSUED
   * is closed. A request with a video to keep stays open.
   */
  withdraw(key: RequestKey, order: { requestPk: RequestPk; keeps?: KeptVideo; own?: OwnCall }): Promise<Withdrawn>;
  /**
   * The last activity of a request: deletes what is left at the provider, then records the outcome, if one is given. Signatures:
   * step 8 for every uid. Enrolments: cancels requests that could not be cancelled at the end.
   */
  clean(key: RequestKey, order: Leftovers & { outcome?: Outcome }): Promise<void>;
  /** Records the outcome if nothing lies at the Optimizer, or if another workflow deletes it. */
  record(key: RequestKey, order: { outcome: Outcome }): Promise<void>;
  /** What came of creates that the end of a request cut off: from round `since` to `round`, as far as the archive knows. */
  made(key: RequestKey, order: { since: number; round: number }): Promise<MadeThere>;
  /** Reads the status once, for an end that must not miss ISSUED. Waits until `gap` milliseconds after the last read. */
  readStatus(key: RequestKey, order: { requestPk: RequestPk; gap: number }): Promise<ProviderRead>;
  /** Does nothing but to write its envelope into the archive. */
  journal(key: RequestKey, order: Record<string, never>): Promise<void>;
  /**
   * Puts into journal and feed that a video was finished after the end, or after another one had replaced it. Not if a later attempt has
   * reopened the request.
   */
  noteLateVideo(key: RequestKey, order: LateProgress & { requestPk: RequestPk; replaced?: boolean }): Promise<void>;
}

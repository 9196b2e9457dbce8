import type { Policy } from '../messages/policy.js';
import type { DocumentDigest, Flow, ProviderIds, ReviewMode } from '../messages/request.js';

/** A document from the requester. Its name is kept only here. */
export interface NamedDocument extends DocumentDigest {
  /** As `normalisedDocumentName` gives it. */
  name: string;
}

/** Who the signer should be. It leaves the archive only sealed, for an officer. */
export interface ExpectedSigner {
  /** As `documentNumber` of `signatures/identity` writes it. */
  documentNumber: string;
  /** Shown beside the provider's name. It decides nothing. */
  name?: string;
}

/** The data of an enrolment, in addition to the signer's e-mail and phone. */
export interface EnrolmentData {
  /** The provider's number: 0 software, 1 smartcard, 2 cloud. */
  secureElement: string;
  /** Days the certificate is valid. */
  validityTime: string;
  /** Personal data, by the provider's names. */
  fields: Record<string, string>;
}

/** Everything that the workflow of one attempt needs to start. It never changes after the start is committed. */
export interface RequestRecord {
  version: 1;
  flow: Flow;
  reference: string;
  attempt: number;
  /** The previous attempt. Absent in the first. */
  previousAttempt?: number;
  /** The request that it left open at the provider, if this attempt uses it again instead of creating one. */
  reopens?: ProviderIds;
  /** Digest of the idempotency key of the start. */
  startKey?: string;
  environment: string;
  registrationAuthority: string;
  profile: string;
  workflowId: string;
  /** Personal data. It leaves the archive only for the provider. */
  signer: { email: string; phone: string; expected?: ExpectedSigner };
  documents: NamedDocument[];
  reviewMode: ReviewMode;
  /** In `automatic` mode: the officer in whose name requests are approved. */
  automaticOfficer?: string;
  /** In `automatic` mode on production: the name of the written permission. */
  automaticPermission?: string;
  policy: Policy;
  /** Of an enrolment; absent for signatures. */
  enrolment?: EnrolmentData & {
    untilIssued: boolean;
    /** By the settings at start: whether the pre-authorised link may be asked for. */
    preauthLink: boolean;
    /** From the settings at the start: whether our officers may refuse the video. */
    refuseVideo?: boolean;
  };
  /** Hash of the canonical input. Equal input has an equal hash. */
  inputHash: string;
  /** The requester's own small strings, without personal data. Never empty. */
  metadata?: Record<string, string>;
  /** ISO 8601, UTC. */
  createdAt: string;
}

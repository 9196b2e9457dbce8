import type { Policy } from '../messages/policy.js';
import type { DocumentDigest, Flow, ProviderIds, ReviewMode } from '../messages/request.js';

/** A document as the requester gave it; the only place that knows its name. */
export interface NamedDocument extends DocumentDigest {
  /** As `normalisedDocumentName` gives it. */
  name: string;
}

/** What an enrolment needs beside the signer's e-mail and phone. */
export interface EnrolmentData {
  /** As the provider counts them: 0 software, 1 smartcard, 2 cloud. */
  secureElement: string;
  /** Days the certificate is valid. */
  validityTime: string;
  /** Fields by the provider's names; personal data. */
  fields: Record<string, string>;
}

/** What `request.json` holds: everything needed to start, or start again, the workflow of one attempt. Never changes once committed. */
export interface RequestRecord {
  version: 1;
  flow: Flow;
  reference: string;
  attempt: number;
  /** The attempt this one follows; absent on the first. */
  previousAttempt?: number;
  /** What that one left open at the provider, where this one takes it up again instead of creating another. */
  reopens?: ProviderIds;
  /** Digest of the idempotency key that it was started with. */
  startKey?: string;
  environment: string;
  registrationAuthority: string;
  profile: string;
  workflowId: string;
  /** Personal data: leaves the archive only towards the provider. */
  signer: { email: string; phone: string };
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
    /** By the settings at start: whether an officer of ours may refuse the video. */
    refuseVideo?: boolean;
  };
  /** Hash of the canonical input; equal input has an equal hash. */
  inputHash: string;
  /** ISO 8601, UTC. */
  createdAt: string;
}

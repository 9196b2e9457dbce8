import type { Policy } from './policy.js';

/** Which of the two provider systems a request goes through. */
export type Flow = 'signature' | 'enrolment';

/** How the RAO decides. A setting per registration authority. */
export type ReviewMode = 'at-provider' | 'manual' | 'automatic';

/** Names one attempt of one request everywhere: archive, workflow, activities. Holds no personal data. */
export interface RequestKey {
  flow: Flow;
  /** The requester's own name for the request, `[A-Za-z0-9._-]{1,64}`. */
  reference: string;
  /** 1, 2, …: a new try under the same reference. */
  attempt: number;
  /** The id of the archive that holds the request; an activity that sees another archive refuses to run. */
  archiveId: string;
  /** The name of the provider environment in the settings. */
  environment: string;
  /** The registration authority's id at the provider. */
  registrationAuthority: string;
}

/** A document as the workflow knows it: no name, no content. */
export interface DocumentDigest {
  /** 1 to 10, the order in which the requester gave them. */
  index: number;
  sha256: string;
  /** Bytes. */
  size: number;
}

/** What the arguments of both workflows have in common. */
export interface AnyRequest {
  key: RequestKey;
  profile: string;
  /** Signature: what is to be signed. Enrolment: evidence documents, for profiles that land in CREATED. */
  documents: DocumentDigest[];
  reviewMode: ReviewMode;
  /** In `automatic` mode: the officer in whose name requests are approved. */
  automaticOfficer?: string;
  /** In `automatic` mode on production: the name of the written permission. It goes into the evidence. */
  automaticPermission?: string;
  /** Enrolment: whether our officers may refuse the video. Otherwise only the provider's operator may. */
  refuseVideo?: boolean;
  policy: Policy;
}

/** The argument of the signature workflow. */
export interface SignatureRequest extends AnyRequest {
  /** The ids of a request that an earlier attempt left open at the provider. The workflow goes on with it and creates nothing. */
  reopens?: ProviderIds;
}

/** The argument of the enrolment workflow. */
export interface EnrolmentRequest extends AnyRequest {
  /** Whether the enrolment ends at ISSUED, when the signer has picked up the certificate. Otherwise it ends at ENROLLREADY. */
  untilIssued: boolean;
  /** Whether the pre-authorised link may be asked for. Anybody who has the link can act as the signer. */
  preauthLink: boolean;
}

/** The workflow id of an attempt: `signature-<reference>`, later attempts `signature-<reference>~2`. */
export function workflowIdOf(key: Pick<RequestKey, 'flow' | 'reference' | 'attempt'>): string {
  return idOf(key.flow, key);
}

/** The attempt that a workflow id names. Undefined if the id is not that of a request. */
export function attemptOfWorkflow(workflowId: string): Pick<RequestKey, 'flow' | 'reference' | 'attempt'> | undefined {
  const [, flow, reference, attempt] =
    /^(signature|enrolment)-([A-Za-z0-9._-]{1,64})(?:~(\d+))?$/.exec(workflowId) ?? [];
  if ((flow !== 'signature' && flow !== 'enrolment') || reference === undefined) return undefined;
  return { flow, reference, attempt: attempt === undefined ? 1 : Number(attempt) };
}

/** The workflow id of the cleanup of an attempt. */
export function cleanupIdOf(key: Pick<RequestKey, 'reference' | 'attempt'>): string {
  return idOf('cleanup', key);
}

/**
 * The id of the workflow that watches the provider after the end of an attempt. Or, with its `requestPk`, of one that watches an
 * earlier video, which another one has replaced. `~` is in no reference.
 */
export function lateVideoIdOf(key: Pick<RequestKey, 'reference' | 'attempt'>, requestPk?: string): string {
  return requestPk === undefined ? idOf('late-video', key) : `late-video-${key.reference}~${key.attempt}~${requestPk}`;
}

function idOf(what: string, { reference, attempt }: Pick<RequestKey, 'reference' | 'attempt'>): string {
  return attempt === 1 ? `${what}-${reference}` : `${what}-${reference}~${attempt}`;
}

/** The provider's two ids of a request; branded, because they are both numbers and must not be swapped (§3, §12.3). */
export type VideoidPk = string & { readonly kind: 'videoid_pk' };
export type RequestPk = string & { readonly kind: 'request_pk' };

export interface ProviderIds {
  videoidPk: VideoidPk;
  requestPk: RequestPk;
}

/** The provider's request statuses (§6), and any other word that it may send. */
export const PROVIDER_STATUSES = [
  'CREATED',
  'VIDEOPENDING',
  'VIDEOINCOMPLETE',
  'VIDEOREVIEW',
  'VIDEOERROR',
  'ENROLLREADY',
  'ISSUED',
  'RENEWED',
  'CANCELLED',
] as const;
export type KnownProviderStatus = (typeof PROVIDER_STATUSES)[number];
// oxlint-disable-next-line typescript/no-redundant-type-constituents -- the known ones help an editor, the provider may send any
export type ProviderStatus = KnownProviderStatus | (string & {});

import type { Actor, OutcomeKind } from '../messages/outcome.js';
import type { Flow } from '../messages/request.js';
import type { TemporalPlace } from '../messages/temporal-place.js';

/** Which requests to list. All that is given must fit. */
export interface RequestFilter {
  flow?: Flow | undefined;
  /** Whether an outcome is recorded. */
  ended?: boolean | undefined;
  outcome?: OutcomeKind | undefined;
  /** One of these. */
  registrationAuthorities?: readonly string[] | undefined;
  /** The beginning of the reference. Capitals count. */
  prefix?: string | undefined;
  /** A request_pk or videoid_pk. */
  providerId?: string | undefined;
  /** Not before, milliseconds since 1970. */
  createdFrom?: number | undefined;
  /** Before, milliseconds since 1970. */
  createdTo?: number | undefined;
  metadata?: Readonly<Record<string, string>> | undefined;
  /** The signer's present data, as the client normalises it. */
  email?: string | undefined;
  phone?: string | undefined;
  /** One of these ids of workflows. */
  workflowIds?: readonly string[] | undefined;
  /** `ended`, or where it stands. */
  stage?: string | undefined;
  /** Whether it needs, or may need, an operator. */
  attention?: boolean | undefined;
  /** The code of its attention. */
  code?: string | undefined;
}

/** Where a page ended. A list is sorted by these, both descending. */
export interface ListPosition {
  /** Milliseconds since 1970. In a list of deletions: when it was deleted. */
  createdAt: number;
  workflowId: string;
}

/** What the records say about a request. No personal data. */
export interface ListedRequest {
  flow: Flow;
  reference: string;
  attempt: number;
  workflowId: string;
  registrationAuthority: string;
  metadata?: Record<string, string>;
  requestPk?: string;
  videoidPk?: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  outcome?: OutcomeKind;
  endedAt?: string;
  /** Where it stands. Absent before its run has told it. */
  stage?: string;
  /** The code of its attention. */
  attention?: string;
  /** Where it was started. Absent if it was not yet. */
  place?: TemporalPlace;
}

/** An attempt that was deleted. It has no free words: the reason stays with the attempt. */
export interface ListedDeletion {
  flow: Flow;
  reference: string;
  attempt: number;
  registrationAuthority: string;
  /** ISO 8601, UTC. */
  deletedAt: string;
  /** Who deleted it. Absent if that was erased. */
  by?: Actor['kind'];
}

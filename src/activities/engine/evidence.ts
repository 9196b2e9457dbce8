import { json } from 'node:stream/consumers';
import type { Archive } from '../../archive/archive.js';
import { defined } from '../../messages/defined.js';
import { type FailureCode, VideoIdError } from '../../messages/failures.js';
import type {
  Actor,
  OutcomeKind,
  StoredContract,
  StoredDocument,
  Outcome,
  Verification,
} from '../../messages/outcome.js';
import {
  type DocumentDigest,
  type Flow,
  type RequestKey,
  type ReviewMode,
  workflowIdOf,
} from '../../messages/request.js';
import type { JournalEntry } from '../../messages/journal.js';
import type { RequestEvent } from '../../messages/status.js';
import type { Dependencies } from './dependencies.js';

/** What a requester, an operator or a court may ask about one attempt: who did what, when, with which bytes. Kept in `evidence.json`. */
export interface Evidence {
  evidenceVersion: 1;
  request: EvidenceRequest;
  /** What the caller gave for the evidence. Only this may hold personal data. */
  signer?: Record<string, string>;
  provider?: EvidenceProvider;
  documents: EvidenceDocument[];
  contract?: { shownSha256?: string; stored?: StoredContract };
  /** The acceptance that the signature rests on: the last one before signing, or the last one so far. */
  acceptance?: EvidenceAcceptance;
  /** Events of the workflow, sorted by time. */
  events: RequestEvent[];
  /** What was shown to people outside the workflow, sorted by time. */
  shown: ShownEvent[];
  /** Somebody has changed the journal: the number of the first entry that is not as it was written. */
  changedFrom?: number;
  outcome?: EvidenceOutcome;
}

/** The provider's ids, and the certificates that an enrolment issued. */
export interface EvidenceProvider {
  videoidPk?: string;
  requestPk: string;
  certificates?: { serialNumber: string; validFrom?: string; validTo?: string }[];
}

export interface EvidenceRequest {
  flow: Flow;
  reference: string;
  attempt: number;
  workflowId: string;
  environment: string;
  registrationAuthority: string;
  profile: string;
  reviewMode: ReviewMode;
  automaticOfficer?: string;
  automaticPermission?: string;
  /** ISO 8601, UTC. */
  createdAt: string;
}

/** A document as uploaded and as archived after signing. Its name is only in the record of the request. */
export interface EvidenceDocument {
  index: number;
  uploaded: { sha256: string; size: number };
  signed?: { sha256: string; size: number; verification: Verification };
}

export interface EvidenceAcceptance {
  /** When the signer accepted, as the channel reports it. ISO 8601. */
  acceptedAt: string;
  /** When the request recorded it. ISO 8601. */
  recordedAt: string;
  /** When the request recorded the first acceptance. ISO 8601. */
  firstRecordedAt: string;
  /** How the signer signed: `code`, another type, or both. */
  signedWith?: string;
  channel: string;
  consentVersion: string;
  /** SHA-256 of the documents as shown, in order. */
  documents: string[];
  /** SHA-256 of the contract as shown. */
  contract: string;
}

/** A link or a file was shown to somebody. */
export interface ShownEvent {
  /** ISO 8601, UTC. */
  at: string;
  what: string;
  channel?: string;
  facts?: Record<string, string | number | boolean>;
}

export interface EvidenceOutcome {
  outcome: OutcomeKind;
  reason: string;
  note?: string;
  actor: Actor;
  at: string;
  cleanup: Outcome['cleanup'];
}

/** What evidence is made of. `request` may be a whole record: only the fields of `EvidenceRequest` are used. */
export interface EvidenceOrder {
  request: EvidenceRequest & { documents: readonly DocumentDigest[] };
  signer?: Record<string, string>;
  provider?: EvidenceProvider;
  events: readonly RequestEvent[];
  shown: readonly ShownEvent[];
  changedFrom?: number;
  /** Known after archiving. An outcome has them too. */
  documents?: readonly StoredDocument[];
  contract?: StoredContract;
  outcome?: Outcome;
}

/**
 * Writes the evidence, from the journal. Only the record of the request names the signer. Without an outcome it is written only if there is
 * none: a try that comes late must not replace the evidence of the end.
 */
export async function writeEvidence(
  { archive, logger }: Pick<Dependencies, 'archive' | 'logger'>,
  key: RequestKey,
  known: Pick<EvidenceOrder, 'documents' | 'contract' | 'outcome'>,
): Promise<void> {
  const request = await archive.readRequest(key);
  const provider = await archive.readProvider(key);
  const journal = await archive.journal(key);
  const changedFrom = await archive.brokenEntry(key);
  if (changedFrom !== undefined)
    logger.error({ workflowId: workflowIdOf(key), event: changedFrom }, 'somebody has changed the journal');
  const more = defined({ provider, changedFrom });
  const evidence = composeEvidence({ request, ...eventsIn(journal), ...more, ...known });
  await archive.writeEvidence(key, evidence, { replace: known.outcome !== undefined });
}

/** The events of the workflow, and those outside it. */
export function eventsIn(journal: readonly JournalEntry[]): Pick<EvidenceOrder, 'events' | 'shown'> {
  const told = journal.filter(({ run }) => run !== undefined);
  return {
    events: told.filter((event) => !isRepeated(event, told)),
    shown: journal.filter(({ run }) => run === undefined),
  };
}

/** A run that was reset may have taken the event up again from the archive. */
function isRepeated(event: JournalEntry, all: readonly JournalEntry[]): boolean {
  if (event.facts?.['from'] !== 'archive') return false;
  return all.some(({ what, at, facts }) => what === event.what && at === event.at && facts?.['from'] === undefined);
}

/** The evidence is missing, or somebody has changed it. Writing it again would hide that. */
const NOT_OURS = new Set<FailureCode>(['DOCUMENT_NOT_FOUND', 'ARCHIVED_FILE_CHANGED']);

/**
 * Notes in the evidence that the cleanup is done, and what happened outside the workflow since the end. Only the workflow of the
 * request knows the events, so the rest stays as it is.
 */
export async function completeEvidence(
  archive: Pick<Archive, 'openFile' | 'events' | 'writeEvidence'>,
  key: RequestKey,
  outcome: Outcome,
): Promise<void> {
  try {
    const written = (await json((await archive.openFile(key, { kind: 'evidence' })).stream)) as Evidence;
    const shown = shownOf(await archive.events(key));
    await archive.writeEvidence(key, { ...written, shown, outcome: outcomeOf(outcome) }, { replace: true });
  } catch (error) {
    if (!(error instanceof VideoIdError) || !NOT_OURS.has(error.code)) throw error;
  }
}

/** Pure: equal orders give equal evidence. Keys, events and documents are sorted. */
export function composeEvidence(order: EvidenceOrder): Evidence {
  const { signer, provider, changedFrom, outcome } = order;
  const events = inOrder(order.events).map(({ at, what, actor, facts }) => ({
    at,
    what,
    ...defined({ actor: actor && actorOf(actor), facts: facts && sorted(facts) }),
  }));
  const acceptance = acceptanceIn(events);
  const contract = contractOf(order);
  return {
    evidenceVersion: 1,
    request: requestOf(order.request),
    ...defined({ signer: signer && sorted(signer), provider: provider && providerOf(provider) }),
    documents: documentsOf(order),
    ...defined({ contract, acceptance }),
    events,
    shown: shownOf(order.shown),
    ...defined({ changedFrom, outcome: outcome && outcomeOf(outcome) }),
  };
}

function shownOf(shown: readonly ShownEvent[]): ShownEvent[] {
  return inOrder(shown).map(({ at, what, channel, facts }) => ({
    at,
    what,
    ...defined({ channel, facts: facts && sorted(facts) }),
  }));
}

function requestOf(request: EvidenceRequest): EvidenceRequest {
  const { automaticOfficer, automaticPermission } = request;
  return {
    flow: request.flow,
    reference: request.reference,
    attempt: request.attempt,
    workflowId: request.workflowId,
    environment: request.environment,
    registrationAuthority: request.registrationAuthority,
    profile: request.profile,
    reviewMode: request.reviewMode,
    ...defined({ automaticOfficer, automaticPermission }),
    createdAt: request.createdAt,
  };
}

function providerOf({ videoidPk, requestPk, certificates }: EvidenceProvider): EvidenceProvider {
  return {
    ...defined({ videoidPk }),
    requestPk,
    ...defined({ certificates: certificates && [...certificates] }),
  };
}

function documentsOf({ request, documents, outcome }: EvidenceOrder): EvidenceDocument[] {
  const stored = documents ?? outcome?.documents ?? [];
  const uploaded = request.documents.toSorted((one, other) => one.index - other.index);
  return uploaded.map(({ index, sha256, size }) => {
    const signed = stored.find((document) => document.index === index);
    return {
      index,
      uploaded: { sha256, size },
      ...defined({ signed: signed && storedFile(signed) }),
    };
  });
}

function contractOf({ contract, outcome, events }: EvidenceOrder): Evidence['contract'] {
  const stored = contract ?? outcome?.contract;
  const shown = inOrder(events).findLast(({ what }) => what === 'documents-uploaded')?.facts?.['contract'];
  if (stored === undefined && typeof shown !== 'string') return undefined;
  return {
    ...(typeof shown === 'string' ? { shownSha256: shown } : {}),
    ...defined({ stored: stored && { ...storedFile(stored), signed: stored.signed } }),
  };
}

function storedFile({ sha256, size, verification }: StoredDocument | StoredContract) {
  return { sha256, size, verification: verificationOf(verification) };
}

/** The workflow records each acceptance with a number, and each order to sign with the number of its acceptance. */
function acceptanceIn(events: readonly RequestEvent[]): EvidenceAcceptance | undefined {
  const all = events.filter(({ what }) => what === 'accepted');
  const orders = events.filter(({ what }) => what === 'sign-asked' || what === 'sign-overtaken');
  // An order that was overtaken was not sent: an earlier one signed.
  const asked = orders.findLast(
    ({ what }, place) => what === 'sign-asked' && orders[place + 1]?.what !== 'sign-overtaken',
  )?.facts;
  const accepted =
    all.find(({ facts }) => asked !== undefined && facts?.['acceptance'] === asked['acceptance']) ?? all.at(-1);
  if (accepted?.facts === undefined) return undefined;
  const { acceptedAt, channel, consentVersion, documents, contract } = accepted.facts;
  return {
    acceptedAt: String(acceptedAt),
    recordedAt: accepted.at,
    firstRecordedAt: all[0]?.at ?? accepted.at,
    ...(asked?.['with'] === undefined ? {} : { signedWith: String(asked['with']) }),
    channel: String(channel),
    consentVersion: String(consentVersion),
    documents: String(documents).split(' '),
    contract: String(contract),
  };
}

function outcomeOf({ outcome, reason, note, actor, at, cleanup }: Outcome): EvidenceOutcome {
  return { outcome, reason, ...defined({ note }), actor: actorOf(actor), at, cleanup };
}

function verificationOf({ result, reasons, facts }: Verification): Verification {
  return { result, reasons: [...reasons], facts: sorted(facts) };
}

function actorOf({ kind, id }: Actor): Actor {
  return { kind, ...defined({ id }) };
}

function inOrder<Event extends { at: string }>(events: readonly Event[]): Event[] {
  return events.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function sorted<Value>(facts: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(facts).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

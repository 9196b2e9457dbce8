import type { RequestRecord } from '../../archive/request-record.js';
import type { Config } from '../../config/schema.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Outcome } from '../../messages/outcome.js';
import { commitAttempt, hashOf } from './attempt-record.js';
import { completedRecord, earlierDocuments } from './earlier-attempt.js';
import type { CheckedEnrolment } from './enrolment-input.js';
import { enrolmentSettings } from './enrolment-settings.js';
import { checkCount, identify, limitsFor, takeIn, takeOver } from '../input/input.js';
import {
  assertHere,
  assertNoneDeleted,
  checkedUpdateId,
  claimHere,
  keyReused,
  orderName,
  type RequestAccess,
} from '../running/access.js';
import { requestSettings, type RequestSettings } from './request-settings.js';
import type { CheckedInput } from './signature-input.js';
import { startWorkflow } from './workflow-start.js';

/** The result of a start. */
export interface Started {
  reference: string;
  attempt: number;
  workflowId: string;
  /** `running` or `ended` if the same start was made before. */
  state: 'started' | 'running' | 'ended';
  /** Only with `ended`. */
  outcome?: Outcome;
  /** Only if it was moved from another Temporal: what may happen. */
  risks?: string[];
}

/** The parts of the client that a start needs. */
export type StartPlace = Pick<RequestAccess, 'archive' | 'client' | 'clock' | 'config' | 'keys' | 'temporal'>;

/** Options of a start. */
export interface StartOptions {
  /** One id per human action. The reference identifies a request. This id identifies a new attempt. */
  updateId?: string | undefined;
}

/** A start of either flow, after the checks that need no settings. */
type Checked = CheckedInput | CheckedEnrolment;
type Keyed = Checked & { startKey: string | undefined };

/** Fields that only a new attempt may leave out. */
interface Complete {
  signer: RequestRecord['signer'];
  documents: Exclude<CheckedInput['documents'], undefined>;
}

/**
 * Starts a request of either flow, or finds the one that the same input started before. All checks come before anything is
 * created. A refused start leaves nothing behind.
 *
 * @throws VideoIdError every input code, ARCHIVE_FULL, ARCHIVE_UNAVAILABLE, ARCHIVE_NOT_SHARED, and what `startWorkflow` throws
 */
export async function startRequest(place: StartPlace, input: Checked, { updateId }: StartOptions): Promise<Started> {
  await place.keys.signing(); // without a key nothing could be started, so nothing is recorded
  checkCount(input, place.config.documents.maximumCount);
  const checked = { ...input, startKey: updateId === undefined ? undefined : orderName(checkedUpdateId(updateId)) };
  const { flow, reference } = checked;
  const latest = await place.archive.latestAttempt(flow, reference);
  if (latest > 0) await assertHere(place, await place.archive.readRequest({ flow, reference, attempt: latest }));
  const record =
    (await startedWith(place, checked, latest)) ??
    (checked.newAttempt
      ? await newAttempt(place, checked, latest)
      : latest === 0
        ? await firstAttempt(place, checked)
        : await sameStart(place, checked, latest));
  return await resumeRequest(place, record);
}

/**
 * The attempt that was started with this key. If the answer was lost and the attempt has ended, the repeated order must not make
 * another.
 */
async function startedWith(place: StartPlace, checked: Keyed, latest: number): Promise<RequestRecord | undefined> {
  const { archive, config } = place;
  const { flow, reference, documents, startKey } = checked;
  if (startKey === undefined) return undefined;
  for (let attempt = latest; attempt > 0; attempt -= 1) {
    const record = await archive.readRequest({ flow, reference, attempt });
    if (record.startKey !== startKey) continue;
    const again = checked.newAttempt === true && attempt > 1;
    const before = again
      ? await completedRecord(archive, await archive.readRequest({ flow, reference, attempt: attempt - 1 }))
      : undefined;
    const signer = signerOf(checked, before?.signer);
    const identities = documents === undefined ? record.documents : await identify(documents, config.documents);
    const same =
      again === attempt > 1 &&
      signer !== undefined &&
      hashOf(settingsOf(config, checked, before), {
        signer,
        documents: identities,
        metadata: metadataOf(checked, before),
      }) === record.inputHash;
    if (same) return record;
    throw keyReused({ verb: 'start', at: record.createdAt });
  }
  return undefined;
}

/** The first start under a reference. If several come at once, one creates the request and the others find it. */
async function firstAttempt(place: StartPlace, checked: Keyed): Promise<RequestRecord> {
  const settings = settingsOf(place.config, checked);
  const { signer, documents } = complete(checked);
  const record = await commitAttempt(place, {
    reference: checked.reference,
    attempt: 1,
    startKey: checked.startKey,
    settings,
    signer,
    metadata: metadataOf(checked),
    take: (incoming) => takeIn(incoming, documents, limitsFor(checked.flow, place.config.documents)),
  });
  if (record.committed === 'created') return record;
  return await recognised(place, record, await place.archive.latestAttempt(checked.flow, checked.reference));
}

/** A start under an existing reference. The documents are only hashed. */
async function sameStart(place: StartPlace, checked: Checked, latest: number): Promise<RequestRecord> {
  const settings = settingsOf(place.config, checked);
  const { signer, documents } = complete(checked);
  const identities = await identify(documents, place.config.documents);
  const { flow, reference } = checked;
  const given = { signer, documents: identities, metadata: metadataOf(checked) };
  return await recognised(place, { flow, reference, inputHash: hashOf(settings, given) }, latest);
}

/** The latest attempt that the same input started. */
async function recognised(
  place: StartPlace,
  wanted: Pick<RequestRecord, 'flow' | 'reference' | 'inputHash'>,
  latest: number,
): Promise<RequestRecord> {
  for (let attempt = latest; attempt > 0; attempt -= 1) {
    const record = await place.archive.readRequest({ flow: wanted.flow, reference: wanted.reference, attempt });
    if (record.inputHash === wanted.inputHash) return record;
  }
  throw new VideoIdError('REFERENCE_TAKEN', 'The reference belongs to a request with other data or documents.', {
    field: 'reference',
    remedy: 'Use another reference. Or, if the request ended without success, start a new attempt.',
    facts: { attempt: latest },
  });
}

/** A new attempt under a reference. Missing values come from the attempt before. */
async function newAttempt(place: StartPlace, checked: Keyed, latest: number): Promise<RequestRecord> {
  if (latest === 0) {
    throw notAllowed('There is no earlier attempt under this reference.', 'Leave newAttempt out.', { attempt: 0 });
  }
  const { archive, config } = place;
  const { flow, reference, documents } = checked;
  const before = await archive.readRequest({ flow, reference, attempt: latest });
  const outcome = await archive.readOutcome(before);
  if (outcome === undefined) {
    // The order is repeated, because its answer was lost or Temporal was away.
    const identities = documents === undefined ? before.documents : await identify(documents, config.documents);
    const hash = hashOf(settingsOf(config, checked, before), {
      signer: signerOf(checked, before.signer),
      documents: identities,
      metadata: metadataOf(checked, before),
    });
    if (latest > 1 && before.reopens === undefined && hash === before.inputHash) return before;
    throw notAllowed('The attempt before has not ended.', 'Wait for its end, or cancel it first.', { attempt: latest });
  }
  await assertNoneDeleted(archive, before);
  if (outcome.outcome === 'signed' || outcome.outcome === 'enrolled') {
    throw notAllowed(`The request ended ${outcome.outcome}.`, 'Use another reference for another request.', {
      attempt: latest,
      outcome: outcome.outcome,
    });
  }
  const attempt = latest + 1;
  const earlier = await completedRecord(archive, before);
  const record = await commitAttempt(place, {
    reference,
    attempt,
    previousAttempt: latest,
    startKey: checked.startKey,
    settings: settingsOf(config, checked, earlier),
    signer: signerOf(checked, earlier.signer),
    metadata: metadataOf(checked, before),
    take: async (incoming) =>
      documents === undefined
        ? await takeOver(incoming, await earlierDocuments(archive, before), limitsFor(flow, config.documents))
        : await takeIn(incoming, documents, limitsFor(flow, config.documents)),
  });
  if (record.committed === 'created') return record;
  const other = await archive.readRequest({ flow, reference, attempt });
  if (other.inputHash === record.inputHash) return other;
  throw notAllowed('Another new attempt was started at the same time.', 'See its status.', { attempt });
}

/** What is not given stays, also the expected identity. Undefined if a part is known neither here nor before. */
function signerOf<Before extends RequestRecord['signer'] | undefined>(
  { signer }: Checked,
  before: Before,
): RequestRecord['signer'] | Before {
  const { email, phone, ...more } = { ...before, ...defined({ ...signer }) };
  return email === undefined || phone === undefined ? before : { email, phone, ...more };
}

/** What is not given stays. An empty set takes all away. */
function metadataOf({ metadata }: Checked, before?: RequestRecord): RequestRecord['metadata'] {
  const given = metadata ?? before?.metadata ?? {};
  return Object.keys(given).length === 0 ? undefined : given;
}

/** The settings for this start. In a new attempt, missing values come from the attempt before. */
function settingsOf(config: Config, checked: Checked, before?: RequestRecord): RequestSettings {
  const registrationAuthority = checked.registrationAuthority ?? before?.registrationAuthority;
  const profile = checked.profile ?? (checked.registrationAuthority === undefined ? before?.profile : undefined);
  const named = { registrationAuthority, profile, policy: checked.policy };
  if (checked.flow === 'signature') return requestSettings(config, named);
  const { secureElement, validityTime, fields, untilIssued } = checked;
  return enrolmentSettings(config, { ...named, secureElement, validityTime, fields, untilIssued }, before);
}

/**
 * The recorded outcome, or the workflow. It is started now if it was not before.
 *
 * @param again whether a workflow that was ended from outside is started again
 */
export async function resumeRequest(place: StartPlace, record: RequestRecord, again = false): Promise<Started> {
  const { archive, client, config } = place;
  const { reference, attempt, workflowId } = record;
  const outcome = await archive.readOutcome(record);
  if (outcome !== undefined) return { reference, attempt, workflowId, state: 'ended', outcome };
  const { taskQueue } = config.temporal;
  const sign = await place.keys.signing();
  const claim = (): Promise<void> => claimHere(place, record);
  const started = await startWorkflow(client, { record, archiveId: archive.id, taskQueue, sign, claim, again });
  return { reference, attempt, workflowId, ...started };
}

/** An enrolment may have no documents. */
function complete(checked: Checked): Complete {
  const { flow, documents = flow === 'enrolment' ? [] : undefined } = checked;
  const signer = signerOf(checked, undefined);
  if (signer !== undefined && documents !== undefined) return { signer, documents };
  throw new VideoIdError('BAD_INPUT', 'Signer and documents may be left out in a new attempt only.', {
    field: signer === undefined ? 'signer' : 'documents',
  });
}

/** The failure for a new attempt that is not allowed, or not now. */
export function notAllowed(
  message: string,
  remedy: string,
  facts: Record<string, string | number>,
  field = 'newAttempt',
): VideoIdError {
  return new VideoIdError('ATTEMPT_NOT_ALLOWED', message, { field, remedy, facts });
}

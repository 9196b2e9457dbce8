import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import {
  defineSearchAttributeKey,
  type Payload,
  SearchAttributeType,
  TypedSearchAttributes,
  type WorkflowIdReusePolicy,
} from '@temporalio/common';
import { decodeFromPayloadsAtIndex } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Outcome } from '../../messages/outcome.js';
import {
  type AnyRequest,
  type EnrolmentRequest,
  type RequestKey,
  type SignatureRequest,
  workflowIdOf,
} from '../../messages/request.js';
import { REGISTRATION_AUTHORITY_ATTRIBUTE, STAGE_ATTRIBUTE } from '../../messages/search-attributes.js';
import type { Stage } from '../../messages/status.js';
import type { SignArgument } from '../../security/order-signatures.js';
import { isEncrypted } from '../../security/payload-codec.js';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import { findExecution, refusalOf } from '../running/access.js';

const stage = defineSearchAttributeKey(STAGE_ATTRIBUTE, SearchAttributeType.KEYWORD);
const registrationAuthority = defineSearchAttributeKey(REGISTRATION_AUTHORITY_ATTRIBUTE, SearchAttributeType.KEYWORD);

/** The result of starting a workflow. */
export type WorkflowStarted = { state: 'started' } | { state: 'running' } | { state: 'ended'; outcome: Outcome };

/**
 * Starts the workflow of a committed attempt. It may be called again for a started one.
 *
 * @throws VideoIdError TEMPORAL_UNREACHABLE, SETUP_FAILED, BAD_SETTING: the attempt is recorded, and the same start
 *   resumes it; REQUEST_ENDED when somebody ended the workflow without an outcome; ARCHIVE_NOT_SHARED; KEY_NOT_SHARED; START_REFUSED
 *   when something else has the workflow's id; REQUEST_ELSEWHERE
 */
export async function startWorkflow(
  client: Client,
  start: {
    record: RequestRecord;
    archiveId: string;
    taskQueue: string;
    sign: SignArgument;
    /** Records that the request runs here. @throws VideoIdError REQUEST_ELSEWHERE */
    claim: () => Promise<void>;
    /** Whether a workflow that somebody ended without an outcome is started again. */
    again: boolean;
  },
): Promise<WorkflowStarted> {
  const { record } = start;
  try {
    await start.claim();
    return await client.withDeadline(Date.now() + CALL_WITHIN, async () => await startOrFind(client, start));
  } catch (error) {
    if (error instanceof VideoIdError && error.code !== 'TEMPORAL_UNREACHABLE') throw error;
    throw temporalFailure(error instanceof VideoIdError ? error.cause : error, {
      words: 'The request is recorded and not lost.',
      remedy: 'When Temporal answers again, repeat the same start: it resumes this request and creates no second one.',
      facts: { reference: record.reference, attempt: record.attempt },
    });
  }
}

type Start = Parameters<typeof startWorkflow>[1];

/** If the id belongs to a start that was refused, nothing has happened under it. Then the workflow is started again. */
async function startOrFind(client: Client, start: Start): Promise<WorkflowStarted> {
  const { workflowId } = start.record;
  if (await started(client, start, 'REJECT_DUPLICATE')) return { state: 'started' };
  const anew = start.again || (await refusalOf(client, workflowId)) !== undefined;
  if (anew && (await started(client, start, 'ALLOW_DUPLICATE_FAILED_ONLY'))) return { state: 'started' };
  return await startedBefore(client, start);
}

/** False if the id is taken. */
async function started(
  client: Client,
  { record, archiveId, taskQueue, sign }: Start,
  workflowIdReusePolicy: WorkflowIdReusePolicy,
): Promise<boolean> {
  const first: Stage = 'creating';
  try {
    await client.workflow.start(record.flow, {
      workflowId: record.workflowId,
      taskQueue,
      args: [sign('start', workflowArgument(record, archiveId))],
      workflowIdReusePolicy,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: stage, value: first },
        { key: registrationAuthority, value: record.registrationAuthority },
      ]),
      staticSummary: summaryOf(record),
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

function workflowArgument(record: RequestRecord, archiveId: string): SignatureRequest | EnrolmentRequest {
  const { flow, reference, attempt, environment, profile, reviewMode, policy, enrolment, reopens } = record;
  const key: RequestKey = {
    flow,
    reference,
    attempt,
    archiveId,
    environment,
    registrationAuthority: record.registrationAuthority,
  };
  const request: AnyRequest = {
    key,
    profile,
    // Without document names: they may contain private data.
    documents: record.documents.map(({ index, sha256, size }) => ({ index, sha256, size })),
    reviewMode,
    ...defined({ automaticOfficer: record.automaticOfficer, automaticPermission: record.automaticPermission }),
    policy,
  };
  if (enrolment === undefined) return reopens === undefined ? request : { ...request, reopens };
  const { untilIssued, preauthLink, refuseVideo } = enrolment;
  return { ...request, untilIssued, preauthLink, ...defined({ refuseVideo }) };
}

/** At most 200 bytes (Temporal's limit), without personal data. */
function summaryOf(record: RequestRecord): string {
  const { flow, reference, attempt, profile, documents, registrationAuthority: authority } = record;
  const again = attempt === 1 ? '' : `, attempt ${attempt}`;
  if (flow === 'enrolment') return `Enrolment ${reference}${again}: ${profile}, registration authority ${authority}`;
  return `Signature request ${reference}${again}: ${documents.length} document(s), registration authority ${authority}`;
}

/** The state of a workflow in Temporal. It is asked only if the archive has no outcome. */
async function startedBefore(client: Client, { record, archiveId }: Start): Promise<WorkflowStarted> {
  await assertOurs(client, record, archiveId);
  const { outcome } = await findExecution(client, record.workflowId);
  return outcome === undefined ? { state: 'running' } : { state: 'ended', outcome };
}

/**
 * Two archives in one namespace must not mix up their requests. The argument of the workflow names its archive.
 *
 * @throws VideoIdError ARCHIVE_NOT_SHARED, KEY_NOT_SHARED, START_REFUSED
 */
export async function assertOurs(client: Client, record: RequestRecord, archiveId: string): Promise<void> {
  const { workflowId } = record;
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const argument = await readStart(client, payloads?.[0]);
  if (argument === undefined || workflowIdOf(argument.key) !== workflowId) throw notStartedByUs(workflowId);
  if (argument.key.archiveId !== archiveId) {
    throw new VideoIdError('ARCHIVE_NOT_SHARED', 'Temporal has a request of another archive under this reference.', {
      field: 'archive',
      remedy: 'Give all processes of one namespace the same archive; or use another namespace, or another reference.',
    });
  }
  if (contentOf(argument) !== contentOf(record)) throw otherDocuments(record);
}

/** What a start cannot change: the documents, in their order. */
function contentOf({ documents }: Pick<AnyRequest | RequestRecord, 'documents'>): string {
  return documents.map(({ sha256 }) => sha256).join(' ');
}

/** After an older copy of the archive was restored, an order may be repeated with other documents. */
function otherDocuments({ reference }: RequestRecord): VideoIdError {
  return new VideoIdError('REFERENCE_TAKEN', 'Temporal runs a request with other documents under this reference.', {
    field: 'documents',
    remedy: `Cancel the request that runs: videoid cancel ${reference} --reason TEXT. Then start a new attempt, or use another reference.`,
  });
}

/**
 * The argument of a workflow's start. Undefined if it is not encrypted, or is not a request.
 *
 * @throws VideoIdError KEY_NOT_SHARED if it is encrypted with a key that this process lacks
 */
async function readStart(client: Client, payload: Payload | undefined): Promise<AnyRequest | undefined> {
  const { loadedDataConverter } = client.options;
  if (!payload) return undefined;
  try {
    const argument: unknown = await decodeFromPayloadsAtIndex(loadedDataConverter, 0, [payload]);
    return isRequest(argument) ? argument : undefined;
  } catch (error) {
    if (error instanceof VideoIdError && isEncrypted(payload)) throw error;
    return undefined;
  }
}

function isRequest(argument: unknown): argument is AnyRequest {
  if (typeof argument !== 'object' || argument === null || !('key' in argument)) return false;
  return typeof argument.key === 'object' && argument.key !== null;
}

function notStartedByUs(workflowId: string): VideoIdError {
  return new VideoIdError('START_REFUSED', 'Temporal has a workflow with the id of this request that is not ours.', {
    field: 'reference',
    remedy: `Check who can write to Temporal, and what ${workflowId} is. Terminate and delete it, then repeat the same start.`,
  });
}

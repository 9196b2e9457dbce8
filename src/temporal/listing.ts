import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { listExecutions } from './executions.js';
import { defined } from '../messages/defined.js';
import { type FailureCode, VideoIdError, isFailureCode } from '../messages/failures.js';
import { attemptOfWorkflow, type Flow } from '../messages/request.js';
import {
  ATTENTION_ATTRIBUTE,
  REGISTRATION_AUTHORITY_ATTRIBUTE,
  REQUEST_PK_ATTRIBUTE,
  STAGE_ATTRIBUTE,
} from '../messages/search-attributes.js';
import { type Stage, STAGES } from '../messages/status.js';
import { isUnknownMark, NOT_REPLAYED, REPORTED_PROBLEMS } from './history-reset.js';
import { ofInstallation, ofOthers } from './namespace.js';
import { CALL_WITHIN, temporalFailure } from './calls.js';

/** Which requests to search for. */
export interface SearchOptions {
  /** Only those of this flow. */
  flow?: Flow | undefined;
  /** Only those in this stage. In search it changes only at create, at manual review and at the end. */
  stage?: string | undefined;
  /** True: only those in attention, or that no worker can continue. False: only those that are not in attention. */
  attention?: boolean | undefined;
  /** Only running ones that no worker can continue. Search knows them only where the server marks them (1.31, maybe not older ones). */
  problem?: true | undefined;
  /** Only those that run. */
  running?: true | undefined;
  /** Only those that ended with an outcome. */
  completed?: true | undefined;
  /** Only running ones that are in attention with this failure. */
  code?: string | undefined;
  /** At most so many. Default: 100. */
  limit?: number | undefined;
  /** Milliseconds. Default: 10 seconds. */
  within?: number | undefined;
}

/** A request as search shows it, at most a few seconds late. No personal data. */
export interface SearchedRequest {
  reference: string;
  attempt: number;
  workflowId: string;
  flow: Flow;
  state: 'running' | 'ended';
  registrationAuthority?: string;
  stage?: string;
  /** The failure code of its attention. NOT_REPLAYABLE or STEP_FAILED if no worker can continue it. */
  attention?: string;
  /** If no worker can continue it: NOT_REPLAYABLE or STEP_FAILED. */
  problem?: FailureCode;
  requestPk?: string;
  taskQueue: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  endedAt?: string;
}

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const ATTRIBUTES = {
  registrationAuthority: keyword(REGISTRATION_AUTHORITY_ATTRIBUTE),
  stage: keyword(STAGE_ATTRIBUTE),
  attention: keyword(ATTENTION_ATTRIBUTE),
  requestPk: keyword(REQUEST_PK_ATTRIBUTE),
};

const PROBLEMS = defineSearchAttributeKey(REPORTED_PROBLEMS, SearchAttributeType.KEYWORD_LIST);

/** The most that are listed at once. */
export const MOST = 10_000;

/** Where requests are listed and counted. */
interface Place {
  client: Client;
  /** Names the installation: several may share a namespace. */
  taskQueue: string;
}

/**
 * The requests of an installation in Temporal, the newest first: running ones, and those that ended within the retention.
 *
 * @throws VideoIdError BAD_INPUT, TEMPORAL_UNREACHABLE, SETUP_FAILED
 */
export async function listRequests(place: Place, options: SearchOptions): Promise<SearchedRequest[]> {
  return await listed(place, ofInstallation(place.taskQueue), options);
}

/**
 * The same in all other task queues: requests of other installations, and some of ours, if settings are wrong.
 *
 * @throws VideoIdError as `listRequests`
 */
export async function listInOtherQueues(place: Place, options: SearchOptions): Promise<SearchedRequest[]> {
  return await listed(place, ofOthers(place.taskQueue), options);
}

/** So many ids are asked for in one query. */
const IDS_AT_ONCE = 100;

/**
 * What Temporal's search knows about requests, in any task queue. If a request has several runs: the one that goes on, or else the newest.
 *
 * @param within milliseconds
 * @throws VideoIdError TEMPORAL_UNREACHABLE, SETUP_FAILED
 */
export async function searchRequests(
  client: Client,
  workflowIds: readonly string[],
  within: number,
): Promise<ReadonlyMap<string, SearchedRequest>> {
  const known = new Map<string, SearchedRequest>();
  const add = (request: SearchedRequest): void => {
    const other = known.get(request.workflowId);
    if (other === undefined || rankOf(other) < rankOf(request)) known.set(request.workflowId, request);
  };
  try {
    await client.withDeadline(Date.now() + within, async () => {
      for (let at = 0; at < workflowIds.length; at += IDS_AT_ONCE) {
        const some = workflowIds.slice(at, at + IDS_AT_ONCE).map((id) => `'${id.replaceAll("'", "''")}'`);
        (await found(client, `WorkflowId IN (${some.join(', ')})`, MOST)).forEach(add);
      }
    });
  } catch (error) {
    throw temporalFailure(error);
  }
  return known;
}

function rankOf({ state, startedAt }: SearchedRequest): string {
  return `${state === 'running' ? 1 : 0} ${startedAt}`;
}

async function listed({ client }: Place, where: string, options: SearchOptions): Promise<SearchedRequest[]> {
  const limit = options.limit ?? 100;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw new VideoIdError('BAD_INPUT', 'The limit is not a number of requests.', {
      field: 'limit',
      remedy: `Give a whole number from 1 to ${MOST}.`,
    });
  }
  const ask = async (problems: boolean): Promise<SearchedRequest[]> =>
    options.problem && !problems ? [] : await found(client, `${where} AND ${queryOf(options, problems)}`, limit);
  return asked(client, ask, options.within);
}

/** Of the requests of an installation that run. */
export interface RequestCount {
  running: number;
  /** Those of them that are in attention, or that no worker can continue. */
  attention: number;
}

/**
 * How many requests of an installation run, as search knows it.
 *
 * @throws VideoIdError TEMPORAL_UNREACHABLE, SETUP_FAILED
 */
export async function countRequests({ client, taskQueue }: Place): Promise<RequestCount> {
  const count = async (query: string): Promise<number> =>
    (await client.workflow.count(`${ofInstallation(taskQueue)} AND ${query}`)).count;
  return asked(client, async (problems) => ({
    running: await count(`${queryOf({}, problems)} AND ExecutionStatus = 'Running'`),
    attention: await count(queryOf({ attention: true }, problems)),
  }));
}

/** Also asks for requests that the server has marked as a problem, if it marks them. */
async function asked<Answer>(
  client: Client,
  ask: (problems: boolean) => Promise<Answer>,
  within = CALL_WITHIN,
): Promise<Answer> {
  const limited = (problems: boolean) => client.withDeadline(Date.now() + within, () => ask(problems));
  try {
    return await limited(true).catch((error: unknown) => {
      if (!isUnknownMark(error)) throw error;
      return limited(false);
    });
  } catch (error) {
    throw temporalFailure(error);
  }
}

async function found(client: Client, query: string, limit: number): Promise<SearchedRequest[]> {
  const requests: SearchedRequest[] = [];
  for await (const info of listExecutions(client, { query, pageSize: Math.min(limit, 1000) })) {
    const summary = summaryOf(info);
    if (summary === undefined || (await wasReset(client, info))) continue;
    requests.push(summary);
    if (requests.length === limit) break;
  }
  return requests;
}

/** A request that was reset continues in another run. The run that was ended for it does not count as a request. */
async function wasReset(client: Client, { status, workflowId, runId }: WorkflowExecutionInfo): Promise<boolean> {
  if (status.name !== 'TERMINATED') return false;
  return (await client.workflow.getHandle(workflowId).describe()).runId !== runId;
}

/** Visibility lists the newest first by default. Not every store accepts an ORDER BY. */
function queryOf(
  { flow, stage, attention, code, problem, running, completed }: SearchOptions,
  problems: boolean,
): string {
  const parts = [
    flow === undefined ? `WorkflowType IN ('signature', 'enrolment')` : `WorkflowType = '${knownFlow(flow)}'`,
  ];
  if (stage !== undefined) parts.push(`${STAGE_ATTRIBUTE} = '${knownStage(stage)}'`);
  if (running) parts.push(`ExecutionStatus = 'Running'`);
  if (completed) parts.push(`ExecutionStatus = 'Completed'`);
  if (attention === false) parts.push(`${ATTENTION_ATTRIBUTE} IS NULL`);
  if (attention === true) {
    const marks = [ATTENTION_ATTRIBUTE, ...(problems ? [REPORTED_PROBLEMS] : [])].map((mark) => `${mark} IS NOT NULL`);
    parts.push(`ExecutionStatus = 'Running'`, `(${marks.join(' OR ')})`);
  }
  if (problem) parts.push(`ExecutionStatus = 'Running'`, `${REPORTED_PROBLEMS} IS NOT NULL`);
  if (code !== undefined) parts.push(`ExecutionStatus = 'Running'`, `${ATTENTION_ATTRIBUTE} = '${knownCode(code)}'`);
  return parts.join(' AND ');
}

function knownCode(code: string): FailureCode {
  if (isFailureCode(code)) return code;
  throw new VideoIdError('BAD_INPUT', 'There is no such failure code.', {
    field: 'code',
    remedy: 'Use one that `videoid list --attention` shows.',
  });
}

function knownFlow(flow: string): Flow {
  if (flow === 'signature' || flow === 'enrolment') return flow;
  throw new VideoIdError('BAD_INPUT', 'There is no such flow.', {
    field: 'flow',
    remedy: 'Use signature or enrolment.',
  });
}

function knownStage(stage: string): Stage {
  const known = STAGES.find((each) => each === stage);
  if (known !== undefined) return known;
  throw new VideoIdError('BAD_INPUT', 'There is no such stage.', {
    field: 'stage',
    remedy: `Use one of ${STAGES.join(', ')}.`,
  });
}

/** Undefined for a workflow whose id is not one of ours. */
function summaryOf(info: WorkflowExecutionInfo): SearchedRequest | undefined {
  const request = attemptOfWorkflow(info.workflowId);
  if (request === undefined) return undefined;
  const attributes = Object.entries(ATTRIBUTES).flatMap(([name, key]) => {
    const value = info.typedSearchAttributes.get(key);
    return value === undefined ? [] : [[name, value] as const];
  });
  const problems = info.status.name === 'RUNNING' ? info.typedSearchAttributes.get(PROBLEMS) : undefined;
  const problem = problems && (problems.includes(NOT_REPLAYED) ? 'NOT_REPLAYABLE' : 'STEP_FAILED');
  return {
    ...request,
    workflowId: info.workflowId,
    state: info.status.name === 'RUNNING' ? 'running' : 'ended',
    ...Object.fromEntries(attributes),
    ...(problem === undefined ? {} : { attention: problem, problem }),
    taskQueue: info.taskQueue,
    startedAt: info.startTime.toISOString(),
    ...defined({ endedAt: info.closeTime?.toISOString() }),
  };
}

import type { Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import { VideoIdError } from '../messages/failures.js';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes.js';
import { temporalFailure } from './calls.js';
import type { TemporalSettings } from './connection.js';
import { GRPC, grpcStatusOf, noNamespace } from './failures.js';

const KEYWORD: number = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;

/** The part of a visibility query that selects the requests of this installation: a namespace may have several. */
export function ofInstallation(taskQueue: string): string {
  return `TaskQueue = '${taskQueue.replaceAll("'", "''")}'`;
}

/** The part that selects those of other installations, and ours that were started for a wrong task queue. */
export function ofOthers(taskQueue: string): string {
  return `TaskQueue != '${taskQueue.replaceAll("'", "''")}'`;
}

/**
 * Registers missing search attributes and returns their names. In a cluster, it may take a minute until all servers know them.
 *
 * @throws VideoIdError SETUP_FAILED if one exists with another type, or the server refuses; BAD_SETTING if there is no such
 * namespace; TEMPORAL_UNREACHABLE.
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const existing = await readSearchAttributes(connection, namespace);
  for (const name of SEARCH_ATTRIBUTES) {
    if (existing[name] === undefined || existing[name] === KEYWORD) continue;
    throw new VideoIdError('SETUP_FAILED', `The search attribute ${name} exists and is not of type Keyword.`, {
      field: 'temporal.namespace',
      remedy: 'Use another namespace, or remove the attribute there.',
    });
  }
  const missing = SEARCH_ATTRIBUTES.filter((name) => existing[name] === undefined);
  if (missing.length === 0) return [];
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
  } catch (cause) {
    // Another process registered it at the same time.
    if (grpcStatusOf(cause)?.code !== GRPC.ALREADY_EXISTS) throw notRegistered(namespace, missing, cause);
  }
  return missing;
}

/** A namespace, and where its Temporal is. */
type NamespacePlace = Pick<TemporalSettings, 'namespace' | 'address'>;

/** A connection of a client or of a worker. */
type Asked = Pick<Connection, 'workflowService'>;

/**
 * What Temporal says about a namespace. It looks the namespace up in its database.
 *
 * @throws VideoIdError BAD_SETTING if there is no such namespace, or Temporal does not let us see it; TEMPORAL_UNREACHABLE
 */
export async function describedNamespace(
  { workflowService }: Asked,
  { namespace, address }: NamespacePlace,
): ReturnType<Connection['workflowService']['describeNamespace']> {
  try {
    return await workflowService.describeNamespace({ namespace });
  } catch (error) {
    throw temporalFailure(error, { words: `Its address is ${address}.` });
  }
}

/** Milliseconds. Shorter than a probe waits, so that the answer says what is wrong. */
const PROBED_WITHIN = 1_500;

/**
 * Checks that Temporal answers, with its database.
 *
 * @throws VideoIdError as `describedNamespace`
 */
export async function assertAnswers(connection: Connection | NativeConnection, place: NamespacePlace): Promise<void> {
  await connection.withDeadline(Date.now() + PROBED_WITHIN, () => describedNamespace(connection, place));
}

/** How long closed requests stay visible in Temporal, in milliseconds. @throws VideoIdError as `describedNamespace` */
export async function retentionOf(connection: Asked, place: NamespacePlace): Promise<number> {
  const { config } = await describedNamespace(connection, place);
  return optionalTsToMs(config?.workflowExecutionRetentionTtl) ?? 0;
}

async function readSearchAttributes(connection: Connection, namespace: string): Promise<Record<string, number>> {
  try {
    return (await connection.operatorService.listSearchAttributes({ namespace })).customAttributes;
  } catch (cause) {
    throw notRegistered(namespace, SEARCH_ATTRIBUTES, cause);
  }
}

function notRegistered(namespace: string, names: readonly string[], cause: unknown): VideoIdError {
  if (grpcStatusOf(cause)?.code === GRPC.UNAVAILABLE) return temporalFailure(cause);
  const options = names.map((name) => `--name ${name} --type Keyword`).join(' ');
  return (
    noNamespace(cause) ??
    new VideoIdError('SETUP_FAILED', `Temporal refuses to register the search attributes ${names.join(', ')}.`, {
      field: 'temporal.namespace',
      remedy: `Ask somebody with permission to add them: temporal operator search-attribute create --namespace ${namespace} ${options}. On Temporal Cloud, use its UI.`,
      cause,
    })
  );
}

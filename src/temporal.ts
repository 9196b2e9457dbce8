import { extname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  Client,
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  type GrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { VideoIdError } from './messages/failures.js';
import { SEARCH_ATTRIBUTES } from './messages/search-attributes.js';
import type { KeyRing } from './security/keys.js';
import type { OrderPublicKeys } from './security/order-keys.js';
import { EncryptionCodec } from './security/payload-codec.js';
import { resolveSecret } from './security/secret.js';
import { WorkerCodec } from './security/worker-codec.js';

/** Where Temporal is. `tls` and `apiKey` hold secret references; an empty `tls` turns TLS on. */
export interface TemporalSettings {
  address: string;
  namespace: string;
  taskQueue: string;
  tls?: { ca?: string | undefined; certificate?: string | undefined; key?: string | undefined } | undefined;
  apiKey?: string | undefined;
}

/** gRPC status codes that we tell apart. */
export const GRPC = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  FAILED_PRECONDITION: 9,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

const KEYWORD: number = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;

/** A module that the SDK loads by path. Same extension as this one: `.js`, or `.ts` in tests. */
const moduleAt = (path: string): string =>
  fileURLToPath(new URL(`./${path}${extname(import.meta.url)}`, import.meta.url));

export const FAILURE_CONVERTER_PATH = moduleAt('security/failure-converter');

/** What a workflow bundle is made of. */
export const WORKFLOW_MODULES = {
  workflowsPath: moduleAt('workflows/index'),
  failureConverterPath: FAILURE_CONVERTER_PATH,
  workflowInterceptorModules: ['question-ahead', 'incoming', 'defects'].map((name) => moduleAt(`workflows/${name}`)),
};

/**
 * How values, failure messages and stacks travel: the same for worker, gateway, client and CLI. Without keys they are
 * not encrypted. A workflow bundle made beforehand needs `WORKFLOW_MODULES` when it is made.
 */
export function dataConverter(keyRing: KeyRing | undefined): DataConverter {
  return {
    failureConverterPath: FAILURE_CONVERTER_PATH,
    payloadCodecs: keyRing === undefined ? [] : [new EncryptionCodec(keyRing)],
  };
}

/** The same for a worker, which also checks what comes from outside. Without `orders` no signature is asked for. */
export function workerDataConverter(keys: {
  keyRing: KeyRing | undefined;
  orders: OrderPublicKeys | undefined;
}): DataConverter {
  const encryption = keys.keyRing === undefined ? undefined : new EncryptionCodec(keys.keyRing);
  return {
    failureConverterPath: FAILURE_CONVERTER_PATH,
    payloadCodecs: [new WorkerCodec({ encryption, orders: keys.orders })],
  };
}

/** The part of a visibility query that leaves out the requests of other installations in the same namespace. */
export function ofInstallation(taskQueue: string): string {
  return `TaskQueue = '${taskQueue.replaceAll("'", "''")}'`;
}

/**
 * Connects a client, `within` so many milliseconds. `lazy` connects with the first call, for a process that must start
 * while Temporal is away.
 *
 * @throws VideoIdError TEMPORAL_UNREACHABLE, SECRET_NOT_FOUND or BAD_SETTING.
 */
export async function connectClient(
  settings: TemporalSettings,
  converter: DataConverter,
  { lazy = false, within = 10_000 }: { lazy?: boolean; within?: number } = {},
): Promise<{ connection: Connection; client: Client }> {
  const retries = new Retries();
  const connection = Connection.lazy({
    ...(await connectionOptions(settings)),
    connectTimeout: within,
    interceptors: [makeGrpcRetryInterceptor(retries)],
  });
  const close = connection.close.bind(connection);
  connection.close = async () => {
    await retries.end();
    await close();
  };
  if (!lazy) {
    try {
      await connection.ensureConnected();
    } catch (cause) {
      await connection.close();
      throw unreachable(settings, cause);
    }
  }
  return { connection, client: new Client({ connection, namespace: settings.namespace, dataConverter: converter }) };
}

/**
 * The SDK's own retries of calls, which can be ended: one that comes to a connection that is closed already throws out of a
 * timer, and ends the process.
 */
class Retries implements GrpcRetryOptions {
  readonly #usual = defaultGrpcRetryOptions();
  #ended = false;
  #nextAt = 0;

  readonly retryableDecider: GrpcRetryOptions['retryableDecider'] = (attempt, status) =>
    !this.#ended && this.#usual.retryableDecider(attempt, status);

  readonly delayFunction: GrpcRetryOptions['delayFunction'] = (attempt, status) => {
    const delay = this.#usual.delayFunction(attempt, status);
    this.#nextAt = Math.max(this.#nextAt, performance.now() + delay);
    return delay;
  };

  /** Waits for tries that are planned: seconds at most. */
  async end(): Promise<void> {
    this.#ended = true;
    const left = this.#nextAt - performance.now();
    if (left > 0) await pause(left + 50);
  }
}

/**
 * Connects a worker, through the SDK's core: call `installRuntime` before. The namespace is asked for here, because the SDK says
 * in words of its own that there is none, when the worker has threads already.
 *
 * @throws VideoIdError TEMPORAL_UNREACHABLE, SECRET_NOT_FOUND, or BAD_SETTING, also for an unknown namespace.
 */
export async function connectWorker(settings: TemporalSettings): Promise<NativeConnection> {
  const options = await connectionOptions(settings);
  // Clients need no core, which takes a third of a second to load.
  const worker = await import('@temporalio/worker');
  let connection: NativeConnection | undefined;
  try {
    connection = await worker.NativeConnection.connect(options);
    await connection.workflowService.describeNamespace({ namespace: settings.namespace });
    return connection;
  } catch (cause) {
    await connection?.close();
    throw noNamespace(settings.namespace, cause) ?? unreachable(settings, cause);
  }
}

/**
 * Registers the search attributes that the namespace lacks, and says which they were. A cluster may take a minute to
 * know new ones everywhere.
 *
 * @throws VideoIdError SETUP_FAILED when one exists with another type or the server does not let us; BAD_SETTING when there is
 * no such namespace; TEMPORAL_UNREACHABLE.
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
    // Another process did it at the same time.
    if (grpcStatusOf(cause)?.code !== GRPC.ALREADY_EXISTS) throw notRegistered(connection, namespace, missing, cause);
  }
  return missing;
}

/**
 * How long closed requests stay visible in Temporal, in milliseconds.
 *
 * @throws VideoIdError BAD_SETTING when there is no such namespace, TEMPORAL_UNREACHABLE when it cannot be asked.
 */
export async function describeNamespaceRetention(
  connection: Connection,
  namespace: string,
): Promise<{ retention: number }> {
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    return { retention: optionalTsToMs(config?.workflowExecutionRetentionTtl) ?? 0 };
  } catch (cause) {
    throw noNamespace(namespace, cause) ?? unreachable(connection.options, cause);
  }
}

async function readSearchAttributes(connection: Connection, namespace: string): Promise<Record<string, number>> {
  try {
    return (await connection.operatorService.listSearchAttributes({ namespace })).customAttributes;
  } catch (cause) {
    throw notRegistered(connection, namespace, SEARCH_ATTRIBUTES, cause);
  }
}

function notRegistered(
  connection: Connection,
  namespace: string,
  names: readonly string[],
  cause: unknown,
): VideoIdError {
  if (grpcStatusOf(cause)?.code === GRPC.UNAVAILABLE) return unreachable(connection.options, cause);
  const options = names.map((name) => `--name ${name} --type Keyword`).join(' ');
  return (
    noNamespace(namespace, cause) ??
    new VideoIdError('SETUP_FAILED', `Temporal does not let us register ${names.join(', ')}.`, {
      field: 'temporal.namespace',
      remedy: `Let somebody who may do so add them: temporal operator search-attribute create --namespace ${namespace} ${options}; on Temporal Cloud in its UI.`,
      cause,
    })
  );
}

function noNamespace(namespace: string, cause: unknown): VideoIdError | undefined {
  if (grpcStatusOf(cause)?.code !== GRPC.NOT_FOUND) return undefined;
  return new VideoIdError('BAD_SETTING', `Temporal has no namespace ${namespace}.`, {
    field: 'temporal.namespace',
    remedy: `Correct temporal.namespace, or create it: temporal operator namespace create --namespace ${namespace} --retention 30d`,
    cause,
  });
}

/** The gRPC status of an error of Temporal's client, however deep it lies; undefined when there is none. */
export function grpcStatusOf(error: unknown): { code: number; details: string } | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (isGrpcServiceError(each)) return { code: each.code, details: each.details };
  }
  return undefined;
}

function unreachable({ address }: Pick<TemporalSettings, 'address'>, cause: unknown): VideoIdError {
  return new VideoIdError('TEMPORAL_UNREACHABLE', `Temporal does not answer at ${address}.`, {
    field: 'temporal.address',
    remedy: 'Start Temporal, or correct temporal.address, temporal.tls and temporal.apiKey.',
    cause,
  });
}

async function connectionOptions(settings: TemporalSettings): Promise<{
  address: string;
  tls?: Exclude<ConnectionOptions['tls'], undefined>;
  apiKey?: string;
}> {
  const { address, tls, apiKey } = settings;
  return {
    address,
    ...(tls === undefined ? {} : { tls: await tlsOptions(tls) }),
    ...(apiKey === undefined ? {} : { apiKey: (await resolveSecret(apiKey, 'temporal.apiKey')).reveal() }),
  };
}

async function tlsOptions(tls: Exclude<TemporalSettings['tls'], undefined>) {
  const { ca, certificate, key } = tls;
  if ((certificate === undefined) !== (key === undefined)) {
    throw new VideoIdError(
      'BAD_SETTING',
      'A client certificate for Temporal needs its key, and the key its certificate.',
      {
        field: 'temporal.tls',
        remedy: 'Set both temporal.tls.certificate and temporal.tls.key, or neither.',
      },
    );
  }
  return {
    ...(ca === undefined ? {} : { serverRootCACertificate: await readPem(ca, 'ca') }),
    ...(certificate === undefined || key === undefined
      ? {}
      : { clientCertPair: { crt: await readPem(certificate, 'certificate'), key: await readPem(key, 'key') } }),
  };
}

async function readPem(reference: string, name: 'ca' | 'certificate' | 'key'): Promise<Buffer> {
  return Buffer.from((await resolveSecret(reference, `temporal.tls.${name}`)).reveal());
}

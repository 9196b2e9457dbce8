import { setTimeout as pause } from 'node:timers/promises';
import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  type GrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import { VideoIdError } from '../messages/failures.js';
import { resolveSecret } from '../security/secret.js';
import { noNamespace } from './failures.js';
import { assertUsable, type TemporalPlace, unreachable } from './unreachable.js';

/** Where Temporal is. `tls` and `apiKey` hold secret references; an empty `tls` turns TLS on. */
export interface TemporalSettings {
  address: string;
  namespace: string;
  taskQueue: string;
  tls?: { ca?: string | undefined; certificate?: string | undefined; key?: string | undefined } | undefined;
  apiKey?: string | undefined;
}

/** Milliseconds. No call waits for ever, also where its caller sets no limit. The server lets a long poll wait for less. */
const CALL_AT_MOST = 70_000;

/**
 * Connects a client within `within` milliseconds. `lazy` connects with the first call, for a process that must start even while
 * Temporal is away. A call that has no limit of its own ends after `atMost` milliseconds.
 *
 * @throws VideoIdError TEMPORAL_UNREACHABLE, SECRET_NOT_FOUND or BAD_SETTING.
 */
export async function connectClient(
  settings: TemporalSettings,
  converter: DataConverter,
  { lazy = false, within = 10_000, atMost = CALL_AT_MOST }: { lazy?: boolean; within?: number; atMost?: number } = {},
): Promise<{ connection: Connection; client: Client }> {
  const retries = new Retries();
  const options = await usableOptions(settings);
  const connection = Connection.lazy({
    ...options,
    connectTimeout: within,
    interceptors: [limited(makeGrpcRetryInterceptor(retries), atMost)],
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
      throw await unreachable(placeOf(options), cause);
    }
  }
  return { connection, client: new Client({ connection, namespace: settings.namespace, dataConverter: converter }) };
}

type Interceptor = ReturnType<typeof makeGrpcRetryInterceptor>;

/** Gives a call one limit for all its tries, if it has none. */
function limited(retrying: Interceptor, milliseconds: number): Interceptor {
  return (options, nextCall) =>
    retrying({ ...options, deadline: options.deadline ?? Date.now() + milliseconds }, nextCall);
}

/**
 * The SDK's retries of calls, but with a way to end them. A retry on a closed connection throws from a timer, which would end
 * the process.
 */
class Retries implements GrpcRetryOptions {
  readonly #usual = defaultGrpcRetryOptions();
  readonly #planned = new Set<Promise<void>>();
  #ended = false;

  readonly retryableDecider: GrpcRetryOptions['retryableDecider'] = (attempt, status) =>
    !this.#ended && this.#usual.retryableDecider(attempt, status);

  readonly delayFunction: GrpcRetryOptions['delayFunction'] = (attempt, status) => {
    const delay = this.#usual.delayFunction(attempt, status);
    // This timer starts together with that of the SDK, so it is due later, however busy the process is.
    const planned: Promise<void> = pause(delay + 50).then(() => void this.#planned.delete(planned));
    this.#planned.add(planned);
    return delay;
  };

  /** Waits for tries that are planned: seconds at most. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#planned);
  }
}

/**
 * Connects a worker through the SDK's core. Call `installRuntime` before. The namespace is checked here: the SDK reports a missing one
 * only later, in its own words, when the worker has threads already.
 *
 * @throws VideoIdError TEMPORAL_UNREACHABLE, SECRET_NOT_FOUND, or BAD_SETTING, also for an unknown namespace.
 */
export async function connectWorker(settings: TemporalSettings): Promise<NativeConnection> {
  const options = await usableOptions(settings);
  // Clients do not need the core, which takes a third of a second to load.
  const worker = await import('@temporalio/worker');
  let connection: NativeConnection | undefined;
  try {
    connection = await worker.NativeConnection.connect(options);
    await connection.workflowService.describeNamespace({ namespace: settings.namespace });
    return connection;
  } catch (cause) {
    await connection?.close();
    throw noNamespace(cause) ?? (await unreachable(placeOf(options), cause));
  }
}

interface Options {
  address: string;
  tls?: { serverRootCACertificate?: Buffer; clientCertPair?: { crt: Buffer; key: Buffer } };
  apiKey?: string;
}

/** The options as PEM. */
function placeOf({ address, tls }: Options): TemporalPlace {
  if (tls === undefined) return { address, tls };
  const { serverRootCACertificate: ca, clientCertPair: pair } = tls;
  const identity = pair && { cert: pair.crt.toString(), key: pair.key.toString() };
  return { address, tls: { ca: ca?.toString(), identity } };
}

async function usableOptions(settings: TemporalSettings): Promise<Options> {
  const options = await connectionOptions(settings);
  const { tls } = placeOf(options);
  if (tls !== undefined) assertUsable(tls);
  return options;
}

async function connectionOptions(settings: TemporalSettings): Promise<Options> {
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
    throw new VideoIdError('BAD_SETTING', 'A client certificate for Temporal and its key must be set together.', {
      field: 'temporal.tls',
      remedy: 'Set both temporal.tls.certificate and temporal.tls.key, or neither.',
    });
  }
  const root = ca === undefined ? {} : { serverRootCACertificate: await readPem(ca, 'ca') };
  if (certificate === undefined || key === undefined) return root;
  const pair = { crt: await readPem(certificate, 'certificate'), key: await readPem(key, 'key') };
  return { ...root, clientCertPair: pair };
}

async function readPem(reference: string, name: 'ca' | 'certificate' | 'key'): Promise<Buffer> {
  return Buffer.from((await resolveSecret(reference, `temporal.tls.${name}`)).reveal());
}

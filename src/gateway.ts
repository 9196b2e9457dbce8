import './process/supported-node.js';
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Archive } from './archive/archive.js';
import { openBridge } from './archive/open-bridge.js';
import { countRequests, listRequests, MOST, type RequestCount } from './temporal/listing.js';
import { type Config, loadConfig } from './config.js';
import { type App, createApp } from './http/app.js';
import { listen } from './http/listener.js';
import { runIfStarted } from './process/entry.js';
import { healthRoutes } from './process/health.js';
import { ReadinessCheck } from './process/readiness.js';
import { tellReady } from './process/ready.js';
import { createApi } from './gateway/api/routes.js';
import { createMetrics, type GatewayMetrics } from './gateway/metrics.js';
import { RequestCounts } from './gateway/request-counts.js';
import { readApiTokens, readWebhookTokens } from './gateway/tokens.js';
import {
  CachedIndex,
  CallbackCounts,
  createHintDelivery,
  createWebhooks,
  DeliveredHints,
  HintAllowance,
} from './gateway/webhooks/webhooks.js';
import { createLogger, type Logger } from './logging/logger.js';
import { VideoIdError } from './messages/failures.js';
import type { ProcessRecord } from './messages/processes.js';
import { keepRecord, ownRecord } from './process/own-record.js';
import { connectClient } from './temporal/connection.js';
import { dataConverter } from './temporal/data-converter.js';
import { assertAnswers } from './temporal/namespace.js';

export interface GatewayOptions {
  /** Only the webhook bridge: no codec key, no seal key, no token of the API, no access to documents. */
  only?: 'webhooks';
}

/** A running gateway. */
export interface Gateway {
  host: string;
  port: number;
  /** Stops accepting calls, ends calls that only wait or watch, and finishes running answers. */
  close(): Promise<void>;
}

/** Bytes of a JSON body of the API. */
const CALL_BYTES = 65_536;

/** Milliseconds for what Temporal knows of the requests that run. */
const COUNTED_WITHIN = 2_000;

/** What every part needs, and where it registers how to close it. */
interface Parts {
  config: Config;
  logger: Logger;
  metrics: GatewayMetrics;
  /** Aborted when the gateway stops. */
  stop: AbortSignal;
  /** What the gateway tells about itself, once it listens. */
  about: () => object;
  onClose: (end: () => Promise<void>) => void;
}

/**
 * Starts the gateway: webhook bridge, health, metrics, and the HTTP API unless `only` excludes it.
 *
 * @throws VideoIdError PORT_TAKEN, BAD_SETTING, SECRET_NOT_FOUND, ARCHIVE_UNAVAILABLE
 */
export async function startGateway(config: Config, logger: Logger, { only }: GatewayOptions = {}): Promise<Gateway> {
  const stop = new AbortController();
  const ends: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    stop.abort();
    // Closed in reverse order: first the listener, then what its answers need.
    for (const end of ends.splice(0).toReversed()) await end();
  };
  let about: object = {};
  const parts: Parts = {
    config,
    logger,
    metrics: createMetrics(),
    stop: stop.signal,
    about: () => about,
    onClose: (end) => void ends.push(end),
  };
  try {
    const app = createApp((error) => logger.error({ error }, 'an answer failed'));
    const archive = only === undefined ? await serveApi(app, parts) : undefined;
    await serveBridge(app, parts, archive);
    const { host, port } = config.gateway;
    const settings = { host: 'gateway.host', port: 'gateway.port' };
    const listener = await listen(app.fetch, { host, port, settings });
    parts.onClose(listener.close);
    const record = await ownRecord(config, 'gateway', `${listener.host}:${listener.port}`);
    const { version, temporal, keys } = record;
    about = { version, temporal, ...(archive === undefined ? {} : { archive: archive.id, keys }) };
    if (archive !== undefined) leaveRecord(archive, record, parts);
    logger.info({ address: listener.host, port: listener.port, component: only ?? 'all' }, 'gateway listens');
    return { host: listener.host, port: listener.port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Leaves the record in the archive until the gateway stops. */
function leaveRecord(archive: Archive, record: ProcessRecord, { logger, stop, onClose }: Parts): void {
  const kept = keepRecord(archive.notices, record, { signal: stop, logger });
  onClose(() => kept);
}

/** @returns the archive that the API uses */
async function serveApi(app: App, { config, logger, metrics, stop, onClose }: Parts): Promise<Archive> {
  const tokens = await readApiTokens(config);
  // The bridge alone does not even load the code that opens documents.
  const { VideoIdClient } = await import('./client.js');
  const { openArchive } = await import('./archive/open-archive.js');
  const { TemporaryCopies } = await import('./archive/temporary-copies.js');
  const client = await VideoIdClient.connect(config, { assertsArchive: true });
  onClose(async () => client.close());
  const within = config.gateway.hints.bodyWithin;
  const copies = await TemporaryCopies.open();
  onClose(async () => copies.close());
  const uploads = {
    copies,
    ...config.documents,
    maximumRequestBytes: CALL_BYTES,
    silence: within,
  };
  app.route(
    '/',
    createApi({ client, tokens, limits: { maximumBytes: CALL_BYTES, within }, uploads, metrics, logger, stop }),
  );
  const archive = await openArchive(config.archive);
  onClose(() => archive.close());
  return archive;
}

/** @param archive absent if the bridge runs alone, which needs only the index */
async function serveBridge(
  app: App,
  { config, logger, metrics, about, onClose }: Parts,
  archive?: Archive,
): Promise<void> {
  const { hints } = config.gateway;
  const tokens = await readWebhookTokens(config);
  const index = await openBridge(config.archive);
  onClose(() => index.close());
  const counts = await CallbackCounts.open(
    {
      bridge: index,
      gateway: gatewayName(config.gateway),
      failed: (error) =>
        logger.warn({ error }, 'with which tokens callbacks come is not kept: the index cannot be written'),
    },
    tokens.values,
  );
  onClose(() => counts.close());
  // The `hint` signal has no argument, so its connection needs no codec key.
  const { connection, client } = await connectClient(config.temporal, dataConverter(undefined), { lazy: true });
  onClose(async () => connection.close());
  const check = new ReadinessCheck({
    temporal: () => assertAnswers(connection, config.temporal),
    archive: [...(archive?.parts ?? []), index],
  });
  app.route('/', healthRoutes(check, about));
  const place = { client, taskQueue: config.temporal.taskQueue };
  // A bridge alone cannot read the rows of requests.
  const requests = new RequestCounts(() => (archive ? countRecorded(archive, place) : countRequests(place)));
  app.get('/metrics', (context) =>
    context.text([metrics.hints, metrics.calls, requests].map((each) => each.text()).join(''), 200, {
      'Content-Type': 'text/plain; version=0.0.4',
    }),
  );
  app.route(
    '/',
    createWebhooks({
      tokens,
      counts,
      index: new CachedIndex(index, hints.unknownFor),
      deliver: createHintDelivery(client, logger),
      delivered: new DeliveredHints(hints.sameWithin),
      allowance: new HintAllowance(hints.perMinute),
      limits: { maximumBytes: hints.maximumBytes, within: hints.bodyWithin },
      metrics,
      logger,
    }),
  );
}

/** As the archive counts them. Those that no worker can continue are in attention too, and only Temporal knows them. */
async function countRecorded(archive: Archive, place: Parameters<typeof countRequests>[0]): Promise<RequestCount> {
  const problems = await listRequests(place, { problem: true, limit: MOST, within: COUNTED_WITHIN }).catch(
    (error: unknown) => {
      if (error instanceof VideoIdError) return []; // the archive is right about all others
      throw error;
    },
  );
  return await archive.countRunning(problems.map(({ workflowId }) => workflowId));
}

/** The name of this gateway's file of counts. The same after a restart. */
function gatewayName({ host, port }: Config['gateway']): string {
  return createHash('sha256').update(`${hostname()}\0${host}:${port}`).digest('hex').slice(0, 16);
}

/** Runs the gateway with the settings of this process until SIGTERM or SIGINT. */
export async function main(options: GatewayOptions = {}): Promise<void> {
  const config = loadConfig();
  const logger = createLogger({ process: 'gateway', level: config.log.level });
  const gateway = await startGateway(config, logger, options);
  tellReady();
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, resolve);
  });
  logger.info({ signal }, 'gateway stops');
  await gateway.close();
}

function readOptions(given: string[]): GatewayOptions {
  if (given.length === 0) return {};
  if (given.join(' ') === '--only webhooks') return { only: 'webhooks' };
  throw new VideoIdError('BAD_INPUT', 'The only argument of the gateway is `--only webhooks`.');
}

runIfStarted(import.meta.url, async () => main(readOptions(process.argv.slice(2))));

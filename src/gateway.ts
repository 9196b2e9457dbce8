import './process/supported-node.js';
import { join } from 'node:path';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { IndexReader } from './archive/index-reader.js';
import { INDEX } from './archive/layout.js';
import { countRequests } from './temporal/listing.js';
import { type Config, loadConfig } from './config.js';
import { runIfStarted } from './process/entry.js';
import { tellReady } from './process/ready.js';
import { createApi } from './gateway/api/routes.js';
import { createHealth } from './gateway/health.js';
import { listen } from './gateway/listener.js';
import { createMetrics, type GatewayMetrics } from './gateway/metrics.js';
import { RequestCounts } from './gateway/request-counts.js';
import { readApiTokens, readWebhookTokens } from './gateway/tokens.js';
import {
  CachedIndex,
  createHintDelivery,
  createWebhooks,
  DeliveredHints,
  HintAllowance,
} from './gateway/webhooks/webhooks.js';
import { createLogger, type Logger } from './logging/logger.js';
import { VideoIdError } from './messages/failures.js';
import { connectClient } from './temporal/connection.js';
import { dataConverter } from './temporal/data-converter.js';

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

type App = Hono<{ Bindings: HttpBindings }>;

/** What every part needs, and where it registers how to close it. */
interface Parts {
  config: Config;
  logger: Logger;
  metrics: GatewayMetrics;
  /** Aborted when the gateway stops. */
  stop: AbortSignal;
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
  const parts: Parts = {
    config,
    logger,
    metrics: createMetrics(),
    stop: stop.signal,
    onClose: (end) => void ends.push(end),
  };
  try {
    const app: App = new Hono<{ Bindings: HttpBindings }>();
    if (only === undefined) await serveApi(app, parts);
    await serveBridge(app, parts);
    // A wrong webhook token gets the same answer.
    app.notFound(() => new Response(null, { status: 404 }));
    app.onError((error) => {
      logger.error({ error }, 'an answer failed');
      return new Response(null, { status: 500 });
    });
    const listener = await listen(app, config.gateway);
    parts.onClose(listener.close);
    logger.info({ address: listener.host, port: listener.port, component: only ?? 'all' }, 'gateway listens');
    return { host: listener.host, port: listener.port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function serveApi(app: App, { config, logger, metrics, stop, onClose }: Parts): Promise<void> {
  const tokens = await readApiTokens(config);
  // The bridge alone does not even load the code that opens documents.
  const { VideoIdClient } = await import('./client.js');
  const client = await VideoIdClient.connect(config, { assertsArchive: true });
  onClose(async () => client.close());
  const within = config.gateway.hints.bodyWithin;
  const uploads = {
    archiveDirectory: config.archive.directory,
    ...config.documents,
    maximumRequestBytes: CALL_BYTES,
    silence: within,
  };
  app.route(
    '/',
    createApi({ client, tokens, limits: { maximumBytes: CALL_BYTES, within }, uploads, metrics, logger, stop }),
  );
}

async function serveBridge(app: App, { config, logger, metrics, onClose }: Parts): Promise<void> {
  const { hints } = config.gateway;
  const tokens = await readWebhookTokens(config);
  const index = new IndexReader(config.archive.index ?? join(config.archive.directory, INDEX));
  await index.assertPresent();
  // The `hint` signal has no argument, so its connection needs no codec key.
  const { connection, client } = await connectClient(config.temporal, dataConverter(undefined), { lazy: true });
  onClose(async () => connection.close());
  app.route('/', createHealth(connection));
  const counts = new RequestCounts(() => countRequests({ client, taskQueue: config.temporal.taskQueue }));
  app.get('/metrics', (context) =>
    context.text([metrics.hints, metrics.calls, counts].map((each) => each.text()).join(''), 200, {
      'Content-Type': 'text/plain; version=0.0.4',
    }),
  );
  app.route(
    '/',
    createWebhooks({
      tokens,
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

import './process/supported-node.js';
import { access, constants } from 'node:fs/promises';
import { Client } from '@temporalio/client';
import type { NativeConnection, Worker, WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from './activities/activities.js';
import { callersOf } from './activities/engine/callers.js';
import { journaled } from './activities/engine/journaled.js';
import { Whereabouts } from './activities/engine/whereabouts.js';
import { OptimizerTrouble } from './activities/engine/optimizer-trouble.js';
import type { Archive } from './archive/archive.js';
import { openArchive } from './archive/open-archive.js';
import { type Config, loadConfig } from './config.js';
import { runIfStarted } from './process/entry.js';
import { createApp } from './http/app.js';
import { type Listener, listen } from './http/listener.js';
import { healthRoutes } from './process/health.js';
import { ReadinessCheck } from './process/readiness.js';
import { tellReady } from './process/ready.js';
import { keepSweeping } from './process/sweeping.js';
import type { LogFields } from './logging/fields.js';
import { keepRecord, ownRecord } from './process/own-record.js';
import { createLogger, type Logger } from './logging/logger.js';
import { installRuntime } from './logging/temporal.js';
import { type KeyRing, loadKeyRing, loadSealPrivateKeys, loadSealPublicKey } from './security/keys.js';
import { loadOrderPublicKeys, type OrderPublicKeys } from './security/order-keys.js';
import { isWrongClock } from './messages/age.js';
import { defined } from './messages/defined.js';
import { VideoIdError } from './messages/failures.js';
import type { ProcessRecord } from './messages/processes.js';
import { attemptOfWorkflow } from './messages/request.js';
import { keepResetting } from './temporal/history-reset.js';
import { rootFiles } from './signatures/root-files.js';
import { Verifier } from './signatures/verification/verifier.js';
import { assertNoted, readArchiveNote } from './temporal/archive-note.js';
import { keepMeasuring, stampedTimes, TemporalClock } from './temporal/clock.js';
import { connectWorker } from './temporal/connection.js';
import { WORKFLOW_MODULES, workerDataConverter } from './temporal/data-converter.js';
import { listRequests, MOST } from './temporal/listing.js';
import { assertAnswers, ofInstallation } from './temporal/namespace.js';
import { OwnPlace } from './temporal/own-place.js';
import { withoutReferences } from './temporal/storage-references.js';
import { Optimizers } from './uanataca/one-shot/optimizers.js';
import { soundIdentityFrom } from './uanataca/http/connector.js';
import { RegistrationAuthorities } from './uanataca/registration-authority/registration-authorities.js';

/**
 * The worker process. It serves the workflows and activities of the task queue until it gets SIGTERM or SIGINT. Then running
 * activities may finish within `worker.shutdownGrace`.
 *
 * @throws VideoIdError if settings, keys, archive or Temporal cannot be used.
 */
export async function main(config: Config = loadConfig()): Promise<void> {
  const logger = createLogger({ process: 'worker', level: config.log.level });
  const keys = await payloadKeys(config);
  const optimizers = new Optimizers(config.environments);
  const registrationAuthorities = new RegistrationAuthorities(config.environments);
  await checkClientCertificates(config, logger);
  const clock = new TemporalClock();
  const archive = await openArchive(config.archive, { now: clock.now });
  const verifier = new Verifier({
    ...config.worker.verification,
    broken: (error) => logger.error({ error }, 'a verification broke off in our own code'),
  });
  const activities = createActivities({
    config,
    archive,
    optimizer: (environment) => optimizers.of(environment),
    registrationAuthority: (environment) => registrationAuthorities.of(environment),
    trouble: new OptimizerTrouble(archive.notices, logger, archive),
    sealKeys: await loadSealPrivateKeys(config.keys.seal),
    sealPublicKey: config.keys.seal.length === 0 ? undefined : await loadSealPublicKey(config.keys.seal),
    roots: rootFiles(config.environments),
    verify: verifier.verify,
    logger,
  });
  let worker: Worker | undefined;
  let record: ProcessRecord | undefined;
  const running = new AbortController();
  let connection: NativeConnection | undefined;
  const state = () => worker?.getState() ?? 'STARTING';
  const facts = () => ({
    state: state(),
    archive: archive.id,
    ...defined({
      clockAheadBy: clock.wrongBy,
      version: record?.version,
      temporal: record?.temporal,
      keys: record?.keys,
    }),
  });
  // Before the SDK's runtime starts: it would keep the process alive even if the port is taken.
  const health = await serveHealth(config, { archive, logger, connection: () => connection, state, facts });
  try {
    const { host, metricsPort } = config.worker;
    installRuntime(logger, metricsPort === undefined ? undefined : { host, port: metricsPort });
    const sdk = await import('@temporalio/worker');
    connection = await connectWorker(config.temporal);
    assertNoted(await readArchiveNote(connection, config.temporal), archive);
    const client = new Client({ connection, namespace: config.temporal.namespace });
    const measuring = await followTemporal(clock, client, { logger, signal: running.signal });
    const own = new OwnPlace(connection, config.temporal);
    await own.known();
    worker = await withoutReferences(sdk.Worker).create({
      connection,
      namespace: config.temporal.namespace,
      taskQueue: config.temporal.taskQueue,
      dataConverter: workerDataConverter(keys),
      activities: { ...journaled(activities, { archive, logger }) },
      interceptors: { activity: [callersOf(archive, new Whereabouts(archive, own)), stampedTimes(clock)] },
      workflowBundle: await workflows(config),
      // After a crash, Temporal waits for the dead worker as long as this. Callers give up after twice that time.
      stickyQueueScheduleToStartTimeout: 5_000,
      maxCachedWorkflows: config.worker.maxCachedWorkflows,
      maxConcurrentActivityTaskExecutions: config.worker.maxConcurrentActivities,
      shutdownGraceTime: config.worker.shutdownGrace,
      shutdownForceTime: config.worker.shutdownGrace + 5_000,
    });
    const place = { port: health.port, taskQueue: config.temporal.taskQueue, archiveId: archive.id };
    logger.info(place, 'worker is running');
    record = await ownRecord(config, 'worker', `${host}:${health.port}`);
    const recording = keepRecord(archive.notices, record, { signal: running.signal, logger });
    const sweeping = keepSweeping(archive, { signal: running.signal, logger });
    const claiming = claimRunning(config, client, { archive, own, logger });
    const resetting = resetRequests(config, client, { archive, logger, signal: running.signal });
    const serving = worker.run();
    tellReady();
    await serving;
    running.abort();
    await Promise.all([resetting, claiming, measuring.ended, recording, sweeping]);
  } finally {
    running.abort();
    await health.close();
    await optimizers.close();
    await registrationAuthorities.close();
    await verifier.close();
    await connection?.close();
    await archive.close();
    logger.info('worker has stopped');
  }
}

/** Says what is wrong with our certificates before a call needs them. They can be replaced while the worker runs, so it starts. */
async function checkClientCertificates({ environments }: Config, logger: Logger): Promise<void> {
  for (const [name, { registrationAuthorityApi: api }] of Object.entries(environments)) {
    if (api === undefined) continue;
    await soundIdentityFrom(api, `environments.${name}.registrationAuthorityApi`).catch((error: unknown) => {
      logger.error({ error }, 'calls to a Registration Authority API will fail');
    });
  }
}

/** Health is served from the start on: a worker that starts is alive, and not ready. @throws VideoIdError PORT_TAKEN */
async function serveHealth(
  { worker: { host, healthPort: port }, temporal }: Config,
  place: {
    archive: Archive;
    logger: Logger;
    connection: () => NativeConnection | undefined;
    state: () => string;
    /** More about the process, for the answer. */
    facts: () => object;
  },
): Promise<Listener> {
  const check = new ReadinessCheck({
    worker: async () => assertServes(place.state()),
    temporal: async () => {
      const connection = place.connection();
      if (connection !== undefined) await assertAnswers(connection, temporal);
    },
    archive: place.archive.parts,
  });
  const app = createApp((error) => place.logger.error({ error }, 'an answer failed'));
  app.route('/', healthRoutes(check, place.facts));
  return await listen(app.fetch, { host, port, settings: { host: 'worker.host', port: 'worker.healthPort' } });
}

function assertServes(state: string): void {
  if (state === 'RUNNING') return;
  throw new VideoIdError('WORKER_AWAY', `This worker does not serve its queue. It is ${state}.`, {
    remedy: 'A worker that starts needs some seconds. One that stops finishes its running steps first.',
    facts: { state },
  });
}

/** Without encryption, signatures are required only if the settings have orders keys. */
async function payloadKeys({
  keys,
}: Config): Promise<{ keyRing: KeyRing | undefined; orders: OrderPublicKeys | undefined }> {
  const signed = keys.encryptPayloads || keys.orders.length > 0;
  return {
    keyRing: keys.encryptPayloads ? await loadKeyRing(keys.codec) : undefined,
    orders: signed ? await loadOrderPublicKeys(keys.orders) : undefined,
  };
}

/** Takes over Temporal's clock before the first step, and keeps to it. A machine whose own clock is wrong is told in the log. */
async function followTemporal(
  clock: TemporalClock,
  client: Client,
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Promise<{ ended: Promise<void> }> {
  const [wrong, unread] = ["the clock of this machine is not Temporal's", "Temporal's clock cannot be read"] as const;
  let said: typeof wrong | typeof unread | undefined;
  const say = (what: typeof said, fields: LogFields): void => {
    if (what !== undefined && what !== said) logger.warn(fields, what);
    said = what;
  };
  const measured = (): void => {
    const milliseconds = clock.wrongBy ?? 0;
    say(isWrongClock(milliseconds) ? wrong : undefined, { milliseconds });
  };
  const failed = (error: unknown): void => say(unread, { error });
  await clock.measure(client).then(measured, failed);
  return { ended: keepMeasuring({ clock, client, signal, measured, failed }) };
}

/** Requests that an earlier release started have no recorded Temporal. Those that run here live here. */
async function claimRunning(
  { temporal: { taskQueue } }: Config,
  client: Client,
  { archive, own, logger }: { archive: Archive; own: OwnPlace; logger: Logger },
): Promise<void> {
  try {
    const here = await own.known();
    for (const request of await listRequests({ client, taskQueue }, { running: true, limit: MOST })) {
      // A restored archive may lack it. A restored Temporal may run one that was deleted.
      if ((await archive.latestAttempt(request.flow, request.reference)) < request.attempt) continue;
      if ((await archive.readDeletion(request)) !== undefined) continue;
      if ((await archive.readPlace(request)) === undefined) await archive.claimPlace(request, here);
    }
  } catch (error) {
    logger.warn({ error }, 'not every request has a record of the Temporal in which it runs; the next step writes it');
  }
}

/** Resets requests that a defect of the SDK has stopped, until the signal. */
function resetRequests(
  { temporal, worker }: Config,
  client: Client,
  { archive, logger, signal }: { archive: Archive; logger: Logger; signal: AbortSignal },
): Promise<void> {
  return keepResetting({
    client,
    query: ofInstallation(temporal.taskQueue),
    every: worker.resetEvery,
    signal,
    onReset: async ({ workflowId }, { taskCompletedAt: to, runId }) => {
      logger.warn({ workflowId }, 'a request that the SDK could not replay was reset');
      const request = attemptOfWorkflow(workflowId);
      const event = { at: archive.time(), what: 'reset', facts: { by: 'worker', to } };
      if (request === undefined) return;
      await archive.noteOver(request, runId);
      await archive.appendEvent(request, event);
    },
    failed: (error) => logger.warn({ error }, 'looking for requests that cannot be replayed failed'),
  });
}

/** In production, the bundle from the build. Without the setting, it is made now from the files beside this one. */
async function workflows({ worker }: Config): Promise<WorkflowBundleOption> {
  if (worker.workflowBundle !== undefined) return { codePath: await checkedBundle(worker.workflowBundle) };
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  return bundleWorkflowCode({
    ...WORKFLOW_MODULES,
    logger: new DefaultLogger('WARN'), // the bundler's messages are about code and have no data
  });
}

/** @throws VideoIdError BAD_SETTING */
async function checkedBundle(path: string): Promise<string> {
  try {
    await access(path, constants.R_OK);
    return path;
  } catch (cause) {
    throw new VideoIdError('BAD_SETTING', `The workflow bundle ${path} cannot be read.`, {
      field: 'worker.workflowBundle',
      remedy:
        'Name the file that `npm run build` makes. Or leave the setting out, and the bundle is made at the start.',
      cause,
    });
  }
}

runIfStarted(import.meta.url, () => main());

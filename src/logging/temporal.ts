import type { LogLevel as SdkLevel, LogMetadata, Logger as SdkLogger } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import type { LogLevel, Logger } from './logger.js';
import { VideoIdError } from '../messages/failures.js';
import type { LogFields } from './fields.js';
import { holderOf } from '../network/port-holder.js';
import { SDK_TEXTS } from './sdk-texts.js';

const LEVELS: Record<SdkLevel, LogLevel> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** Names of gRPC statuses in Core's error texts. */
const GRPC_CODE =
  /\b(?:Cancelled|InvalidArgument|DeadlineExceeded|NotFound|AlreadyExists|PermissionDenied|ResourceExhausted|FailedPrecondition|Aborted|OutOfRange|Unimplemented|Internal|Unavailable|DataLoss|Unauthenticated)\b/;

/**
 * A logger for the SDK that writes to our log. The SDK logs failure messages and stacks unencrypted, and puts data into its texts.
 * So only known fixed beginnings of texts are kept (`sdk-texts.ts`), allowed fields of metadata, and type, code and frames of errors.
 * Workflow and activity code must use our logger: what it logs through the SDK is withheld.
 */
export function temporalLogger(logger: Logger): SdkLogger {
  const log = (level: SdkLevel, message: string, meta: LogMetadata = {}): void => {
    const method = logger[LEVELS[level]];
    const text = SDK_TEXTS.find((each) => message.startsWith(each));
    if (text === undefined) method(fieldsOf(meta), 'a message of the Temporal SDK, withheld');
    else method(fieldsOf(meta), text);
  };
  return {
    log,
    trace: (message, meta) => log('TRACE', message, meta),
    debug: (message, meta) => log('DEBUG', message, meta),
    info: (message, meta) => log('INFO', message, meta),
    warn: (message, meta) => log('WARN', message, meta),
    error: (message, meta) => log('ERROR', message, meta),
  };
}

let installed = false;

/** Where the SDK serves its metrics. */
export interface MetricsAddress {
  /** An address of this machine in digits. */
  host: string;
  port: number;
}

/**
 * Sends the log of the SDK and of its Rust core to our log, and serves its metrics if an address is given. Call it before the first
 * connection of a worker. Later calls change nothing.
 *
 * @throws VideoIdError PORT_TAKEN or BAD_SETTING if the metrics cannot be served; the SDK's IllegalStateError if its runtime was started
 *   before
 */
export function installRuntime(logger: Logger, metrics?: MetricsAddress): void {
  if (installed) return;
  try {
    Runtime.install({
      logger: temporalLogger(logger),
      telemetryOptions: {
        logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } },
        ...(metrics && { metrics: prometheusAt(metrics) }),
      },
    });
  } catch (error) {
    throw metrics === undefined ? error : metricsFailure(error, metrics);
  }
  installed = true;
}

/** Names and units in the form of Prometheus. The labels are names of workflows, activities and queues. */
function prometheusAt({ host, port }: MetricsAddress) {
  const bindAddress = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true } };
}

function metricsFailure(error: unknown, { host, port }: MetricsAddress): unknown {
  if (!(error instanceof Error) || error.name === 'IllegalStateError') return error;
  if (/in use/i.test(error.message)) {
    return new VideoIdError('PORT_TAKEN', `Something else listens on ${host}:${port}.${holderOf(port)}`, {
      field: 'worker.metricsPort',
      remedy: 'Stop it, or set worker.metricsPort (VIDEOID_WORKER_METRICS_PORT) to a free port.',
      cause: error,
    });
  }
  return new VideoIdError('BAD_SETTING', `The worker cannot serve its metrics on ${host}:${port}.`, {
    field: 'worker.host',
    remedy: 'Set worker.host to a numeric address of this machine, such as 0.0.0.0.',
    cause: error,
  });
}

/** Core logs errors as text. Only the gRPC status of it is kept. */
function fieldsOf(meta: LogMetadata): LogFields {
  const { error, ...rest } = meta;
  if (typeof error !== 'string') return meta;
  return { ...rest, grpcCode: GRPC_CODE.exec(error)?.[0] };
}

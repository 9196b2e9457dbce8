import type { LogLevel as SdkLevel, LogMetadata, Logger as SdkLogger } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import type { LogLevel, Logger } from './logger.js';
import { VideoIdError } from '../messages/failures.js';
import type { LogFields } from './fields.js';
import { SDK_TEXTS } from './sdk-texts.js';

const LEVELS: Record<SdkLevel, LogLevel> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** Names of gRPC statuses as Core writes them into its error texts. */
const GRPC_CODE =
  /\b(?:Cancelled|InvalidArgument|DeadlineExceeded|NotFound|AlreadyExists|PermissionDenied|ResourceExhausted|FailedPrecondition|Aborted|OutOfRange|Unimplemented|Internal|Unavailable|DataLoss|Unauthenticated)\b/;

/**
 * The SDK's log through ours. The SDK logs failure messages and stacks in clear, and puts data into its texts: of its
 * texts the known fixed beginnings remain (`sdk-texts.ts`), of its metadata the allow-list, of its errors type, code
 * and frames. What workflow and activity code logs through the SDK is withheld too: it logs through ours, or not at all.
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

/** Where the SDK shows its metrics. */
export interface MetricsAddress {
  /** An address of this machine in digits. */
  host: string;
  port: number;
}

/**
 * Sends the log of the SDK and of its Rust core to ours, for this process, and shows its metrics where told to. Call it before the
 * first connection of a worker; later calls change nothing.
 *
 * @throws VideoIdError PORT_TAKEN, BAD_SETTING where the metrics cannot be shown; IllegalStateError of the SDK when its runtime was
 *   started without it
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

/** Names and units as Prometheus wants them. The labels are names of workflows, activities and queues. */
function prometheusAt({ host, port }: MetricsAddress) {
  const bindAddress = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true } };
}

function metricsFailure(error: unknown, { host, port }: MetricsAddress): unknown {
  if (!(error instanceof Error) || error.name === 'IllegalStateError') return error;
  if (/in use/i.test(error.message)) {
    return new VideoIdError('PORT_TAKEN', `The worker cannot show its metrics on ${host}:${port}.`, {
      field: 'worker.metricsPort',
      remedy: 'Free the port, or set worker.metricsPort to another.',
      cause: error,
    });
  }
  return new VideoIdError('BAD_SETTING', `The worker cannot show its metrics on ${host}:${port}.`, {
    field: 'worker.host',
    remedy: 'Give worker.host as an address of this machine in digits, such as 0.0.0.0.',
    cause: error,
  });
}

/** Core gives its errors as text: of that only the gRPC status remains. */
function fieldsOf(meta: LogMetadata): LogFields {
  const { error, ...rest } = meta;
  if (typeof error !== 'string') return meta;
  return { ...rest, grpcCode: GRPC_CODE.exec(error)?.[0] };
}

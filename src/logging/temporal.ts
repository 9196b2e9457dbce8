import type { LogLevel as SdkLevel, LogMetadata, Logger as SdkLogger } from '@temporalio/common';
import { Runtime, type RuntimeOptions } from '@temporalio/worker';
import type { LogLevel, Logger } from '../logger.js';
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

/**
 * Sends the log of the SDK and of its Rust core to ours, for this process. Call it before the first connection of a
 * worker; later calls change nothing.
 *
 * @throws IllegalStateError of the SDK when its runtime was started without it.
 */
export function installRuntime(logger: Logger, options: Pick<RuntimeOptions, 'shutdownSignals'> = {}): void {
  if (installed) return;
  Runtime.install({
    ...options,
    logger: temporalLogger(logger),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
  });
  installed = true;
}

/** Core gives its errors as text: of that only the gRPC status remains. */
function fieldsOf(meta: LogMetadata): LogFields {
  const { error, ...rest } = meta;
  if (typeof error !== 'string') return meta;
  return { ...rest, grpcCode: GRPC_CODE.exec(error)?.[0] };
}

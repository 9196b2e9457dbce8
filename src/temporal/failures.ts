import { isGrpcServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { VideoIdError } from '../messages/failures.js';

/** The gRPC status codes that matter here. */
export const GRPC = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** The gRPC status of an error of Temporal's client, or of one of its causes. Undefined if there is none. */
export function grpcStatusOf(error: unknown): { code: number; details: string } | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    // The connection of a worker has the details in the message.
    if (isGrpcServiceError(each)) return { code: each.code, details: each.details || each.message };
  }
  return undefined;
}

/** The failure for a namespace that Temporal does not have. Undefined for any other error. */
export function noNamespace(error: unknown, facts?: VideoIdError['facts']): VideoIdError | undefined {
  const status = grpcStatusOf(error);
  const unknown = status?.code === GRPC.NOT_FOUND && /namespace/i.test(status.details);
  if (!unknown && !(error instanceof NamespaceNotFoundError)) return undefined;
  const named =
    error instanceof NamespaceNotFoundError ? error.namespace : /namespace (\S+) /i.exec(status?.details ?? '')?.[1];
  const name = named ?? 'NAME';
  return new VideoIdError('BAD_SETTING', `Temporal has no namespace ${name}.`, {
    field: 'temporal.namespace',
    remedy: `Correct temporal.namespace, or create it: temporal operator namespace create --namespace ${name} --retention 30d`,
    facts,
    cause: error,
  });
}

import { isGrpcServiceError } from '@temporalio/client';
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
    if (isGrpcServiceError(each)) return { code: each.code, details: each.details };
  }
  return undefined;
}

export function noNamespace(namespace: string, cause: unknown): VideoIdError | undefined {
  if (grpcStatusOf(cause)?.code !== GRPC.NOT_FOUND) return undefined;
  return new VideoIdError('BAD_SETTING', `Temporal has no namespace ${namespace}.`, {
    field: 'temporal.namespace',
    remedy: `Correct temporal.namespace, or create it: temporal operator namespace create --namespace ${namespace} --retention 30d`,
    cause,
  });
}

import { VideoIdError } from '../messages/failures.js';
import { type ClientIdentity, faultsOf, noCertificatesIn } from '../network/client-certificate.js';
import { sentenceOf } from '../network/sentences.js';
import { lookByTls } from '../network/tls-look.js';
import { tlsCauseOf } from '../network/tls-words.js';
import { GRPC, grpcStatusOf } from './failures.js';

/** Where Temporal is, and what our side of TLS has. PEM. */
export interface TemporalPlace {
  address: string;
  /** Undefined without TLS. */
  tls: { ca?: string | undefined; identity?: ClientIdentity | undefined } | undefined;
}

const SETTINGS = { address: 'temporal.address', ca: 'temporal.tls.ca', certificate: 'temporal.tls.certificate' };

/** How long the server is looked at. Milliseconds. */
const LOOK_WITHIN = 3000;

/**
 * The failure for a connection to Temporal that was not made. The SDK says why only in its own words, and its core in others, so
 * the server is looked at once more.
 */
export async function unreachable({ address, tls }: TemporalPlace, cause: unknown): Promise<VideoIdError> {
  const code = grpcStatusOf(cause)?.code;
  if (code === GRPC.PERMISSION_DENIED || code === GRPC.UNAUTHENTICATED) return credentialsRefused(cause);
  const faults = tls?.identity && faultsOf(tls.identity);
  const { host, port } = hostAndPortIn(address);
  const look = await lookByTls({ host, port, ...tls }, LOOK_WITHIN);
  if (tls === undefined && look.secured) {
    const words = `Temporal does not answer at ${address}: the server speaks TLS, and temporal.tls is not set.`;
    const remedy = 'Set temporal.tls. An empty one ({}) turns TLS on.';
    return new VideoIdError('TEMPORAL_UNREACHABLE', words, { field: 'temporal.tls', remedy, cause });
  }
  const because = tls && tlsCauseOf(look, { host, settings: SETTINGS, faults });
  if (because !== undefined) {
    const words = `No connection to Temporal at ${address}: ${because.words}.`;
    return new VideoIdError('TEMPORAL_UNREACHABLE', words, { field: 'temporal.tls', remedy: because.remedy, cause });
  }
  const said =
    look.end === undefined || look.end === 'closed' || (tls === undefined && look.answers)
      ? ''
      : `: ${sentenceOf(look.end)}`;
  return new VideoIdError('TEMPORAL_UNREACHABLE', `Temporal does not answer at ${address}${said}.`, {
    field: SETTINGS.address,
    remedy: 'Start Temporal, or correct temporal.address, temporal.tls and temporal.apiKey.',
    cause,
  });
}

/** @throws VideoIdError BAD_SETTING if no connection can be made with these files */
export function assertUsable({ ca, identity }: Exclude<TemporalPlace['tls'], undefined>): void {
  const noCa = ca === undefined ? undefined : noCertificatesIn(ca);
  if (noCa !== undefined) {
    const words = `The CA of Temporal's certificate cannot be used: ${noCa.words}.`;
    throw new VideoIdError('BAD_SETTING', words, { field: SETTINGS.ca, remedy: noCa.remedy });
  }
  const [fault] = identity === undefined ? [] : faultsOf(identity);
  if (fault?.unusable !== true) return;
  const words = `The client certificate for Temporal cannot be used: ${fault.words}.`;
  throw new VideoIdError('BAD_SETTING', words, { field: SETTINGS.certificate, remedy: fault.remedy });
}

/** Temporal answered, and does not let us in. */
export function credentialsRefused(cause: unknown, facts?: VideoIdError['facts']): VideoIdError {
  return new VideoIdError('BAD_SETTING', 'Temporal refuses our credentials.', {
    field: 'temporal.apiKey',
    remedy: 'Check temporal.apiKey and temporal.tls, and what they may do in the namespace.',
    facts,
    cause,
  });
}

/** `[::1]:7233` or `temporal.internal:7233`. */
function hostAndPortIn(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at).replaceAll(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)) };
}

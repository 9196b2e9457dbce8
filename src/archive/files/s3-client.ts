import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { defined } from '../../messages/defined.js';
import { resolveSecret } from '../../security/secret.js';
import type { S3Settings } from './s3-settings.js';

/** How long things may take. All in milliseconds. */
export interface S3Limits {
  connect: number;
  /** Until an answer begins. */
  answer: number;
  /** Added to `answer` for each megabyte that is sent. */
  megabyte: number;
  /** Until the next piece of an object comes. */
  piece: number;
}

/** With these, a connection of 140 kbit/s is fast enough. */
export const S3_LIMITS: S3Limits = { connect: 10_000, answer: 30_000, megabyte: 60_000, piece: 60_000 };

/** How often the SDK tries a request, with pauses of less than four seconds. */
const ATTEMPTS = 4;

/** A request that waits for a socket counts as one that cannot connect, so this is more than what a process does at once. */
const SOCKETS = 1000;

/** Credentials are read again after this time, so that files with new ones need no restart. Milliseconds. */
const CREDENTIALS_FOR = 900_000;

/** The SDK takes a missing logger for the console. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/**
 * A client of the SDK. What is set here is not looked for in the environment and in the SDK's own files.
 *
 * @throws SECRET_NOT_FOUND, BAD_SETTING for `ca`. Those of the credentials come with the first request
 */
export async function s3Client(settings: S3Settings, limits: S3Limits): Promise<S3Client> {
  const ca = settings.ca === undefined ? undefined : await resolveSecret(settings.ca, 'archive.files.s3.ca');
  return new S3Client({
    region: settings.region,
    forcePathStyle: settings.pathStyle ?? false,
    ...defined({ endpoint: settings.endpoint, credentials: credentialsOf(settings) }),
    // Newer checksums are unknown to many servers. We hash what we wrote, and read it back.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: limits.connect,
      requestTimeout: limits.answer,
      throwOnRequestTimeout: true,
      // While a slow line takes what the system has buffered, nothing moves here.
      socketTimeout: 0,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS, ...defined({ ca: ca?.reveal() }) },
    },
    expectContinueHeader: false,
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    logger: silent,
    ignoreConfiguredEndpointUrls: true,
    defaultsMode: 'standard',
    authSchemePreference: ['sigv4'],
    disableClockSkewCorrection: false,
    disableS3ExpressSessionAuth: true,
    sigv4aSigningRegionSet: [settings.region],
    useArnRegion: false,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: 'videoid-worker',
  });
}

function credentialsOf({ credentials }: S3Settings): S3ClientConfig['credentials'] {
  if (credentials === undefined) return undefined;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const reveal = async (name: keyof typeof credentials, reference = credentials[name]) =>
    reference && (await resolveSecret(reference, `archive.files.s3.credentials.${name}`)).reveal();
  return async () => ({
    accessKeyId: (await reveal('accessKeyId', accessKeyId)) ?? '',
    secretAccessKey: (await reveal('secretAccessKey', secretAccessKey)) ?? '',
    ...defined({ sessionToken: await reveal('sessionToken', sessionToken) }),
    expiration: new Date(Date.now() + CREDENTIALS_FOR),
  });
}

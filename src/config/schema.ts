import { z } from 'zod';
import type { Policy } from '../messages/policy.js';
import { archive } from './archive.js';
import { belowFloor, floorSchema, tooLowForProduction } from './floor.js';
import { issuesOfOverrides, overridePolicy, policySchema } from './policy.js';
import { environment, networkTime, registrationAuthority } from './provider-settings.js';
import {
  bytesBetween,
  DAY,
  durationBetween,
  flag,
  hostAndPort,
  HOUR,
  isPlainOutside,
  MINUTE,
  port,
  SECOND,
  secretReference,
  serverAddress,
  wholeBetween,
} from './values.js';

/** A number of things that a process keeps or does at once. */
const count = wholeBetween(1, 1_000_000);

const temporal = z
  .strictObject({
    address: hostAndPort.default('127.0.0.1:7233').describe('where Temporal listens, as `host:port`'),
    namespace: z.string().default('default').describe('the Temporal namespace'),
    taskQueue: z.string().default('videoid').describe('the task queue of this installation'),
    tls: z
      .strictObject({
        ca: secretReference.optional(),
        certificate: secretReference.optional(),
        key: secretReference.optional(),
      })
      .optional()
      .describe('`ca`, `certificate` and `key`, PEM by reference. An empty object turns TLS on'),
    apiKey: secretReference.optional().describe('API key of Temporal Cloud, by reference'),
  })
  .prefault({});

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

const keyPairs = z
  .array(z.strictObject({ id: z.string().min(1), publicKey: secretReference, privateKey: secretReference.optional() }))
  .default([]);

const keys = z
  .strictObject({
    encryptPayloads: flag.default(true).describe('whether payloads in Temporal are encrypted'),
    codec: z
      .array(z.strictObject({ id: z.string().min(1), key: secretReference }))
      .default([])
      .describe('AES-256 keys in base64. The first encrypts. All of them decrypt'),
    seal: keyPairs.describe('RSA keys (PEM) for codes and PINs that people type. Only workers need the private keys'),
    orders: keyPairs.describe('Ed25519 keys (PEM) that sign starts and orders. Workers need only the public keys'),
  })
  .prefault({});

/** Every setting there is. Unknown ones are errors. */
export const configSchema = z
  .strictObject({
    temporal,
    archive,
    keys,
    environments: z.record(z.string().regex(/^[a-z0-9-]{1,32}$/), environment).default({}),
    registrationAuthorities: z.record(z.string().regex(/^\d{1,12}$/), registrationAuthority).default({}),
    policy: policySchema,
    floor: floorSchema,
    documents: z
      .strictObject({
        maximumBytes: bytesBetween(1, 1e9).default(25e6).describe('a document may be this large'),
        maximumCount: wholeBetween(1, 10)
          .default(10)
          .describe('a request may have this many. The provider allows 10 at most (§4.6)'),
        certified: z
          .enum(['refuse', 'accept'])
          .default('refuse')
          .describe('documents certified against any change (DocMDP 1): `refuse` or `accept` them'),
      })
      .prefault({}),
    codeEntry: z
      .enum(['sandbox', 'allowed'])
      .default('sandbox')
      .describe('`allowed`: `videoid accept`, `otp` and `confirm` may act on a real Optimizer too'),
    worker: z
      .strictObject({
        host: z.string().default('127.0.0.1').describe('address it listens on'),
        healthPort: port.default(7280).describe('port for `GET /health`'),
        metricsPort: port.optional().describe('port for `GET /metrics` (Prometheus). If not set, there are no metrics'),
        maxCachedWorkflows: count.default(500).describe('how many requests a worker keeps in memory'),
        maxConcurrentActivities: count.default(40).describe('how many steps a worker carries out at once'),
        resetEvery: durationBetween(100, HOUR)
          .default(30_000)
          .describe('how often a worker looks for requests that cannot be replayed, and resets them'),
        verification: z
          .strictObject({
            within: durationBetween(SECOND, 10 * MINUTE)
              .default(MINUTE)
              .describe('the verification of one file may take this long'),
            memory: bytesBetween(64e6, 8e9).default(512e6).describe('one verification thread may use this much memory'),
            threads: wholeBetween(1, 32).default(2).describe('how many files are verified at once'),
          })
          .prefault({}),
        shutdownGrace: durationBetween(0, HOUR)
          .default(20_000)
          .describe('on shutdown, running steps get this long to finish'),
        workflowBundle: z.string().optional().describe('made by `npm run build`. If not set, it is made at start'),
      })
      .prefault({}),
    gateway: z
      .strictObject({
        host: z.string().default('127.0.0.1').describe('address it listens on'),
        port: port.default(7281).describe('port of the API and the webhooks'),
        apiTokens: z.array(secretReference).default([]).describe('bearer tokens of the HTTP API, by reference'),
        hints: z
          .strictObject({
            maximumBytes: bytesBetween(1, 1e6).default(65_536).describe('a callback may be this large'),
            sameWithin: durationBetween(0, DAY)
              .default(300_000)
              .describe('an identical callback within this time is dropped'),
            perMinute: count.default(30).describe('more callbacks for one request in one minute are answered with 429'),
            unknownFor: durationBetween(0, HOUR)
              .default(5_000)
              .describe('a request number that is not ours is looked up again after this time'),
            bodyWithin: networkTime.default(10_000).describe('a callback must have arrived within this time'),
          })
          .prefault({}),
      })
      .prefault({}),
    codecServer: z
      .strictObject({
        host: z.string().default('127.0.0.1').describe('address it listens on'),
        port: port.default(7282).describe('port it listens on'),
        allowedOrigins: z.array(serverAddress()).default([]).describe('addresses of the Temporal UI'),
        allowedHosts: z.array(z.string()).default([]).describe('host names that are accepted, besides its own address'),
      })
      .prefault({}),
    log: z
      .strictObject({
        level: z
          .enum(LOG_LEVELS)
          .default('info')
          .describe(`one of ${LOG_LEVELS.join(', ')}`),
      })
      .prefault({}),
  })
  .superRefine((config, context) => {
    const wrong = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const wrongPolicy = (at: string[], policy: Policy) =>
      belowFloor(policy, config.floor).forEach(({ path, message }) => wrong([...at, 'policy', ...path], message));
    wrongPolicy([], config.policy);
    if (Object.values(config.environments).some(({ env }) => env === 'prod'))
      for (const { path, message } of tooLowForProduction(config.floor)) wrong(['floor', ...path], message);
    for (const [id, place] of Object.entries(config.environments)) {
      if (place.env !== 'prod' || place.plainHttpReason !== undefined) continue;
      for (const [setting, address] of [
        ['optimizer', place.optimizer],
        ['registrationAuthorityApi.address', place.registrationAuthorityApi?.address ?? ''],
      ] as const) {
        if (isPlainOutside(address)) wrong(['environments', id, ...setting.split('.')], PLAIN_HTTP);
      }
    }
    for (const [id, { environment: name, policy, enrolment, review, officers }] of Object.entries(
      config.registrationAuthorities,
    )) {
      const at = ['registrationAuthorities', id];
      const issues = issuesOfOverrides(config.policy, policy);
      for (const issue of issues) context.addIssue({ ...issue, path: [...at, 'policy', ...issue.path] });
      if (issues.length === 0) wrongPolicy(at, overridePolicy(config.policy, policy));
      const place = own(config.environments, name);
      if (!place) wrong([...at, 'environment'], `there is no environment "${name}"`);
      if (enrolment && place && !place.registrationAuthorityApi)
        wrong([...at, 'enrolment'], `needs registrationAuthorityApi in the environment "${name}"`);
      if (enrolment && !enrolment.secrets && place?.env === 'prod')
        wrong([...at, 'enrolment', 'secrets'], CHOOSE_SECRETS);
      if (review.mode !== 'automatic') continue;
      if (!own(officers, review.officer))
        wrong([...at, 'review', 'officer'], 'names an officer that is not in officers');
      if (place?.env === 'prod' && !review.permission) wrong([...at, 'review', 'permission'], NAME_PERMISSION);
    }
  });

const PLAIN_HTTP = 'http:// shows credentials and codes on the way: use https://, or say in plainHttpReason why not';
const CHOOSE_SECRETS = 'choose seal or drop: without the revocation code you cannot revoke a certificate yourselves';
const NAME_PERMISSION = 'automatic approval on production needs the name of the written permission';

/** `constructor` is in every object. */
function own<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

export type Config = z.output<typeof configSchema>;
export type EnvironmentConfig = Config['environments'][string];
export type RegistrationAuthorityConfig = Config['registrationAuthorities'][string];
export type OfficerConfig = RegistrationAuthorityConfig['officers'][string];

import { z } from 'zod';
import { assumptionsSchema } from '../uanataca/one-shot/assumptions.js';
import { registrationAuthorityAssumptionsSchema } from '../uanataca/registration-authority/assumptions.js';
import { belowFloor, floorSchema, tooLowForProduction } from './floor.js';
import { issuesOfOverrides, overridePolicy, policySchema } from './policy.js';
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
  webAddress,
  wholeBetween,
} from './values.js';

/** What a network may take. Milliseconds. */
const networkTime = durationBetween(10, HOUR);
/** A number of things that a process keeps or does at once. */
const count = wholeBetween(1, 1_000_000);

const temporal = z
  .strictObject({
    address: hostAndPort.default('127.0.0.1:7233').describe('host:port of the Temporal frontend'),
    namespace: z.string().default('default'),
    taskQueue: z.string().default('videoid').describe('the queue that workers of this installation serve'),
    tls: z
      .strictObject({
        ca: secretReference.optional(),
        certificate: secretReference.optional(),
        key: secretReference.optional(),
      })
      .optional()
      .describe('client certificate and CA, PEM, by reference; an empty object turns TLS on'),
    apiKey: secretReference.optional().describe('Temporal Cloud API key, by reference'),
  })
  .prefault({});

const archive = z.strictObject({
  directory: z.string().min(1).describe('where requests, documents and outcomes are kept; shared by all processes'),
  index: z.string().optional().describe('where the webhook bridge finds requests; `index` in the archive if not set'),
  reserve: bytesBetween(0, Number.MAX_SAFE_INTEGER)
    .default(1e9)
    .describe('below this much free disk space, no new request starts and no code is sent'),
});

const keys = z
  .strictObject({
    encryptPayloads: flag.default(true).describe('encrypt what passes through Temporal'),
    codec: z
      .array(z.strictObject({ id: z.string().min(1), key: secretReference }))
      .default([])
      .describe('AES-256 keys, base64; the first encrypts, each decrypts'),
    seal: z
      .array(
        z.strictObject({ id: z.string().min(1), publicKey: secretReference, privateKey: secretReference.optional() }),
      )
      .default([])
      .describe('RSA keys, PEM, for codes and PINs that people type; only workers need the private ones'),
    orders: z
      .array(
        z.strictObject({ id: z.string().min(1), publicKey: secretReference, privateKey: secretReference.optional() }),
      )
      .default([])
      .describe(
        'Ed25519 keys, PEM, that sign starts and orders; the first private key signs, every public key is accepted; workers need no private key',
      ),
  })
  .prefault({});

const registrationAuthorityApi = z.strictObject({
  address: webAddress.describe('https://api.uanataca.com, or the sandbox of the provider'),
  certificate: secretReference.describe('client certificate of the API user, PEM'),
  key: secretReference.describe('its private key, PEM'),
  passphrase: secretReference.optional(),
  ca: z.string().optional().describe('PEM file of the CA that signed the API’s TLS certificate'),
  assumptions: registrationAuthorityAssumptionsSchema
    .prefault({})
    .describe('what is not known about this API, see docs/provider.md'),
});

const environment = z.strictObject({
  optimizer: webAddress.describe('base address of the Optimizer, without the API path'),
  registrationAuthorityApi: registrationAuthorityApi
    .optional()
    .describe('for enrolments: the other system, over mutual TLS'),
  env: z.enum(['sandbox', 'prod']).describe("the provider's name of the environment, sent with every create"),
  plainHttpReason: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe('why `http://` to another machine is right for `prod`, such as a tunnel; `doctor` shows it'),
  ca: z.string().optional().describe('PEM file of the CA that signed the Optimizer’s TLS certificate'),
  roots: z.array(z.string()).default([]).describe('PEM files of the roots that signatures must chain to'),
  timeouts: z
    .strictObject({
      connect: networkTime.default(10_000),
      answer: networkTime.default(60_000).describe('from the end of the request to the first byte of the answer'),
      body: networkTime.default(60_000).describe('longest silence inside an answer'),
    })
    .prefault({}),
  assumptions: assumptionsSchema.prefault({}).describe('what is not known about the provider, see docs/provider.md'),
});

const officer = z
  .strictObject({
    rao: z.string().min(1).describe("the officer's RAO id at the provider"),
    username: secretReference.optional(),
    password: secretReference.optional(),
    pin: secretReference.optional(),
    token: secretReference.optional().describe('id of credentials held by the Optimizer'),
  })
  .refine((value) => value.token !== undefined || value.username !== undefined, 'give a token or a username');

const review = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('at-provider') }),
  z.strictObject({ mode: z.literal('manual') }),
  z.strictObject({
    mode: z.literal('automatic'),
    officer: z.string().min(1).describe('in whose name requests are approved'),
    permission: z.string().optional().describe('name of the written permission; wanted on production'),
  }),
]);

const registrationAuthority = z.strictObject({
  environment: z.string().min(1),
  profiles: z.array(z.string().min(1)).min(1).describe('the first is the default'),
  billing: z
    .strictObject({ username: secretReference, password: secretReference })
    .optional()
    .describe('absent where the Optimizer holds it'),
  review: review.default({ mode: 'manual' }),
  officers: z.record(z.string().min(1), officer).default({}),
  enrolment: z
    .strictObject({
      secrets: z
        .enum(['seal', 'drop'])
        .optional()
        .describe('what becomes of PIN, PUK and revocation code; without the code nobody here can revoke'),
      fewScratchcards: wholeBetween(0, 1_000_000).default(10).describe('so few left make a warning'),
      refuseVideo: flag.default(false).describe('whether an officer’s refusal may go through refuse_videoid'),
      preauthLink: flag.default(false).describe('whether the link may be asked for; its holder acts as the signer'),
      unknownProfiles: flag.default(false).describe('whether profiles that are not in the catalogue may be asked for'),
    })
    .optional()
    .describe('absent where this registration authority makes no enrolments'),
  webhookTokens: z
    .array(secretReference)
    .max(2)
    .default([])
    .describe('last part of the webhook address; two while rotating'),
  policy: z.record(z.string(), z.unknown()).default({}).describe('overrides of `policy`'),
});

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
        maximumBytes: bytesBetween(1, 1e9).default(25e6).describe('per document'),
        maximumCount: wholeBetween(1, 10).default(10).describe("the provider's ceiling is 10 (§4.6)"),
        certified: z
          .enum(['refuse', 'accept'])
          .default('refuse')
          .describe(
            'documents that are certified against any change (DocMDP 1); signing would break the certification',
          ),
      })
      .prefault({}),
    codeEntry: z
      .enum(['sandbox', 'allowed'])
      .default('sandbox')
      .describe(
        'whether `videoid accept`, `otp` and `confirm` may act on a real Optimizer; only the signer should accept and sign',
      ),
    worker: z
      .strictObject({
        host: z.string().default('127.0.0.1'),
        healthPort: port.default(7280),
        metricsPort: port.optional().describe('`GET /metrics` for Prometheus; without it there are none'),
        maxCachedWorkflows: count.default(500),
        maxConcurrentActivities: count.default(40),
        resetEvery: durationBetween(100, HOUR)
          .default(30_000)
          .describe('how often a worker looks for requests that the Temporal SDK cannot carry on, and resets them'),
        verification: z
          .strictObject({
            within: durationBetween(SECOND, 10 * MINUTE)
              .default(MINUTE)
              .describe('the verification of one file may take this long'),
            memory: bytesBetween(64e6, 8e9).default(512e6).describe('what one verification thread may take, in bytes'),
            threads: wholeBetween(1, 32).default(2).describe('files that are verified at once'),
          })
          .prefault({})
          .describe(
            'signatures are verified in threads of their own; a file that exceeds these limits is indeterminate',
          ),
        shutdownGrace: durationBetween(0, HOUR)
          .default(20_000)
          .describe('running activities get this long on shutdown'),
        workflowBundle: z
          .string()
          .optional()
          .describe('made by `npm run build`; without it the bundle is made at start'),
      })
      .prefault({}),
    gateway: z
      .strictObject({
        host: z.string().default('127.0.0.1'),
        port: port.default(7281),
        apiTokens: z.array(secretReference).default([]).describe('bearer tokens of the HTTP API'),
        hints: z
          .strictObject({
            maximumBytes: bytesBetween(1, 1e6).default(65_536),
            sameWithin: durationBetween(0, DAY)
              .default(300_000)
              .describe('an identical payload within this time is dropped'),
            perMinute: count.default(30).describe('more per request and minute get 429'),
            unknownFor: durationBetween(0, HOUR)
              .default(5_000)
              .describe('a pk that is not ours is looked up again after this time'),
            bodyWithin: networkTime.default(10_000).describe('a sender slower than this is cut off'),
          })
          .prefault({}),
      })
      .prefault({}),
    codecServer: z
      .strictObject({
        host: z.string().default('127.0.0.1'),
        port: port.default(7282),
        allowedOrigins: z.array(webAddress).default([]).describe('addresses of the Temporal UI'),
        allowedHosts: z.array(z.string()).default([]).describe('beside its own address'),
      })
      .prefault({}),
    log: z
      .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info') })
      .prefault({}),
  })
  .superRefine((config, context) => {
    for (const { path, message } of belowFloor(config.policy, config.floor))
      context.addIssue({ code: 'custom', path: ['policy', ...path], message });
    if (Object.values(config.environments).some(({ env }) => env === 'prod')) {
      for (const { path, message } of tooLowForProduction(config.floor))
        context.addIssue({ code: 'custom', path: ['floor', ...path], message });
    }
    for (const [id, place] of Object.entries(config.environments)) {
      if (place.env !== 'prod' || place.plainHttpReason !== undefined) continue;
      for (const [setting, address] of [
        ['optimizer', place.optimizer],
        ['registrationAuthorityApi.address', place.registrationAuthorityApi?.address ?? ''],
      ] as const) {
        if (!isPlainOutside(address)) continue;
        context.addIssue({
          code: 'custom',
          path: ['environments', id, ...setting.split('.')],
          message: 'http:// shows credentials and codes on the way: use https://, or say in plainHttpReason why not',
        });
      }
    }
    for (const [id, authority] of Object.entries(config.registrationAuthorities)) {
      const path = ['registrationAuthorities', id];
      const issues = issuesOfOverrides(config.policy, authority.policy);
      for (const issue of issues) context.addIssue({ ...issue, path: [...path, 'policy', ...issue.path] });
      const tooLow =
        issues.length === 0 ? belowFloor(overridePolicy(config.policy, authority.policy), config.floor) : [];
      for (const { path: place, message } of tooLow)
        context.addIssue({ code: 'custom', path: [...path, 'policy', ...place], message });
      const place = own(config.environments, authority.environment);
      if (!place) {
        context.addIssue({
          code: 'custom',
          path: [...path, 'environment'],
          message: `there is no environment "${authority.environment}"`,
        });
      }
      if (authority.enrolment && place && !place.registrationAuthorityApi) {
        context.addIssue({
          code: 'custom',
          path: [...path, 'enrolment'],
          message: `wants registrationAuthorityApi in the environment "${authority.environment}"`,
        });
      }
      if (authority.enrolment && !authority.enrolment.secrets && place?.env === 'prod') {
        context.addIssue({
          code: 'custom',
          path: [...path, 'enrolment', 'secrets'],
          message: 'choose seal or drop: without the revocation code you cannot revoke a certificate yourselves',
        });
      }
      if (authority.review.mode !== 'automatic') continue;
      if (!own(authority.officers, authority.review.officer)) {
        context.addIssue({
          code: 'custom',
          path: [...path, 'review', 'officer'],
          message: 'names an officer that is not in officers',
        });
      }
      if (place?.env === 'prod' && !authority.review.permission) {
        context.addIssue({
          code: 'custom',
          path: [...path, 'review', 'permission'],
          message: 'automatic approval on production wants the name of the written permission',
        });
      }
    }
  });

/** `constructor` is in every object. */
function own<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

export type Config = z.output<typeof configSchema>;
export type EnvironmentConfig = Config['environments'][string];
export type RegistrationAuthorityConfig = Config['registrationAuthorities'][string];
export type OfficerConfig = RegistrationAuthorityConfig['officers'][string];

import { z } from 'zod';
import { assumptionsSchema } from '../uanataca/one-shot/assumptions.js';
import { registrationAuthorityAssumptionsSchema } from '../uanataca/registration-authority/assumptions.js';
import { durationBetween, flag, HOUR, secretReference, serverAddress, webAddress, wholeBetween } from './values.js';

/** What a network may take. Milliseconds. */
export const networkTime = durationBetween(10, HOUR);

const proxy = z
  .strictObject({
    address: serverAddress()
      .refine((address) => address.startsWith('http://'), 'give an address that begins with http://')
      .describe(
        'outbound proxy for these calls: `http://proxy.example.com:3128`. It is asked to CONNECT, and sees nothing of TLS',
      ),
    username: secretReference.optional().describe('login at the proxy, if it wants one'),
    password: secretReference.optional().describe('its password'),
  })
  .refine(
    ({ username, password }) => (username === undefined) === (password === undefined),
    'give both or none of username and password',
  );

const registrationAuthorityApi = z.strictObject({
  address: webAddress.describe('address of the API: `https://api.uanataca.com`, or the provider’s sandbox'),
  certificate: secretReference.describe('client certificate of the API user, PEM'),
  key: secretReference.describe('the private key of that certificate, PEM'),
  passphrase: secretReference.optional().describe('passphrase of the private key'),
  ca: z
    .string()
    .optional()
    .describe('PEM file of the CA that signed the API’s TLS certificate. It is read for each new connection'),
  proxy: proxy.optional(),
  assumptions: registrationAuthorityAssumptionsSchema.prefault({}).describe('see docs/provider.md'),
});

/** One path, or a list of them. */
const paths = z
  .union([z.string().min(1), z.array(z.string().min(1)).max(20)])
  .transform((given) => (typeof given === 'string' ? [given] : given));

/** One of `environments`. */
export const environment = z.strictObject({
  optimizer: webAddress.describe('base address of the Optimizer, without the API path'),
  registrationAuthorityApi: registrationAuthorityApi.optional(),
  env: z
    .enum(['sandbox', 'prod'])
    .describe("the provider's name for the environment: `sandbox` or `prod`. It is sent with every create"),
  plainHttpReason: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe('why `http://` to another machine is safe for `prod`, for example a tunnel. `doctor` shows it'),
  ca: z
    .string()
    .optional()
    .describe('PEM file of the CA that signed the Optimizer’s TLS certificate. It is read for each new connection'),
  proxy: proxy.optional(),
  roots: z.array(z.string()).default([]).describe('PEM files of the root certificates that signatures must lead to'),
  timeouts: z
    .strictObject({
      connect: networkTime.default(10_000).describe('opening a connection may take this long'),
      answer: networkTime.default(60_000).describe('the first byte of the answer must come within this time'),
      body: networkTime.default(60_000).describe('an answer may be silent for this long'),
    })
    .prefault({}),
  assumptions: assumptionsSchema.prefault({}).describe('see docs/provider.md'),
  probe: paths.default([]).describe('the file of a probe, or a list of such files. `doctor` says what they confirm'),
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

/** One of `registrationAuthorities`. */
export const registrationAuthority = z.strictObject({
  environment: z.string().min(1).describe('the name of one of the `environments`'),
  profiles: z.array(z.string().min(1)).min(1).describe('the profiles that may be asked for. The first is the default'),
  billing: z
    .strictObject({
      username: secretReference.describe('user name for billing. Leave `billing` out if the Optimizer has it'),
      password: secretReference.describe('its password'),
    })
    .optional(),
  review: review
    .default({ mode: 'manual' })
    .describe('who decides: `manual`, `at-provider`, or `automatic` with `officer` and `permission`'),
  officers: z
    .record(z.string().min(1), officer)
    .default({})
    .describe('each officer by an id of yours: `rao`, and `token` or `username`, `password`, `pin` by reference'),
  enrolment: z
    .strictObject({
      secrets: z
        .enum(['seal', 'drop'])
        .optional()
        .describe('whether PIN, PUK and revocation code are kept (`seal`) or not (`drop`)'),
      fewScratchcards: wholeBetween(0, 1_000_000).default(10).describe('warns of so few unused cards'),
      refuseVideo: flag.default(false).describe('whether an officer’s refusal may be sent with `refuse_videoid`'),
      preauthLink: flag.default(false).describe('whether the pre-authorised link may be asked for'),
      unknownProfiles: flag.default(false).describe('whether profiles outside the catalogue may be asked for'),
    })
    .optional(),
  webhookTokens: z
    .array(secretReference)
    .max(2)
    .default([])
    .describe('last part of the webhook address, by reference. Two are valid at once'),
  policy: z.record(z.string(), z.unknown()).default({}).describe('settings of `policy` that differ here'),
});

import { z } from 'zod';

/**
 * The file of a probe: what the provider answered, in shape. It holds no value of a person, credential, link, code or document, so it
 * may be sent to others. `sandbox/like` reads it, too.
 */

/** A value without its content. */
export type Shape =
  | { type: 'null' }
  | { type: 'boolean'; is?: boolean | undefined }
  /** `hash` tells equal values apart from others inside one file. Its key is not in the file. */
  | { type: 'number'; digits: number; is?: number | undefined; hash?: string | undefined }
  | {
      type: 'string';
      /** Characters. Not of credentials. */
      length?: number | undefined;
      /** A text that the provider's documents show, with `{}` in place of its variable parts. */
      is?: string | undefined;
      /** `uuid`, `hex`, `digits`, `link`, `email`, `base64`, or a pattern as `99/99/9999`. */
      form?: string | undefined;
      hash?: string | undefined;
    }
  /** `items` are the different shapes of the first items. */
  | { type: 'list'; length: number; items: Shape[] }
  | { type: 'object'; fields: Record<string, Shape> }
  /** It was too deep or too large, or would have shown a value. */
  | { type: 'withheld' };

export const shapeSchema: z.ZodType<Shape> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('null') }),
    z.strictObject({ type: z.literal('boolean'), is: z.boolean().optional() }),
    z.strictObject({
      type: z.literal('number'),
      digits: z.number(),
      is: z.number().optional(),
      hash: z.string().optional(),
    }),
    z.strictObject({
      type: z.literal('string'),
      length: z.number().optional(),
      is: z.string().optional(),
      form: z.string().optional(),
      hash: z.string().optional(),
    }),
    z.strictObject({ type: z.literal('list'), length: z.number(), items: z.array(shapeSchema) }),
    z.strictObject({ type: z.literal('object'), fields: z.record(z.string(), shapeSchema) }),
    z.strictObject({ type: z.literal('withheld') }),
  ]),
);

/** Words of a refusal: as a known text, or without their content. */
const wordsSchema = z.strictObject({
  is: z.string().optional(),
  length: z.number(),
  hash: z.string().optional(),
});

/** A body that is no JSON. Bytes. */
const fileSchema = z.strictObject({
  size: z.number(),
  hash: z.string(),
  /** Whether it begins as a PDF. */
  pdf: z.boolean(),
});

const answerSchema = z.strictObject({
  /** HTTP status. */
  status: z.number(),
  headers: z.array(z.string()),
  contentType: z.string().optional(),
  /** Seconds. */
  retryAfter: z.number().optional(),
  form: z.enum(['json', 'empty', 'page', 'text', 'broken', 'file']),
  body: shapeSchema.optional(),
  file: fileSchema.optional(),
  words: wordsSchema.optional(),
  /** How the product reads it: see `src/uanataca/answers`. */
  read: z
    .strictObject({
      succeeded: z.boolean().optional(),
      origin: z.enum(['provider', 'likely', 'possible', 'foreign']),
      own: z.boolean(),
      bare: z.boolean(),
      speaks: z.boolean(),
    })
    .optional(),
  /** Whether the body came whole. */
  whole: z.boolean(),
  /** Milliseconds until the headers came. */
  after: z.number(),
});

const exchangeSchema = z.strictObject({
  number: z.number(),
  /** The step of the probe, and what it tried: `code`, `wrong-code`. */
  step: z.string(),
  occasion: z.string(),
  /** Milliseconds since the probe began. */
  at: z.number(),
  method: z.string(),
  /** With the names of ids in place of ids: `/request/{request_pk}`. */
  path: z.string(),
  query: z.record(z.string(), z.string()).optional(),
  body: shapeSchema.optional(),
  /** Names of the parts of a multipart body. */
  parts: z.array(z.string()).optional(),
  answer: answerSchema.optional(),
  /** What the product makes of it. */
  outcome: z
    .strictObject({
      /** `done`, or a value that the call returned: `gone`, `not-accepted`. */
      result: z.string().optional(),
      /** Our code for a failure. */
      code: z.string().optional(),
      kind: z.enum(['not-sent', 'temporary', 'refused', 'unknown']).optional(),
      /** Whether the words of the refusal are known. */
      familiar: z.boolean().optional(),
      /** Whether it may be a refusal of the provider, or of something in between. */
      either: z.boolean().optional(),
    })
    .optional(),
  /** Our code for an answer that did not come. */
  lost: z.string().optional(),
});
export type Exchange = z.infer<typeof exchangeSchema>;

/** One try of the provider to deliver a callback. */
const callbackSchema = z.strictObject({
  number: z.number(),
  /** Milliseconds since the probe began. */
  at: z.number(),
  method: z.string(),
  headers: z.array(z.string()),
  contentType: z.string().optional(),
  /** Whether its path or query went on behind the token. */
  longer: z.boolean().optional(),
  /** Unknown where only the log of the gateway tells of it. */
  form: z.enum(['json', 'empty', 'page', 'text', 'broken']).optional(),
  body: shapeSchema.optional(),
  /** Tells equal bodies apart from others. */
  hash: z.string().optional(),
  /** Why the body was not read to its end. */
  cut: z.enum(['too-large', 'too-slow', 'broken-off']).optional(),
  /** `event` and `flat` are documented (§7). */
  payload: z.enum(['event', 'flat', 'other']),
  /** Whether the payload is inside of something: `{"data": {…}}`. */
  wrapped: z.boolean().optional(),
  event: z.string().optional(),
  status: z.string().optional(),
  /** The address that it came from. */
  from: z.string().optional(),
  /** IP addresses of `Forwarded` and `X-Forwarded-For`. Anybody can write them. */
  forwarded: z.array(z.string()).optional(),
  /** Milliseconds that its own time is later than ours, if it is UTC. Absent if it names no time, or a time zone. */
  clockAhead: z.number().optional(),
  /** What we answered. */
  answered: z.number(),
  /** The number of the delivery that it repeats, byte for byte. */
  repeats: z.number().optional(),
  /** Whether it is about a request of this probe. Without `subject` it only may be: it names no request. */
  ours: z.boolean(),
  /** Which request of the probe: `main`, `second`, `third`. */
  subject: z.string().optional(),
  /** Read from the log of the gateway, which has no ids and no headers. */
  fromLog: z.boolean().optional(),
});
export type SeenCallback = z.infer<typeof callbackSchema>;
/** One that has no number yet. */
export type NewCallback = Omit<SeenCallback, 'number' | 'repeats'>;

const noteSchema = z.strictObject({
  step: z.string(),
  name: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
});
export type Note = z.infer<typeof noteSchema>;

export const STEP_ENDS = ['done', 'skipped', 'failed'] as const;

/** Why a step is left out for now: another one failed before it. */
export const NO_REQUEST = 'there is no such request';

const stepSchema = z.strictObject({
  name: z.string(),
  end: z.enum(STEP_ENDS),
  /** Milliseconds since the probe began. */
  at: z.number(),
  /** Why it was skipped, or failed. */
  why: z.string().optional(),
});

/** A setting whose value contains words of the provider that no document shows: they are named by their hash. */
const settingSchema = z.union([
  z.string(),
  z.boolean(),
  z.array(z.union([z.string(), z.strictObject({ hash: z.string(), length: z.number() })])),
]);
export type FoundSetting = z.infer<typeof settingSchema>;

const findingSchema = z.strictObject({
  assumption: z.string(),
  verdict: z.enum(['confirmed', 'contradicted', 'not-seen']),
  /** What the setting must be, if the default is contradicted; or the side that was seen. */
  setting: settingSchema.optional(),
  /** In shape: which exchanges say so. */
  evidence: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

export const probeFileSchema = z.strictObject({
  format: z.literal('videoid-probe/1'),
  flow: z.enum(['signature', 'enrolment']),
  /** ISO 8601, UTC. */
  begun: z.iso.datetime(),
  ended: z.string().optional(),
  env: z.enum(['sandbox', 'prod']),
  /** The settings of assumptions with which it was made, where they are not the defaults. */
  assumed: z.record(z.string(), settingSchema),
  steps: z.array(stepSchema),
  exchanges: z.array(exchangeSchema),
  callbacks: z.array(callbackSchema),
  notes: z.array(noteSchema),
  findings: z.array(findingSchema),
});
export type ProbeFile = z.infer<typeof probeFileSchema>;

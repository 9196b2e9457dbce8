import { z } from 'zod';
import type { CallbackCount } from '../../messages/callbacks.js';
import type { Outage } from '../../messages/conditions.js';
import type { Deletion } from '../../messages/deletion.js';
import { ENDED, type FeedEntry, JOURNAL_DIFFERS, LATE_WORDS, STAGE_ENTERED } from '../../messages/feed.js';
import { OUTCOME_KINDS, type Outcome, type Verification } from '../../messages/outcome.js';
import type { FailureCode } from '../../messages/failures.js';
import type { KeptCall } from '../../messages/own-calls.js';
import { PROCESS_KINDS, type ProcessRecord } from '../../messages/processes.js';
import type { RequestPk, VideoidPk } from '../../messages/request.js';
import { IDENTITY_FIELDS } from '../../messages/request-fields.js';
import { STAGES } from '../../messages/status.js';
import type { Sealed } from '../../messages/steering.js';
import type { TemporalPlace } from '../../messages/temporal-place.js';
import type {
  ArchivedEvent,
  BoundOrder,
  Correction,
  IndexEntry,
  ProviderData,
  Supplement,
  TakenCard,
  Uploads,
} from '../archive.js';
import type { ListedDeletion, ListedRequest } from '../request-list.js';

export const text = z.string().min(1);
export const time = z.iso.datetime();
export const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const digest = { sha256: z.hash('sha256'), size: z.int().nonnegative() };

export const videoidPk = text.transform((pk) => pk as VideoidPk);
export const requestPk = text.transform((pk) => pk as RequestPk);

export const providerDataSchema: z.ZodType<ProviderData> = z.object({
  videoidPk: videoidPk.exactOptional(),
  requestPk,
  videoidLink: text.exactOptional(),
  scratchcard: text.exactOptional(),
  certificates: z
    .array(z.object({ serialNumber: text, validFrom: text.exactOptional(), validTo: text.exactOptional() }))
    .exactOptional(),
  round: z.int().min(1).exactOptional(),
});

export const correctionSchema: z.ZodType<Correction> = z
  .object({
    email: text.exactOptional(),
    phone: text.exactOptional(),
    fields: z.partialRecord(z.enum(IDENTITY_FIELDS), text).exactOptional(),
  })
  .refine(({ email, phone, fields }) => email !== undefined || phone !== undefined || fields !== undefined);

/** The signer of a start. */
export const signerSchema = z.object({ signer: z.object({ email: text, phone: text }) });

export const placeSchema: z.ZodType<TemporalPlace> = z.object({
  namespace: text,
  namespaceId: text,
  clusterId: text.exactOptional(),
  address: text,
});

export const indexEntrySchema: z.ZodType<IndexEntry> = z.object({
  workflowId: text,
  flow: z.enum(['signature', 'enrolment']),
  reference: text,
  attempt: z.int().min(1),
});

export const actorSchema = z.object({
  kind: z.enum(['signer', 'requester', 'officer', 'operator', 'provider', 'policy']),
  id: z.string().exactOptional(),
});

export const archivedEventSchema: z.ZodType<ArchivedEvent> = z.object({
  at: time,
  what: text,
  actor: actorSchema.exactOptional(),
  channel: text.exactOptional(),
  facts: facts.exactOptional(),
});

const verificationSchema: z.ZodType<Verification> = z.object({
  result: z.enum(['passed', 'failed', 'indeterminate']),
  reasons: z.array(z.string()),
  facts: z.record(z.string(), z.string()),
});

const sealedSchema = z.object({ keyId: text, sealed: z.base64() });

export const supplementSchema: z.ZodType<Supplement> = z.object({
  fields: z.record(z.string(), z.string()),
  documents: z.array(z.object({ file: z.int().min(1), name: text, ...digest })),
});

export const uploadsSchema: z.ZodType<Uploads> = z.object({
  requestPk,
  documents: z.array(z.object({ index: z.int().min(1), uid: text, ...digest })),
});

export const takenCardSchema: z.ZodType<TakenCard> = z.object({
  round: z.int().min(1),
  sn: text,
  secrets: sealedSchema.exactOptional(),
});

export const boundOrderSchema: z.ZodType<BoundOrder> = z.object({
  verb: text,
  keyId: text,
  fingerprint: z.hash('sha256'),
  at: time,
  number: z.int().min(1).exactOptional(),
  settled: z
    .union([
      z.strictObject({
        failure: z.object({
          // Written by us.
          code: text.transform((code) => code as FailureCode),
          message: z.string(),
          field: z.string().exactOptional(),
          remedy: z.string().exactOptional(),
          facts: facts.exactOptional(),
        }),
      }),
      z.strictObject({ answer: z.unknown().optional() }),
    ])
    .exactOptional(),
});

export const sealedRecordSchema: z.ZodType<Sealed> = sealedSchema;

const endSchema = {
  outcome: z.enum(OUTCOME_KINDS),
  reason: text,
  note: z.string().exactOptional(),
  textForSigner: z.string().exactOptional(),
  actor: actorSchema,
};

export const deletionSchema: z.ZodType<Deletion> = z.object({
  actor: actorSchema,
  reason: text,
  left: z.object({
    requestPks: z.array(text),
    open: z.literal(true).exactOptional(),
    documents: z.array(z.int().min(1)),
    temporal: z.object({ namespace: text, until: time.exactOptional() }).exactOptional(),
  }),
});

export const keptCallSchema: z.ZodType<KeptCall> = z.object({
  id: text,
  requestPk: text,
  at: time,
  answered: z.boolean(),
  shows: z.array(text),
  events: z.array(z.object({ at: time, what: text, actor: actorSchema.exactOptional(), facts: facts.exactOptional() })),
  ending: z.object(endSchema).exactOptional(),
});

export const outcomeSchema: z.ZodType<Outcome> = z.object({
  ...endSchema,
  reference: text,
  attempt: z.int().min(1),
  at: time,
  cleanup: z.enum(['none', 'done', 'pending', 'left']),
  leftOpen: z.literal(true).exactOptional(),
  notKnown: z.literal(true).exactOptional(),
  documents: z.array(z.object({ index: z.int().min(1), ...digest, verification: verificationSchema })),
  contract: z.object({ ...digest, signed: z.boolean(), verification: verificationSchema }).exactOptional(),
  missing: z.object({ documents: z.array(z.int().min(1)), contract: z.boolean() }).exactOptional(),
  durations: z.record(z.string(), z.number()),
});

export const listedRequestSchema: z.ZodType<ListedRequest> = z.object({
  flow: z.enum(['signature', 'enrolment']),
  reference: text,
  attempt: z.int().min(1),
  workflowId: text,
  registrationAuthority: text,
  metadata: z.record(z.string(), z.string()).exactOptional(),
  requestPk: text.exactOptional(),
  videoidPk: text.exactOptional(),
  createdAt: time,
  outcome: endSchema.outcome.exactOptional(),
  endedAt: time.exactOptional(),
  stage: text.exactOptional(),
  attention: text.exactOptional(),
  place: placeSchema.exactOptional(),
});

export const listedDeletionSchema: z.ZodType<ListedDeletion> = z.object({
  flow: z.enum(['signature', 'enrolment']),
  reference: text,
  attempt: z.int().min(1),
  registrationAuthority: text,
  deletedAt: time,
  by: actorSchema.shape.kind.exactOptional(),
});

const feedPlace = {
  id: text,
  flow: z.enum(['signature', 'enrolment']),
  reference: text,
  attempt: z.int().min(1),
  registrationAuthority: text,
  at: time,
};

// Written by us, and only shown.
const failureCode = text.transform((code) => code as FailureCode);

/** Before the journal, the number of the request at the provider was only in the id: `<request>/<what>/<request_pk>`. */
function withRequestPk(entry: unknown): unknown {
  const earlier = lateSchema.safeParse(entry).data;
  return earlier === undefined ? entry : { requestPk: earlier.id.split('/').at(-1), ...earlier };
}
const lateSchema = z.looseObject({ id: text, what: z.enum(LATE_WORDS) });

export const feedEntrySchema: z.ZodType<FeedEntry> = z.preprocess(
  withRequestPk,
  z.discriminatedUnion('what', [
    z.object({ ...feedPlace, what: z.literal(STAGE_ENTERED), stage: z.enum(STAGES) }),
    z.object({ ...feedPlace, what: z.literal('attention'), code: failureCode, step: text }),
    z.object({ ...feedPlace, what: z.literal('attention-left'), code: failureCode }),
    z.object({ ...feedPlace, what: z.literal('deadline-near'), stage: z.enum(STAGES), deadline: time }),
    z.object({ ...feedPlace, what: z.enum(LATE_WORDS), status: text, requestPk }),
    z.object({ ...feedPlace, what: z.literal(ENDED), outcome: z.enum(OUTCOME_KINDS) }),
    z.object({ ...feedPlace, what: z.literal(JOURNAL_DIFFERS), run: text, event: z.int().min(1) }),
  ]),
);

export const outageSchema: z.ZodType<Outage> = z.object({
  environment: text,
  flow: z.enum(['signature', 'enrolment']),
  code: failureCode,
  optimizer: text,
  words: z.string(),
  since: time,
});

const keyPrint = { id: text, print: text };
const pairPrints = z.array(z.object({ ...keyPrint, private: z.boolean() }));

/** What a process tells about itself here and in its health. */
export const toldSchemas = {
  version: text,
  temporal: z.object({ address: text, namespace: text, taskQueue: text }),
  keys: z.object({ encrypts: z.boolean(), codec: z.array(z.object(keyPrint)), seal: pairPrints, orders: pairPrints }),
};

export const processSchema: z.ZodType<ProcessRecord> = z.object({
  kind: z.enum(PROCESS_KINDS),
  host: text,
  address: text,
  settings: text.exactOptional(),
  startedAt: time,
  ...toldSchemas,
});

export const callbackCountsSchema: z.ZodType<{ counts: CallbackCount[] }> = z.object({
  counts: z.array(
    z.object({
      token: z.enum(['known', 'retired', 'unknown']),
      registrationAuthority: text.exactOptional(),
      setting: text.exactOptional(),
      digest: text.exactOptional(),
      count: z.int().nonnegative(),
      since: time,
      last: time.exactOptional(),
    }),
  ),
});

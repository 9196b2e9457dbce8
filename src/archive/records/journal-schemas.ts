import { z } from 'zod';
import type { FailureCode } from '../../messages/failures.js';
import type { Envelope, FailedTry, JournalEntry, RunEvent, Stand } from '../../messages/journal.js';
import type { StepName } from '../../messages/policy.js';
import type { Remedy } from '../../messages/remedies.js';
import { STAGES } from '../../messages/status.js';
import type { Verb } from '../../messages/verbs.js';
import { actorSchema, facts, text, time } from './record-schemas.js';

// The words of these lists are written by us, and only shown. A reader of another release need not know them.
const code = text.transform((each) => each as FailureCode);
const step = text.transform((each) => each as StepName | 'wait');
const remedies = z.array(text.transform((each) => each as Remedy));
const verbs = z.array(text.transform((each) => each as Verb));

const event = { at: time, what: text, actor: actorSchema.exactOptional(), facts: facts.exactOptional() };

const runEventSchema: z.ZodType<RunEvent> = z.object({ number: z.int().min(1), ...event });

/** Where a request stands. */
export const standSchema: z.ZodType<Stand> = z.object({
  stage: z.enum(STAGES),
  words: z.string(),
  cause: code.exactOptional(),
  underWay: z.string().exactOptional(),
  since: time,
  endsBy: z.array(z.string()),
  verbs,
  deadline: time.exactOptional(),
  attention: z
    .object({
      step,
      code,
      words: z.string(),
      since: time,
      tries: z.int().nonnegative(),
      awaits: z.enum(['next-try', 'people', 'operator']),
      leavesByItself: z.boolean(),
      remedies,
      facts: facts.exactOptional(),
    })
    .exactOptional(),
  provider: z.object({
    videoidPk: text.exactOptional(),
    requestPk: text.exactOptional(),
    status: text.exactOptional(),
    readAt: time.exactOptional(),
  }),
  code: z.object({ sentAt: time.exactOptional(), notAccepted: z.int().nonnegative() }),
  acceptedAt: time.exactOptional(),
  toAccept: z.object({ documents: z.array(z.string()), contract: z.string() }).exactOptional(),
  missing: z.array(z.string()).exactOptional(),
  toReview: z.object({ declaration: z.string(), contract: z.string(), officer: z.string() }).exactOptional(),
  identity: z.enum(['as-expected', 'different', 'not-shown']).exactOptional(),
});

/** What the last try of a step found. */
export const failedTrySchema: z.ZodType<FailedTry> = z.object({
  step: text,
  code: text,
  words: z.string(),
  since: time,
  tries: z.int().nonnegative(),
});

/** What a run gives to be written. */
export const envelopeSchema: z.ZodType<Envelope> = z.object({
  run: text,
  started: time,
  earlier: z.array(z.object({ run: text, upTo: z.int().nonnegative() })).exactOptional(),
  revision: z.int().min(1),
  after: z.int().nonnegative(),
  events: z
    .array(runEventSchema)
    .refine((events) => events.every(({ number }, at) => number === (events[0]?.number ?? 0) + at)),
  stand: standSchema,
  last: z.literal(true).exactOptional(),
});

/** An entry of the journal. */
export const journalEntrySchema: z.ZodType<JournalEntry> = z.object({
  number: z.int().min(1),
  ...event,
  channel: text.exactOptional(),
  run: text.exactOptional(),
});

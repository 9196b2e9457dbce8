import { z } from 'zod';
import { type Policy, REQUIREMENTS, type StepName, type StepPolicy } from '../messages/policy.js';
import { PASSABLE_REASONS } from '../messages/verification-reasons.js';
import { duration } from './values.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function step(defaults: StepPolicy) {
  return z
    .strictObject({
      startToClose: duration.default(defaults.startToClose).describe('one try may take this long'),
      budget: duration
        .default(defaults.budget)
        .describe('tries go on this long before the request is marked attention'),
      backoff: duration.default(defaults.backoff).describe('first pause between tries, doubles'),
      slowest: duration.default(defaults.slowest).describe('longest pause between tries, and the pace in attention'),
    })
    .prefault({});
}

const write: StepPolicy = { startToClose: 90 * SECOND, budget: 15 * MINUTE, backoff: 2 * SECOND, slowest: 5 * MINUTE };
const transfer: StepPolicy = { ...write, startToClose: 15 * MINUTE, budget: 45 * MINUTE };

const steps = {
  create: step(write),
  correct: step(write),
  complete: step(transfer),
  declare: step(transfer),
  watch: step({ startToClose: 60 * SECOND, budget: HOUR, backoff: 5 * SECOND, slowest: 15 * MINUTE }),
  approve: step(write),
  refuse: step(write),
  upload: step(transfer),
  code: step(write),
  sign: step({ ...write, startToClose: 3 * MINUTE }),
  retrieve: step(transfer),
  withdraw: step({ ...write, budget: MINUTE }),
  clean: step({ ...write, budget: 3 * MINUTE }),
  record: step(write),
} satisfies Record<StepName, ReturnType<typeof step>>;

function otherSigners(others: number, words: string) {
  return z
    .strictObject({
      others: z.coerce
        .number()
        .int()
        .min(0)
        .max(20)
        .default(others)
        .describe(`so many other signatures on ${words} at most`),
      certificates: z
        .array(z.hash('sha256').toLowerCase())
        .max(100)
        .default([])
        .describe('SHA-256 of the certificates that may; any that leads to a root if empty'),
    })
    .prefault({});
}

/** The `policy` settings; a registration authority or a start may override single values. */
export const policySchema = z
  .strictObject({
    deadlines: z
      .strictObject({
        video: duration.default(7 * DAY).describe('from create to the finished video'),
        review: duration.default(5 * DAY).describe("from the finished video to the RAO's decision"),
        signing: duration.default(7 * DAY).describe('from the approval to the signature'),
        remindBefore: z.array(duration).default([DAY]).describe('a reminder so long before each of them'),
      })
      .prefault({}),
    watch: z
      .strictObject({
        gap: duration.default(5 * SECOND).describe('reads of one request are at least this far apart'),
        soon: z
          .array(duration)
          .default([2 * SECOND, 5 * SECOND, 15 * SECOND, MINUTE])
          .describe('pauses of the first reads after a hint'),
        slow: duration.default(15 * MINUTE).describe('pause between reads otherwise'),
        jitter: z.coerce.number().min(0).max(1).default(0.2).describe('share of a pause that is random'),
      })
      .prefault({}),
    code: z
      .strictObject({
        coolDown: duration.default(MINUTE).describe("the provider's pause between two codes"),
        notAcceptedLimit: z.coerce
          .number()
          .int()
          .min(1)
          .default(5)
          .describe('so many codes that did not sign make attention'),
      })
      .prefault({}),
    sign: z
      .strictObject({ settle: duration.default(30 * SECOND).describe('pause before a doubtful sign is read again') })
      .prefault({}),
    retrieve: z
      .strictObject({
        filesWithin: duration
          .default(15 * MINUTE)
          .describe('after ISSUED, keep reading this long for the signed files'),
      })
      .prefault({}),
    mayPass: z.array(z.enum(PASSABLE_REASONS)).default([]).describe('verification reasons that may pass, by name'),
    verification: z
      .strictObject({
        clockTolerance: duration
          .refine((value) => value <= DAY, 'is at most a day')
          .default(5 * MINUTE)
          .describe('a trusted timestamp may be so much earlier than the acceptance'),
        requires: z
          .array(z.enum(REQUIREMENTS))
          .default([])
          .describe('what the signer’s certificate must say of itself: qc-compliance, qc-sscd, qc-type-esign'),
        documentSigners: otherSigners(0, 'a document'),
        contractSigners: otherSigners(1, 'the contract'),
        earlierSignatures: z
          .enum(['kept', 'may-be-lost'])
          .default('kept')
          .describe('whether signatures that a document had when it was accepted must be there afterwards'),
      })
      .prefault({}),
    steps: z.strictObject(steps).prefault({}),
  })
  .prefault({});

/** Lays overrides over a policy, value by value. The result is checked by the schema again. */
export function overridePolicy(base: Policy, ...overrides: unknown[]): Policy {
  return policySchema.parse(overrides.reduce(merge, base));
}

/** What is wrong with overrides of a policy. */
export function issuesOfOverrides(base: Policy, overrides: unknown): z.core.$ZodIssue[] {
  return policySchema.safeParse(merge(base, overrides)).error?.issues ?? [];
}

function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isPlain(base) || !isPlain(over)) return over;
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) result[name] = merge(base[name], value);
  return result;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

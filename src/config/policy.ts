import { z } from 'zod';
import { LONGEST_DEADLINE, type Policy, REQUIREMENTS, type StepName, type StepPolicy } from '../messages/policy.js';
import { PASSABLE_REASONS } from '../messages/verification-reasons.js';
import { plainWords } from './plain-words.js';
import { bytesBetween, DAY, durationBetween, HOUR, MINUTE, numberBetween, SECOND, wholeBetween } from './values.js';

const time = durationBetween(10, HOUR);
const pause = durationBetween(1, DAY);

function step(defaults: StepPolicy) {
  return z
    .strictObject({
      startToClose: time.default(defaults.startToClose).describe('one try may take this long'),
      budget: durationBetween(0, 30 * DAY)
        .default(defaults.budget)
        .describe('tries go on this long before the request is marked attention'),
      backoff: pause.default(defaults.backoff).describe('first pause between tries, doubles'),
      slowest: pause.default(defaults.slowest).describe('longest pause between tries, and the pace in attention'),
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

const deadline = durationBetween(10, LONGEST_DEADLINE);

function otherSigners(others: number, words: string) {
  return z
    .strictObject({
      others: wholeBetween(0, 20).default(others).describe(`how many other signatures ${words} may have`),
      certificates: z
        .array(z.hash('sha256').toLowerCase())
        .max(100)
        .default([])
        .describe('SHA-256 of the certificates that may sign beside the signer. If empty: any that leads to a root'),
    })
    .prefault({});
}

/** The `policy` settings; a registration authority or a start may override single values. Every value has bounds. */
export const policySchema = z
  .strictObject({
    deadlines: z
      .strictObject({
        video: deadline.default(7 * DAY).describe('time for the video, from the creation of the request'),
        review: deadline.default(5 * DAY).describe("time for the RAO's decision, from the finished video"),
        signing: deadline.default(7 * DAY).describe('time for the signature, from the approval'),
        remindBefore: z
          .array(durationBetween(1, LONGEST_DEADLINE))
          .max(10, 'must be at most 10')
          .default([DAY])
          .describe('reminders this long before each deadline'),
      })
      .prefault({}),
    watch: z
      .strictObject({
        gap: durationBetween(1, HOUR)
          .default(5 * SECOND)
          .describe('two reads of one request are at least this far apart'),
        soon: z
          .array(pause)
          .max(20, 'must be at most 20')
          .default([2 * SECOND, 5 * SECOND, 15 * SECOND, MINUTE])
          .describe('pauses between the first reads after a hint'),
        slow: pause.default(15 * MINUTE).describe('pause between all other reads'),
        jitter: numberBetween(0, 1).default(0.2).describe('how much of a pause is random, from 0 to 1'),
      })
      .prefault({}),
    code: z
      .strictObject({
        coolDown: durationBetween(0, HOUR)
          .default(MINUTE)
          .describe('the provider sends no second code before this time is over'),
        notAcceptedLimit: wholeBetween(1, 100)
          .default(5)
          .describe('after this many codes that did not sign, the request needs attention'),
      })
      .prefault({}),
    acceptance: z
      .strictObject({
        maximumAge: durationBetween(MINUTE, LONGEST_DEADLINE)
          .default(30 * DAY)
          .describe('an acceptance older than this is refused'),
      })
      .prefault({}),
    sign: z
      .strictObject({
        settle: durationBetween(1, HOUR)
          .default(30 * SECOND)
          .describe('pause before the request is read again after a signature in doubt'),
      })
      .prefault({}),
    retrieve: z
      .strictObject({
        filesWithin: durationBetween(0, 30 * DAY)
          .default(15 * MINUTE)
          .describe('after ISSUED, the signed files are waited for this long'),
      })
      .prefault({}),
    download: z
      .strictObject({
        maximumGrowth: bytesBetween(100e3, 500e6)
          .default(20e6)
          .describe('a signed document may be this much larger than the uploaded one'),
        maximumContract: bytesBetween(100e3, 500e6).default(20e6).describe('the contract may be this large'),
      })
      .prefault({}),
    identity: z
      .strictObject({
        notShown: z
          .enum(['go-on', 'ask'])
          .default('go-on')
          .describe('if a document number is expected and the provider shows none: `go-on`, or `ask` an officer'),
      })
      .prefault({}),
    mayPass: z
      .array(z.enum(PASSABLE_REASONS))
      .default([])
      .describe('reasons that may pass. An indeterminate file passes if all its reasons are in this list'),
    verification: z
      .strictObject({
        clockTolerance: durationBetween(0, DAY)
          .default(5 * MINUTE)
          .describe('a trusted timestamp may be this much earlier than the acceptance'),
        requires: z
          .array(z.enum(REQUIREMENTS))
          .default([])
          .describe('what the signer’s certificate must say: `qc-compliance`, `qc-sscd`, `qc-type-esign`'),
        documentSigners: otherSigners(0, 'a document'),
        contractSigners: otherSigners(1, 'the contract'),
        earlierSignatures: z
          .enum(['kept', 'may-be-lost'])
          .default('kept')
          .describe('signatures that a document had before: they must be `kept`, or they `may-be-lost`'),
      })
      .prefault({}),
    steps: z.strictObject(steps).prefault({}),
  })
  .prefault({});

/** Lays overrides over a policy, value by value. The result is checked by the schema again. @throws ZodError */
export function overridePolicy(base: Policy, ...overrides: unknown[]): Policy {
  return policySchema.parse(overrides.reduce(merge, base), { error: plainWords });
}

/** What is wrong with overrides of a policy. */
export function issuesOfOverrides(base: Policy, overrides: unknown): z.core.$ZodIssue[] {
  return policySchema.safeParse(merge(base, overrides), { error: plainWords }).error?.issues ?? [];
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

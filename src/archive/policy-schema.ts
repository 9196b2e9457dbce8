import { z } from 'zod';
import { type OtherSigners, type Policy, REQUIREMENTS, type StepPolicy } from '../messages/policy.js';

const milliseconds = z.number().nonnegative();

const stepPolicySchema: z.ZodType<StepPolicy> = z.object({
  startToClose: milliseconds,
  budget: milliseconds,
  backoff: milliseconds,
  slowest: milliseconds,
});

const otherSignersSchema: z.ZodType<OtherSigners> = z.object({
  others: z.int().nonnegative(),
  certificates: z.array(z.string()),
});

/** Reads a policy back from a record. */
export const policySchema: z.ZodType<Policy> = z.object({
  deadlines: z.object({
    video: milliseconds,
    review: milliseconds,
    signing: milliseconds,
    remindBefore: z.array(milliseconds).exactOptional(),
  }),
  watch: z.object({
    gap: milliseconds,
    soon: z.array(milliseconds),
    slow: milliseconds,
    jitter: z.number().min(0).max(1),
  }),
  code: z.object({ coolDown: milliseconds, notAcceptedLimit: z.int().nonnegative() }),
  acceptance: z.object({ maximumAge: milliseconds }),
  sign: z.object({ settle: milliseconds }),
  retrieve: z.object({ filesWithin: milliseconds }),
  download: z.object({ maximumGrowth: z.number().nonnegative(), maximumContract: z.number().nonnegative() }),
  identity: z.object({ notShown: z.enum(['go-on', 'ask']) }).exactOptional(),
  mayPass: z.array(z.string()),
  verification: z.object({
    clockTolerance: milliseconds,
    requires: z.array(z.enum(REQUIREMENTS)),
    documentSigners: otherSignersSchema,
    contractSigners: otherSignersSchema,
    earlierSignatures: z.enum(['kept', 'may-be-lost']),
  }),
  steps: z.object({
    create: stepPolicySchema,
    correct: stepPolicySchema,
    complete: stepPolicySchema,
    declare: stepPolicySchema,
    watch: stepPolicySchema,
    approve: stepPolicySchema,
    refuse: stepPolicySchema,
    upload: stepPolicySchema,
    code: stepPolicySchema,
    sign: stepPolicySchema,
    retrieve: stepPolicySchema,
    withdraw: stepPolicySchema,
    clean: stepPolicySchema,
    record: stepPolicySchema,
  }),
});

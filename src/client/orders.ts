import { z } from 'zod';
import { VideoIdError } from '../messages/failures.js';
import type { Actor } from '../messages/outcome.js';
import type { Remedy } from '../messages/status.js';
import type { Acceptance, CancelOrder, PreauthLinkOrder, Resolution, ReviewDecision } from '../messages/steering.js';
import { fieldName } from './field-name.js';
import type { ResolveAllOrder } from './resolve-all.js';

/** A review decision as a person gives it: credentials in clear, sealed by the client before they go anywhere. */
export type PlainReviewDecision = ReviewDecision extends infer Decision
  ? Decision extends ReviewDecision
    ? Omit<Decision, 'credentials'> & { credentials?: { password?: string; pin?: string } }
    : never
  : never;

/** An acceptance as a channel reports it. */
export interface PlainAcceptance extends Omit<Acceptance, 'at'> {
  /** When the signer accepted, ISO 8601; now if left out. */
  at?: string;
}

/** What a signer types to sign; at least one of both. */
export interface PlainSignOrder {
  /** The code from the SMS. White space in it counts for nothing. */
  secret?: string;
  /** Other ways than the provider's SMS (§4.9); the value is sent as it is. */
  unlock?: { type: string; value: string };
}

/** A resolution as an operator gives it. */
export type PlainResolution = Resolution & {
  /** With `adopt`: the signer's link of the adopted request. It goes into the archive, not into the workflow. */
  link?: string;
};

/** Bytes of text that a person may add. Sealed texts have their own, smaller limit. */
export const words = z.string().trim().min(1, 'must not be empty').max(2000, 'is longer than 2000 characters');
const id = z.string().regex(/^[A-Za-z0-9._@ -]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ @ - and blanks');
const typed = z.string().min(1, 'must not be empty').max(256, 'is longer than 256 characters');
/** Beside white space what nobody sees: zero-width characters and marks of direction, as copying a code may bring along. */
const UNSEEN = /[\s\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu;
const code = typed
  .transform((text) => text.replaceAll(UNSEEN, ''))
  .pipe(
    z.string().regex(/^[\p{L}\p{M}\p{N}\p{P}\p{S}]{1,64}$/u, 'cannot be a code: give 1 to 64 letters, digits or signs'),
  );
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex');
const moment = z.iso.datetime({ offset: true, error: 'must be a time in ISO 8601, such as 2026-01-31T12:00:00Z' });
const providerPk = z.string().regex(/^\d{1,18}$/, 'must be a number of the provider');

/** What the provider and our own policy bring about, nobody claims from outside. */
const CALLERS = ['signer', 'requester', 'officer', 'operator'] as const satisfies Actor['kind'][];

export const actorPart = z.strictObject({
  kind: z.enum(CALLERS, { error: `must be one of ${CALLERS.join(', ')}` }),
  id: id.exactOptional(),
});

const decider = {
  officer: z.string().min(1, 'must not be empty'),
  credentials: z.strictObject({ password: typed.exactOptional(), pin: typed.exactOptional() }).exactOptional(),
  evidenceSeen: words,
};

const review: z.ZodType<PlainReviewDecision> = z.discriminatedUnion('decision', [
  z.strictObject({ ...decider, decision: z.literal('approve') }),
  z.strictObject({
    ...decider,
    decision: z.literal('refuse'),
    reason: words,
    note: words.exactOptional(),
    textForSigner: words.exactOptional(),
  }),
]);

const acceptance: z.ZodType<PlainAcceptance> = z.strictObject({
  documents: z.array(sha256).min(1, 'must name every document'),
  contract: sha256,
  consentVersion: words,
  channel: id,
  at: moment.exactOptional(),
});

const sign: z.ZodType<PlainSignOrder> = z
  .strictObject({
    secret: code.exactOptional(),
    unlock: z.strictObject({ type: id, value: typed }).exactOptional(),
  })
  .refine(({ secret, unlock }) => secret !== undefined || unlock !== undefined, {
    error: 'must be given, or unlock',
    path: ['secret'],
  });

const cancel: z.ZodType<CancelOrder> = z.strictObject({ actor: actorPart, reason: words });

/** Which ones there are now, the request itself knows (UNKNOWN_REMEDY). */
const anyRemedy = z.custom<Remedy>(
  (given) => typeof given === 'string' && /^[a-z-]{1,32}$/.test(given),
  'must be a remedy',
);

const resolution: z.ZodType<PlainResolution> = z
  .strictObject({
    remedy: anyRemedy,
    actor: actorPart,
    ids: z.strictObject({ videoidPk: providerPk.exactOptional(), requestPk: providerPk }).exactOptional(),
    note: words.exactOptional(),
    link: z.url({ protocol: /^https?$/, error: 'must be a web address' }).exactOptional(),
  })
  .refine(({ remedy, ids }) => (remedy === 'adopt') === (ids !== undefined), {
    error: 'must be given with adopt, and only then',
    path: ['ids'],
  })
  .refine(({ remedy, link }) => remedy === 'adopt' || link === undefined, {
    error: 'belongs to adopt alone',
    path: ['link'],
  });

const resolutionOfAll: z.ZodType<ResolveAllOrder> = z.strictObject({
  code: z.string().min(1, 'must not be empty'),
  remedy: anyRemedy.exactOptional(),
  actor: actorPart,
  note: words.exactOptional(),
  carryOut: z.boolean().exactOptional(),
});

/** Each checks what a caller gave, and throws BAD_INPUT with the field; values are never repeated in the text. */
export const checkedReview = (given: unknown): PlainReviewDecision => checked(review, given);
export const checkedAcceptance = (given: unknown): PlainAcceptance => checked(acceptance, given);
export const checkedSignOrder = (given: unknown): PlainSignOrder => checked(sign, given);
export const checkedPreauthLinkOrder = (given: unknown): PreauthLinkOrder => checked(cancel, given);
export const checkedCancelOrder = (given: unknown): CancelOrder => checked(cancel, given);
export const checkedResolveAll = (given: unknown): ResolveAllOrder => checked(resolutionOfAll, given);
export const checkedResolution = (given: unknown): PlainResolution => checked(resolution, given);

/** @throws VideoIdError BAD_INPUT naming the field */
export function checked<T>(schema: z.ZodType<T>, given: unknown): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = fieldName(issue?.path ?? [], unknown);
  const problem = unknown === undefined ? (issue?.message ?? 'cannot be used') : 'is not part of this';
  throw new VideoIdError('BAD_INPUT', `${field === '' ? 'The input' : field}: ${problem}.`, {
    field: field === '' ? undefined : field,
    remedy: 'Correct the field; the types of the client say what it takes.',
  });
}

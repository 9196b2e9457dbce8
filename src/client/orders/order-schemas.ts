import { z } from 'zod';
import { durationBetween, SECOND } from '../../config/values.js';
import { IDENTITY_ACCEPTED, type IdentityOrder } from '../../messages/identity.js';
import type { Actor } from '../../messages/outcome.js';
import { LONGEST_DEADLINE } from '../../messages/policy.js';
import { IDENTITY_FIELDS, type IdentityFields, type RequestFields } from '../../messages/request-fields.js';
import type { Remedy } from '../../messages/status.js';
import {
  ABANDON_REASONS,
  type Acceptance,
  type ReasonedOrder,
  type Resolution,
  type ReviewDecision,
} from '../../messages/steering.js';
import type { OrderName, Orders } from '../../messages/verbs.js';
import {
  actorPart,
  documentList,
  email,
  id,
  personValue,
  phone,
  providerPk,
  reasoned,
  refuse,
  type StartDocument,
  words,
} from '../input/input.js';

/** A review decision as a person gives it. Its credentials are in clear text. The client seals them before it sends anything. */
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

/** What a signer types to sign: at least one of the two. */
export interface PlainSignOrder {
  /** The code from the SMS. White space in it is ignored. */
  secret?: string;
  /** Another way than the provider's SMS (§4.9). The value is sent unchanged. */
  unlock?: { type: string; value: string };
}

/** A resolution as an operator gives it. */
export type PlainResolution = Resolution & {
  /** With `adopt`: the signer's link of the adopted request. It goes into the archive, not into the workflow. */
  link?: string;
};

/** What was wrong about the signer, and why it is changed: before the video e-mail or phone or both, after it `fields`. */
export interface PlainCorrection extends ReasonedOrder {
  email?: string;
  phone?: string;
  /** The identity, by the provider's field names: `serial_number` is the document number. */
  fields?: IdentityFields;
}

/** More time for the running deadline. */
export interface PlainExtension extends ReasonedOrder {
  /** Milliseconds, or `3d`. */
  by: number | string;
}

/** Missing data and documents for an enrolment. */
export interface Provision {
  actor: Actor;
  /** By the provider's names. */
  fields?: RequestFields | undefined;
  /** Evidence documents, PDF. */
  documents?: StartDocument[] | undefined;
}

/** A provision after the first check. Its fields are checked later, against the profile. */
export type CheckedProvision = { actor: Actor; fields: Record<string, string>; documents: StartDocument[] };

/** Every order after its check, before it is prepared for sending. */
export interface CheckedOrders extends Omit<
  Orders,
  'review' | 'accept' | 'code' | 'sign' | 'resolve' | 'correct' | 'identity' | 'provide'
> {
  review: PlainReviewDecision;
  accept: PlainAcceptance;
  code: PlainAcceptance;
  sign: PlainSignOrder;
  resolve: PlainResolution;
  correct: PlainCorrection;
  identity: Pick<IdentityOrder, 'actor' | 'channel'>;
  provide: CheckedProvision;
}

/** Every order as a caller gives it. */
export interface PlainOrders extends Omit<CheckedOrders, 'extend' | 'provide'> {
  extend: PlainExtension;
  provide: Provision;
}

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
/** Only the request knows which remedies it offers now (UNKNOWN_REMEDY). */
export const anyRemedy = z.custom<Remedy>(
  (given) => typeof given === 'string' && /^[a-z-]{1,32}$/.test(given),
  'must be a remedy',
);

const decider = {
  officer: z.string().min(1, 'must not be empty'),
  credentials: z.strictObject({ password: typed.exactOptional(), pin: typed.exactOptional() }).exactOptional(),
  evidenceSeen: words,
};
const acceptance = z.strictObject({
  documents: z.array(sha256).min(1, 'must name every document'),
  contract: sha256,
  consentVersion: words,
  channel: id,
  at: moment.exactOptional(),
});
const discarding = z.strictObject({ actor: actorPart, reason: words, discardVideo: z.boolean().exactOptional() });

/** The schema of each order. Error texts never repeat a value. */
export const ORDER_SCHEMAS: { [Name in OrderName]: z.ZodType<CheckedOrders[Name]> } = {
  review: z.discriminatedUnion('decision', [
    z.strictObject({
      ...decider,
      decision: z.literal('approve'),
      identity: z.enum(IDENTITY_ACCEPTED).exactOptional(),
    }),
    z.strictObject({
      ...decider,
      decision: z.literal('refuse'),
      reason: words,
      note: words.exactOptional(),
      textForSigner: words.exactOptional(),
    }),
  ]),
  accept: acceptance,
  code: acceptance,
  sign: z
    .strictObject({
      secret: code.exactOptional(),
      unlock: z.strictObject({ type: id, value: typed }).exactOptional(),
    })
    .refine(({ secret, unlock }) => secret !== undefined || unlock !== undefined, {
      error: 'must be given, or unlock',
      path: ['secret'],
    }),
  cancel: discarding,
  resolve: z
    .strictObject({
      remedy: anyRemedy,
      actor: actorPart,
      ids: z.strictObject({ videoidPk: providerPk.exactOptional(), requestPk: providerPk }).exactOptional(),
      note: words.exactOptional(),
      link: z.url({ protocol: /^https?$/, error: 'must be a web address' }).exactOptional(),
      discardVideo: z.boolean().exactOptional(),
    })
    .refine(({ remedy, ids }) => (remedy === 'adopt') === (ids !== undefined), {
      error: 'must be given with adopt, and only then',
      path: ['ids'],
    })
    .refine(({ remedy, link }) => remedy === 'adopt' || link === undefined, {
      error: 'belongs to adopt alone',
      path: ['link'],
    }),
  'new-video': discarding,
  correct: z
    .strictObject({
      email: email.exactOptional(),
      phone: phone.exactOptional(),
      fields: z.partialRecord(z.enum(IDENTITY_FIELDS), personValue).exactOptional(),
      reason: words,
      actor: actorPart,
    })
    .superRefine(({ email: address, phone: number, fields }, context) => {
      const contact = address !== undefined || number !== undefined;
      if (fields === undefined && !contact)
        refuse(context, 'BAD_INPUT', 'Give an e-mail address, a phone or a field.', ['email']);
      if (fields !== undefined && (contact || Object.keys(fields).length === 0))
        refuse(context, 'BAD_INPUT', 'Correct e-mail and phone before the video, fields after it.', ['fields']);
    }),
  identity: z.strictObject({ actor: actorPart, channel: id.exactOptional() }),
  extend: z.strictObject({ by: durationBetween(SECOND, LONGEST_DEADLINE), reason: words, actor: actorPart }),
  provide: z
    .strictObject({
      actor: actorPart,
      fields: z.record(z.string(), z.string('must be text')).default({}),
      documents: documentList.default([]),
    })
    .superRefine(({ fields, documents }, context) => {
      if (documents.length > 0 || Object.keys(fields).length > 0) return;
      refuse(context, 'BAD_INPUT', 'Give a field or a document.', ['fields']);
    }),
  'preauth-link': reasoned,
  abandon: z.strictObject({
    actor: actorPart,
    reason: z.enum(ABANDON_REASONS),
    note: words.exactOptional(),
    discardVideo: z.boolean().exactOptional(),
  }),
};

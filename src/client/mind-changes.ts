import { z } from 'zod';
import { durationBetween, SECOND } from '../config/values.js';
import type { Actor } from '../messages/outcome.js';
import { LONGEST_DEADLINE } from '../messages/policy.js';
import { IDENTITY_FIELDS, type IdentityFields } from '../messages/request-fields.js';
import type { AbandonOrder, ExtendOrder, NewVideoOrder } from '../messages/steering.js';
import { actorPart, checked, words } from './orders.js';
import { checkedInput, email, phone, refuse } from './input-parts.js';

/** Why a signer cannot go on: stable words, kept as the reason of the end. */
export const ABANDON_REASONS = [
  'wrong-phone',
  'wrong-email',
  'wrong-person',
  'no-valid-document',
  'video-not-possible',
  'gave-up',
] as const;

/** What was wrong about the signer, and why it is changed: before the video e-mail or phone or both, after it `fields`. */
export interface PlainCorrection {
  email?: string;
  phone?: string;
  /** What identifies the signer, by the provider's names: `serial_number` is the document number. */
  fields?: IdentityFields;
  reason: string;
  actor: Actor;
}

/** More time for the running deadline. */
export interface PlainExtension {
  /** Milliseconds, or `3d`. */
  by: number | string;
  reason: string;
  actor: Actor;
}

/** Taking up again what an attempt left open at the provider. */
export interface ReopenOrder {
  actor: Actor;
  reason: string;
}

/** Taking a request back to where a worker can carry on with it. */
export type ResetOrder = ReopenOrder;

/** A value of a field of the signer. */
const fieldValue = z
  .string()
  .trim()
  .regex(/^[^\p{C}]{1,200}$/u, 'must be 1 to 200 characters');

const newVideo: z.ZodType<NewVideoOrder & ReopenOrder> = z.strictObject({ actor: actorPart, reason: words });

const correction: z.ZodType<PlainCorrection> = z
  .strictObject({
    email: email.exactOptional(),
    phone: phone.exactOptional(),
    fields: z.partialRecord(z.enum(IDENTITY_FIELDS), fieldValue).exactOptional(),
    reason: words,
    actor: actorPart,
  })
  .superRefine(({ email: address, phone: number, fields }, context) => {
    const contact = address !== undefined || number !== undefined;
    if (fields === undefined && !contact)
      refuse(context, 'BAD_INPUT', 'There is neither an e-mail address nor a phone, nor a field.', ['email']);
    if (fields !== undefined && (contact || Object.keys(fields).length === 0))
      refuse(context, 'BAD_INPUT', 'Fields are corrected after the video, e-mail and phone before it.', ['fields']);
  });

const extension: z.ZodType<ExtendOrder> = z.strictObject({
  by: durationBetween(SECOND, LONGEST_DEADLINE),
  reason: words,
  actor: actorPart,
});

const abandoning: z.ZodType<AbandonOrder> = z.strictObject({
  actor: actorPart,
  reason: z.enum(ABANDON_REASONS, { error: `must be one of ${ABANDON_REASONS.join(', ')}` }),
  note: words.exactOptional(),
});

/** Each checks what a caller gave; values are never repeated in the text. @throws VideoIdError BAD_INPUT with the field */
export const checkedNewVideo = (given: unknown): NewVideoOrder => checked(newVideo, given);
export const checkedReopening = (given: unknown): ReopenOrder => checked(newVideo, given);
export const checkedReset = (given: unknown): ResetOrder => checked(newVideo, given);
export const checkedExtension = (given: unknown): ExtendOrder => checked(extension, given);
export const checkedAbandoning = (given: unknown): AbandonOrder => checked(abandoning, given);
/** @throws VideoIdError BAD_EMAIL, BAD_PHONE, as at a start; BAD_INPUT */
export const checkedCorrection = (given: unknown): PlainCorrection => checkedInput(correction, given);

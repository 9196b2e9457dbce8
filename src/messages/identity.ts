import type { Actor } from './outcome.js';
import type { FieldName } from './request-fields.js';

/** How the signer's document number compares with the one that the requester expects. It shows neither number. */
export type IdentityWord = 'as-expected' | 'different' | 'not-shown';

/** The words with which an officer or operator accepts this signer. */
export const IDENTITY_ACCEPTED = ['accepted-although-different', 'accepted-although-not-shown'] as const;
export type IdentityAccepted = (typeof IDENTITY_ACCEPTED)[number];

/** Argument of the `identity` Update: one caller asks for the signer's data at the provider. */
export interface IdentityOrder {
  actor: Actor;
  /** Where it is shown: `web`, `cli`, … */
  channel?: string;
  /** One-time key of the caller, base64. The answer is sealed to it, so nobody else can open it. */
  publicKey: string;
}

/** An answer that only the caller's one-time key opens. */
export interface SealedAnswer {
  /** One-time key of the worker that sealed it, base64. */
  publicKey: string;
  /** Base64. */
  sealed: string;
}

/** One field of the signer's data at the provider, beside the expected value. */
export interface IdentityField {
  /** By the provider's name; `name` is the whole name. */
  name: FieldName | 'name';
  shown?: string;
  expected?: string;
  /** Present if both values are known. Only `serial_number` decides anything. */
  same?: boolean;
}

/** The signer's data at the provider at this moment, as the certificate will contain it. Shown once, stored nowhere. */
export interface IdentityView {
  /** The provider's status at the same moment. */
  status: string;
  identity: IdentityWord | 'nothing-expected';
  fields: IdentityField[];
}

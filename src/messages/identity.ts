import type { Actor } from './outcome.js';
import type { FieldName } from './request-fields.js';

/** How the document number of the signer compares with the one that the requester expects. Says nothing about either. */
export type IdentityWord = 'as-expected' | 'different' | 'not-shown';

/** What an officer or operator says to go on with this signer. */
export const IDENTITY_ACCEPTED = ['accepted-although-different', 'accepted-although-not-shown'] as const;
export type IdentityAccepted = (typeof IDENTITY_ACCEPTED)[number];

/** Argument of the `identity` Update: what the provider has of the signer now, for one pair of eyes. */
export interface IdentityOrder {
  actor: Actor;
  /** Where it is shown: `web`, `cli`, … */
  channel?: string;
  /** One-time key of the caller, base64: the answer is sealed to it, and nobody else opens it. */
  publicKey: string;
}

/** An answer that only the caller's one-time key opens. */
export interface SealedAnswer {
  /** One-time key of who sealed it, base64. */
  publicKey: string;
  /** Base64. */
  sealed: string;
}

/** One line of what the provider has of a signer, beside what the requester expects. */
export interface IdentityField {
  /** By the provider's name; `name` is the whole name. */
  name: FieldName | 'name';
  shown?: string;
  expected?: string;
  /** Where both are there. Only `serial_number` decides anything. */
  same?: boolean;
}

/** What the provider has of a signer at this moment, as the certificate will say it. Shown once, and kept nowhere. */
export interface IdentityView {
  /** The provider's status at the same moment. */
  status: string;
  identity: IdentityWord | 'nothing-expected';
  fields: IdentityField[];
}

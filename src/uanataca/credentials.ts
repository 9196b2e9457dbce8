import { defined } from '../messages/defined.js';
import type { Secret } from '../security/secret.js';
import type { Assumptions } from './one-shot/assumptions.js';

/** Who pays. Absent if the Optimizer holds these credentials (§1.1). */
export interface BillingCredentials {
  username: Secret;
  password: Secret;
}

/** All of an officer's credentials (§4.4, §8.3). */
export interface RaoLogin {
  /** The provider's id of the officer. */
  rao: string;
  username: Secret;
  password: Secret;
  pin: Secret;
}

/** An officer's credentials for the Optimizer (§4.4): a token with the password or PIN that it lacks, or a full login. */
export type RaoCredentials =
  | { rao: string; token: Secret; password?: Secret | undefined; pin?: Secret | undefined }
  | RaoLogin;

/** The body fields that say who decides. `field` is the name of the officer's id in this call (§12.9). */
export function raoFields(
  rao: RaoCredentials,
  field: 'rao' | 'rao_id',
  assumed: Pick<Assumptions, 'raoAsString'>,
): Record<string, string | number> {
  return { ...secretFields(rao), [field]: raoId(rao.rao, assumed) };
}

/** An officer's id as it is sent (§12.9). */
export function raoId(rao: string, assumed: Pick<Assumptions, 'raoAsString'>): string | number {
  return assumed.raoAsString ? rao : Number(rao);
}

/** The secret values among an officer's credentials, for redaction. */
export function raoSecrets(rao: RaoCredentials): string[] {
  return Object.values(secretFields(rao));
}

/** The body fields that say who pays. */
export function billingFields(billing: BillingCredentials | undefined, assumed: Assumptions): Record<string, string> {
  if (billing === undefined) return {};
  const plain = billing.password.reveal();
  const inBase64 = assumed.billingPasswordEncoding === 'base64';
  return {
    billing_username: billing.username.reveal(),
    billing_password: inBase64 ? Buffer.from(plain).toString('base64') : plain,
  };
}

/** The values of secrets, for redaction. */
export function revealed(...secrets: readonly (Secret | undefined)[]): string[] {
  return secrets.flatMap((secret) => (secret === undefined ? [] : [secret.reveal()]));
}

function secretFields(rao: RaoCredentials): Record<string, string> {
  if (!('token' in rao)) {
    return { username: rao.username.reveal(), password: rao.password.reveal(), pin: rao.pin.reveal() };
  }
  return {
    token: rao.token.reveal(),
    ...defined({ password: rao.password?.reveal(), pin: rao.pin?.reveal() }),
  };
}

import type { Kysely } from 'kysely';
import type { PersonDigests } from '../../security/person-digests.js';
import type { Tables } from './schema.js';

/** The columns by which a signer is found. */
export function digestsOf(
  people: PersonDigests,
  { email, phone }: { email: string; phone: string },
): { email_digest: string; phone_digest: string } {
  return { email_digest: people.of('email', email), phone_digest: people.of('phone', phone) };
}

/** Notes who the signer is now, so that the request is found by the present data. */
export async function noteSigner(
  transaction: Kysely<Tables>,
  request: string,
  people: PersonDigests,
  signer: { email: string; phone: string },
): Promise<void> {
  await transaction.updateTable('requests').set(digestsOf(people, signer)).where('request', '=', request).execute();
}

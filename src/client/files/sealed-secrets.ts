import { z } from 'zod';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Actor } from '../../messages/outcome.js';
import type { Sealed } from '../../messages/steering.js';
import { actorPart } from '../input/input.js';
import type { RequestAccess } from '../running/access.js';

/** Codes of a certificate: `pin`, `puk`, `erc` (revocation), `enrollmentCode`. Only those that the provider gave. */
export type CertificateSecrets = Record<string, string>;

/** The sealed codes of an enrolment. */
export interface EnrolmentSecrets {
  /** The codes of the scratchcard that it was created with. */
  scratchcard?: CertificateSecrets;
  /** The codes in the provider's answer to the approval. */
  approval?: CertificateSecrets;
}

/** Who reads, and where it is shown. */
export interface ReadOrder {
  actor: Actor;
  /** `web`, `cli`, …: goes into the evidence. */
  channel?: string | undefined;
}

const certificateSecrets = z.record(z.string(), z.string());
export const readOrder = z.strictObject({ actor: actorPart, channel: z.string().optional() });

/**
 * Opens the secrets of an enrolment. The reading is recorded before they are returned.
 *
 * @throws VideoIdError NOT_NOW when none are kept, or not yet; SEAL_NOT_OPENED without the private key
 */
export async function readSecrets(
  access: RequestAccess,
  record: RequestRecord,
  order: ReadOrder,
): Promise<EnrolmentSecrets> {
  const card = await cardSecrets(access, record);
  const approval = await access.archive.readSealed(record, 'approval');
  if (card === undefined && approval === undefined) {
    throw new VideoIdError('NOT_NOW', 'No secrets of this enrolment are stored, or not yet.', {
      remedy: `They come with the scratchcard and the approval, if registrationAuthorities.${record.registrationAuthority}.enrolment.secrets is seal.`,
    });
  }
  const secrets: EnrolmentSecrets = defined({
    scratchcard: card && secretsIn(await access.keys.open(card)),
    approval: approval && secretsIn(await access.keys.open(approval)),
  });
  await recordReading(access, record, {
    what: 'secrets-read',
    ...order,
    facts: { of: Object.keys(secrets).join(' ') },
  });
  return secrets;
}

/** @throws VideoIdError SEAL_NOT_OPENED, without the opened text */
function secretsIn(opened: string): CertificateSecrets {
  try {
    return certificateSecrets.parse(JSON.parse(opened));
  } catch {
    throw new VideoIdError('SEAL_NOT_OPENED', 'The sealed record does not contain the expected codes.', {
      remedy: 'Restore the record from a backup of the archive.',
    });
  }
}

/** The archive also has notes about cards that somebody else used. */
async function cardSecrets({ archive }: RequestAccess, record: RequestRecord): Promise<Sealed | undefined> {
  const sn = (await archive.readProvider(record))?.scratchcard;
  return (await archive.cards(record)).find((card) => card.sn === sn)?.secrets;
}

/**
 * Opens the pre-authorised link that the request has put into the archive. Anybody who has the link can act as the signer.
 *
 * @throws VideoIdError NOT_NOW, SEAL_NOT_OPENED
 */
export async function readPreauthLink(access: RequestAccess, record: RequestRecord, order: ReadOrder): Promise<string> {
  const sealed = await access.archive.readSealed(record, 'preauth-link');
  if (sealed === undefined) {
    throw new VideoIdError('NOT_NOW', 'There is no pre-authorised link in the archive.', {
      remedy: 'Ask for it again.',
    });
  }
  const url = await access.keys.open(sealed);
  await recordReading(access, record, { what: 'preauth-link-read', ...order });
  return url;
}

async function recordReading(
  { archive }: RequestAccess,
  record: RequestRecord,
  { what, actor, channel, facts = {} }: ReadOrder & { what: string; facts?: Record<string, string> },
): Promise<void> {
  await archive.appendEvent(record, {
    at: archive.time(),
    what,
    ...defined({ channel }),
    facts: { ...facts, by: actor.kind, ...defined({ id: actor.id }) },
  });
}

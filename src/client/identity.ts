import { z } from 'zod';
import type { RequestRecord } from '../archive/request-record.js';
import { defined } from '../messages/defined.js';
import { IDENTITY_FIELDS } from '../messages/request-fields.js';
import type { IdentityOrder, IdentityView, SealedAnswer } from '../messages/identity.js';
import type { Actor } from '../messages/outcome.js';
import { IDENTITY_UPDATE } from '../messages/steering.js';
import { answerKey } from '../security/sealed-answer.js';
import type { AttemptOption } from './attempts.js';
import { checkedLook } from './orders.js';
import type { RequestAccess } from './request-access.js';

/** Who looks, and where it is shown. */
export interface LookOptions extends AttemptOption {
  /** The requester's system when left out. */
  actor?: Actor | undefined;
  /** `web`, `cli`, …: goes into the evidence. */
  channel?: string | undefined;
  /** Milliseconds to wait for the answer, 10 000 if left out. */
  within?: number | undefined;
}

const text = z.string().exactOptional();
const view: z.ZodType<IdentityView> = z.object({
  status: z.string(),
  identity: z.enum(['as-expected', 'different', 'not-shown', 'nothing-expected']),
  fields: z.array(
    z.object({
      name: z.enum(['name', ...IDENTITY_FIELDS, 'email', 'mobile_phone_number']),
      shown: text,
      expected: text,
      same: z.boolean().exactOptional(),
    }),
  ),
});

/**
 * Asks the running request, whose worker reads the provider and seals what it read to a key that is made here for this one
 * question. So no other process need reach the provider, and neither Temporal nor whoever opens its payloads can read it.
 */
export async function lookAtIdentity(
  access: RequestAccess,
  record: RequestRecord,
  { actor, channel, options }: Pick<LookOptions, 'actor' | 'channel'> & { options: LookOptions },
): Promise<IdentityView> {
  const who = checkedLook({ actor: actor ?? { kind: 'requester' }, ...defined({ channel }) });
  const key = answerKey();
  const order: IdentityOrder = { ...who, publicKey: key.publicKey };
  const answer = await access.ask<SealedAnswer>(record, IDENTITY_UPDATE, order, options);
  return view.parse(JSON.parse(key.open(answer)));
}

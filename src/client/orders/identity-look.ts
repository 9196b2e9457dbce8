import { z } from 'zod';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { IDENTITY_FIELDS } from '../../messages/request-fields.js';
import { VideoIdError } from '../../messages/failures.js';
import type { IdentityView } from '../../messages/identity.js';
import type { Actor } from '../../messages/outcome.js';
import { answerKey } from '../../security/sealed-answer.js';
import { checkedInput } from '../input/input.js';
import type { AttemptOption, RequestAccess } from '../running/access.js';
import { ORDER_SCHEMAS } from './order-schemas.js';

/** Who looks, and where it is shown. */
export interface LookOptions extends AttemptOption {
  /** Default: the requester's system. */
  actor?: Actor | undefined;
  /** `web`, `cli`, …: goes into the evidence. */
  channel?: string | undefined;
  /** Milliseconds to wait for the answer. Default: 10 000. */
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
 * Asks the running request. Its worker reads the provider, and seals the answer to a key that is made here for this one question.
 * So only workers need to reach the provider, and nobody can read the answer in Temporal, not even with the codec keys.
 */
export async function lookAtIdentity(
  access: RequestAccess,
  record: RequestRecord,
  { actor = { kind: 'requester' }, channel, ...options }: LookOptions,
): Promise<IdentityView> {
  const who = checkedInput(ORDER_SCHEMAS.identity, { actor, ...defined({ channel }) });
  const key = answerKey();
  const answer = await access
    .ask(record, 'identity', { ...who, publicKey: key.publicKey }, options)
    .catch((error: unknown) => {
      throw isUnanswered(error) ? notSeen() : error;
    });
  return view.parse(JSON.parse(key.open(answer)));
}

/** A look changes nothing, so it does not matter whether it is still carried out. */
function isUnanswered(error: unknown): boolean {
  return error instanceof VideoIdError && error.code === 'STILL_RUNNING';
}

function notSeen(): VideoIdError {
  return new VideoIdError('WORKER_BUSY', 'The provider has not answered in time what it has of the signer.', {
    remedy: 'Ask again in a moment.',
  });
}

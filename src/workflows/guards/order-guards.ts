import { IDENTITY_ACCEPTED, type IdentityOrder } from '../../messages/identity.js';
import { LONGEST_DEADLINE } from '../../messages/policy.js';
import { IDENTITY_FIELDS } from '../../messages/request-fields.js';
import type { Actor } from '../../messages/outcome.js';
import type * as names from '../../messages/steering.js';
import type { OrderName } from '../../messages/verbs.js';
import { all, byWord, fieldOf, type Guard, listOf, oneOf, shapeOf, text, where, whole } from './shapes.js';

const BASE64 = /^[A-Za-z0-9+/]+=*$/;
const words = text(2000);
const id = text(64, /^[A-Za-z0-9._@ -]+$/);
const word = text(64, /^[a-z-]+$/);
const field = oneOf(...IDENTITY_FIELDS);
const sha256 = text(64, /^[0-9a-f]{64}$/);
const providerPk = text(18, /^\d+$/);
const moment = where((value) => typeof value === 'string' && value.length <= 40 && !Number.isNaN(Date.parse(value)));
/** The number of a correction or a supplement. */
const number = whole(1, 1_000_000);
const discardVideo = where((value) => typeof value === 'boolean');
/** Milliseconds: up to a year and a day. */
const moreTime = whole(1, LONGEST_DEADLINE);

/** Who can be a caller. `provider` and `policy` cannot. */
const actor = shapeOf<Actor>({ kind: oneOf('requester', 'signer', 'officer', 'operator') }, { id });
const sealed = shapeOf<names.Sealed>({
  keyId: text(64, /^[A-Za-z0-9._-]+$/),
  sealed: text(4096, BASE64),
});

const acceptance = shapeOf<names.Acceptance>({
  documents: listOf(sha256, 1, 10),
  contract: sha256,
  consentVersion: words,
  channel: id,
  at: moment,
});
const unlock = shapeOf<NonNullable<names.SignOrder['unlock']>>({ type: id, value: sealed });
const decider = { decision: word, officer: text(256), evidenceSeen: words };
const credentials = shapeOf<NonNullable<names.ReviewDecision['credentials']>>({}, { password: sealed, pin: sealed });
type Decided<Kind> = Extract<names.ReviewDecision, { decision: Kind }>;
const ids = shapeOf<NonNullable<names.Resolution['ids']>>({ requestPk: providerPk }, { videoidPk: providerPk });

/**
 * The shape of each order. A wrong shape is refused before it is recorded, because a handler that throws would stop the request.
 * An order without a guard here is always refused.
 */
export const ORDER_GUARDS: Record<OrderName, Guard> = {
  review: byWord('decision', {
    approve: shapeOf<Decided<'approve'>>(decider, { credentials, identity: oneOf(...IDENTITY_ACCEPTED) }),
    refuse: shapeOf<Decided<'refuse'>>(
      { ...decider, reason: words },
      { credentials, note: words, textForSigner: words },
    ),
  }),
  accept: acceptance,
  code: acceptance,
  sign: all(
    shapeOf<names.SignOrder>({}, { secret: sealed, unlock }),
    where((order) => fieldOf(order, 'secret') !== undefined || fieldOf(order, 'unlock') !== undefined),
  ),
  cancel: shapeOf<names.CancelOrder>({ actor, reason: words }, { discardVideo }),
  resolve: all(shapeOf<names.Resolution>({ remedy: word, actor }, { ids, note: words, discardVideo }), (order) =>
    (fieldOf(order, 'remedy') === 'adopt') === (fieldOf(order, 'ids') !== undefined) ? undefined : 'ids',
  ),
  'new-video': shapeOf<names.NewVideoOrder>({ actor, reason: words }, { discardVideo }),
  correct: shapeOf<names.CorrectOrder>(
    { actor, reason: words, number },
    { fields: listOf(field, 1, IDENTITY_FIELDS.length) },
  ),
  identity: shapeOf<IdentityOrder>({ actor, publicKey: text(120, BASE64) }, { channel: id }),
  extend: shapeOf<names.ExtendOrder>({ actor, reason: words, by: moreTime }),
  provide: shapeOf<names.ProvideOrder>({ actor, number }),
  'preauth-link': shapeOf<names.PreauthLinkOrder>({ actor, reason: words }),
  abandon: shapeOf<names.AbandonOrder>({ actor, reason: word }, { note: words, discardVideo }),
};

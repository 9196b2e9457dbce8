import { IDENTITY_ACCEPTED } from '../messages/identity.js';
import { LONGEST_DEADLINE } from '../messages/policy.js';
import { IDENTITY_FIELDS } from '../messages/request-fields.js';
import * as names from '../messages/steering.js';
import { all, byWord, fieldOf, type Guard, listOf, oneOf, shape, text, where, whole } from './shapes.js';

const words = text(2000);
const id = text(64, /^[A-Za-z0-9._@ -]+$/);
const word = text(64, /^[a-z-]+$/);
const field = oneOf(...IDENTITY_FIELDS);
const sha256 = text(64, /^[0-9a-f]{64}$/);
const providerPk = text(18, /^\d+$/);
const moment = where((value) => typeof value === 'string' && value.length <= 40 && !Number.isNaN(Date.parse(value)));
/** Of a correction, a supplement, …. */
const number = whole(1, 1_000_000);
/** Milliseconds: up to a year and a day. */
const moreTime = whole(1, LONGEST_DEADLINE);

/** What a caller can be; provider and policy are never one. */
const actor = shape({ kind: oneOf('requester', 'signer', 'officer', 'operator') }, { id });
const sealed = shape({ keyId: text(64, /^[A-Za-z0-9._-]+$/), sealed: text(4096, /^[A-Za-z0-9+/]+=*$/) });

const decision = { decision: word, officer: text(256), evidenceSeen: words };
const acceptance = shape({
  documents: listOf(sha256, 1, 10),
  contract: sha256,
  consentVersion: words,
  channel: id,
  at: moment,
});
const typed = { credentials: shape({}, { password: sealed, pin: sealed }) };

/**
 * What each order must look like. It is refused otherwise, before anything is recorded: a handler that threw over it would stop
 * the request. An order that has no guard here is taken from nobody.
 */
export const ORDER_GUARDS: Record<names.OrderName, Guard> = {
  [names.REVIEW_UPDATE]: byWord('decision', {
    approve: shape(decision, { ...typed, identity: oneOf(...IDENTITY_ACCEPTED) }),
    refuse: shape({ ...decision, reason: words }, { ...typed, note: words, textForSigner: words }),
  }),
  [names.ACCEPT_UPDATE]: acceptance,
  [names.CODE_UPDATE]: acceptance,
  [names.SIGN_UPDATE]: all(
    shape({}, { secret: sealed, unlock: shape({ type: id, value: sealed }) }),
    where((order) => fieldOf(order, 'secret') !== undefined || fieldOf(order, 'unlock') !== undefined),
  ),
  [names.CANCEL_UPDATE]: shape({ actor, reason: words }),
  [names.RESOLVE_UPDATE]: all(
    shape({ remedy: word, actor }, { ids: shape({ requestPk: providerPk }, { videoidPk: providerPk }), note: words }),
    (order) => ((fieldOf(order, 'remedy') === 'adopt') === (fieldOf(order, 'ids') !== undefined) ? undefined : 'ids'),
  ),
  [names.NEW_VIDEO_UPDATE]: shape({ actor, reason: words }),
  [names.CORRECT_UPDATE]: shape({ actor, reason: words, number }, { fields: listOf(field, 1, IDENTITY_FIELDS.length) }),
  [names.IDENTITY_UPDATE]: shape({ actor, publicKey: text(120, /^[A-Za-z0-9+/]+=*$/) }, { channel: id }),
  [names.EXTEND_UPDATE]: shape({ actor, reason: words, by: moreTime }),
  [names.PROVIDE_UPDATE]: shape({ actor, number }),
  [names.PREAUTH_LINK_UPDATE]: shape({ actor, reason: words }),
  [names.ABANDON_UPDATE]: shape({ actor, reason: word }, { note: words }),
};

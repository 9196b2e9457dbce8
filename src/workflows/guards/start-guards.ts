import { type Flow, lateVideoIdOf, cleanupIdOf, type RequestKey, workflowIdOf } from '../../messages/request.js';
import { all, fieldOf, type Guard, listOf, oneOf, shape, text, where, whole } from './shapes.js';

/** Who may start a workflow, and with what. */
export interface StartGuard {
  /** Clients sign their starts. A child workflow's start is encrypted, and its key names the parent. */
  by: 'client' | 'workflow';
  shape: Guard;
  /** The id that belongs to the argument, with its key. */
  idOf: (key: RequestKey, argument: unknown) => string;
}

const name = text(64, /^[A-Za-z0-9._-]+$/);
const providerPk = text(18, /^\d+$/);
const object = where((value) => typeof value === 'object' && value !== null && !Array.isArray(value));
const flag = where((value) => typeof value === 'boolean');

const keyOf = (...flows: Flow[]): Guard =>
  shape({
    flow: oneOf(...flows),
    reference: name,
    attempt: whole(1, 1_000_000),
    archiveId: text(64),
    environment: name,
    registrationAuthority: text(12, /^\d+$/),
  });
const anyKey = keyOf('signature', 'enrolment');

const document = shape({
  index: whole(1, 10),
  sha256: text(64, /^[0-9a-f]{64}$/),
  size: whole(0, Number.MAX_SAFE_INTEGER),
});

/** The fields that both flows must have. The client's signature covers all other fields. */
function request(flow: Flow): Guard {
  const required: Record<string, Guard> = {
    key: keyOf(flow),
    profile: text(256),
    documents: listOf(document, flow === 'signature' ? 1 : 0, 10),
    reviewMode: oneOf('at-provider', 'manual', 'automatic'),
    policy: object,
    ...(flow === 'enrolment' ? { untilIssued: flag, preauthLink: flag } : {}),
  };
  const parts = Object.entries(required).map(([field, guard]): Guard => (value) => {
    return guard(fieldOf(value, field)) === undefined ? undefined : field;
  });
  return all(object, ...parts);
}

/** Every workflow that a worker serves. The start of any other is refused. */
export const START_GUARDS: Record<string, StartGuard> = {
  signature: { by: 'client', shape: request('signature'), idOf: workflowIdOf },
  enrolment: { by: 'client', shape: request('enrolment'), idOf: workflowIdOf },
  cleanup: {
    by: 'workflow',
    shape: shape({
      key: anyKey,
      requestPks: listOf(providerPk, 0, 100),
      uids: listOf(text(256), 0, 100),
      policy: object,
    }),
    idOf: cleanupIdOf,
  },
  lateVideo: {
    by: 'workflow',
    shape: shape({ key: anyKey, requestPk: providerPk, seen: text(64), policy: object }, { replaced: flag }),
    idOf: (key, order) =>
      lateVideoIdOf(key, fieldOf(order, 'replaced') === true ? String(fieldOf(order, 'requestPk')) : undefined),
  },
};

import type { RequestRecord } from '../src/archive/request-record.js';
import { requestSettings } from '../src/client/start/request-settings.js';
import type { Config } from '../src/config.js';
import type { Stand } from '../src/messages/journal.js';
import { workflowIdOf } from '../src/messages/request.js';

/** A stand of the usual size. */
export const TOLD_STAND: Stand = {
  stage: 'review',
  words: "waiting for the registration authority operator's decision",
  since: '2026-01-02T03:00:00.000Z',
  endsBy: ['an officer approves or refuses', 'the deadline at 2026-01-09T03:00:00.000Z'],
  verbs: ['identity', 'correct', 'approve', 'refuse', 'extend', 'abandon', 'cancel'],
  deadline: '2026-01-09T03:00:00.000Z',
  provider: { requestPk: '1001', videoidPk: '2001', status: 'VIDEOREVIEW', readAt: '2026-01-02T03:00:00.000Z' },
  code: { notAccepted: 0 },
};

/** The record of a request that only its journal is about. Nothing is started. */
export function toldRecord(config: Config, reference: string): RequestRecord {
  const key = { flow: 'signature', reference, attempt: 1 } as const;
  const { environment, registrationAuthority, profile, policy } = requestSettings(config, {});
  return {
    version: 1,
    ...key,
    environment,
    registrationAuthority,
    profile,
    policy,
    workflowId: workflowIdOf(key),
    signer: { email: 'signer@example.com', phone: '+34600000000' },
    documents: [],
    reviewMode: 'manual',
    inputHash: 'none',
    createdAt: '2026-01-02T03:00:00.000Z',
  };
}

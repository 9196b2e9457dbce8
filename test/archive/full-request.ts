import { Readable } from 'node:stream';
import type { Archive, AttemptKey } from '../../src/archive/archive.js';
import type { Deletion } from '../../src/messages/deletion.js';
import type { Outcome } from '../../src/messages/outcome.js';
import { type RequestPk, type VideoidPk, workflowIdOf } from '../../src/messages/request.js';
import { envelopeOf, eventsFrom, STAND } from './contract/envelopes.js';
import { addDocuments, recordOf } from './sample-start.js';

const AT = '2025-01-01T00:00:00.000Z';

/** A deletion that leaves one request at the provider. */
export function orderOf(requestPk: string): Deletion {
  return {
    actor: { kind: 'operator', id: 'op-1' },
    reason: 'asked by the signer',
    left: { requestPks: [requestPk], documents: [] },
  };
}

/** Words that stand for personal data and content. No two requests share one. */
export function canaries(
  of: string,
): Record<'email' | 'name' | 'content' | 'reason' | 'field' | 'link' | 'note' | 'fact' | 'metadata', string> {
  const word = (what: string) => `${what}-canary-of-${of}`;
  return {
    email: `${word('email')}@example.com`,
    name: `${word('name')}.pdf`,
    content: word('content'),
    reason: word('reason'),
    field: word('field'),
    link: `https://example.com/${word('link')}`,
    note: word('note'),
    fact: word('fact'),
    metadata: word('metadata'),
  };
}

export function ended(key: AttemptKey, note = 'note'): Outcome {
  return {
    outcome: 'refused',
    reference: key.reference,
    attempt: key.attempt,
    reason: 'refused-here',
    note,
    actor: { kind: 'officer', id: '9' },
    at: AT,
    cleanup: 'none',
    documents: [],
    durations: {},
  };
}

/** An ended attempt that has a row in every table. */
export async function fullRequest(archive: Archive, key: AttemptKey, given: string): Promise<void> {
  const its = canaries(key.reference);
  const requestPk = given as RequestPk;
  const incoming = await archive.begin();
  const documents = await addDocuments(incoming, { [its.name]: its.content });
  const phone = '+34600000000';
  await incoming.commit(
    recordOf(key, documents, { signer: { email: its.email, phone }, metadata: { customer: its.metadata } }),
  );
  await archive.claimPlace(key, { namespace: 'n', namespaceId: 'i', address: 'a' });
  await archive.addCorrection(key, { email: `other-${its.email}` });
  await archive.addSupplement(key, { fields: { street: its.field }, documents: [] });
  await archive.noteCard(key, { round: 1, sn: 'card', secrets: { keyId: 'k', sealed: 'AAAA' } });
  await archive.writeSealed(key, 'approval', { keyId: 'k', sealed: 'AAAA' });
  await archive.bindOrder(key, 'order', { verb: 'cancel', keyId: 'k', fingerprint: '0'.repeat(64), at: AT });
  await archive.writeProvider(key, { requestPk, videoidPk: '12' as VideoidPk, videoidLink: its.link });
  await archive.writeUploads(key, { requestPk, documents: [] });
  await archive.writeIndex('sandbox', requestPk, { workflowId: workflowIdOf(key), ...key });
  await archive.mark(key, 'create-1');
  await archive.keepCall(key, 'withdraw', {
    id: 'withdraw',
    requestPk,
    at: AT,
    answered: true,
    shows: ['CANCELLED'],
    events: [],
    ending: { outcome: 'cancelled', reason: 'cancelled', actor: { kind: 'requester' }, note: its.note },
  });
  await archive.appendEvent(key, { at: AT, what: 'reset', facts: { reason: its.fact } });
  await archive.writeJournal(
    key,
    envelopeOf('run', 1, eventsFrom(1, { at: AT, what: 'refused', facts: { note: its.fact } }), {
      stand: { ...STAND, words: its.fact },
    }),
  );
  await archive.touchRead(key, requestPk, 1);
  await archive.storeFile(key, { kind: 'contract' }, Readable.from([`first ${its.content}`]));
  await archive.storeFile(key, { kind: 'contract' }, Readable.from([`second ${its.content}`]));
  await archive.writeEvidence(key, { said: its.reason }, { replace: true });
  await archive.recordOutcome(key, ended(key, its.reason));
}

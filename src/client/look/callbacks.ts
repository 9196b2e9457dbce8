import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { callbackTroubles } from '../../messages/callbacks.js';
import { sentence } from '../../messages/sentences.js';
import type { RequestStatus } from '../../messages/status.js';

/** Adds to a wait for the provider that its callbacks come with a wrong token. Then changes are seen late, by polling. */
export async function withCallbacks(
  status: RequestStatus,
  archive: Archive,
  record: RequestRecord,
): Promise<RequestStatus> {
  const { attention, failing, stage, underWay, words } = status;
  if (stage === 'ended' || attention !== undefined || failing !== undefined || underWay !== undefined) return status;
  const counts = await archive.notices.callbacks();
  const { registrationAuthority: authority, createdAt } = record;
  const own = counts.filter(
    ({ token, registrationAuthority }) => token === 'known' && registrationAuthority === authority,
  );
  const expected = own.length > 0 && own.every(({ last = '' }) => last < createdAt);
  const troubles = callbackTroubles(counts, Date.now()).filter(({ registrationAuthority, last }) =>
    registrationAuthority === undefined ? expected && last > createdAt : registrationAuthority === authority,
  );
  if (troubles.length === 0) return status;
  return {
    ...status,
    words: [words, ...troubles.map((each) => each.words)].map(sentence).join(' '),
    callbacks: 'wrong-token',
  };
}

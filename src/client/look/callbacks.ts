import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { callbackTroubles } from '../../messages/callbacks.js';
import type { Found } from './cause.js';

/** Adds to a wait for the provider that its callbacks come with a wrong token. Then changes are seen late, by polling. */
export async function withCallbacks(found: Found, archive: Archive, record: RequestRecord): Promise<Found> {
  if (found.state !== 'waiting') return found;
  const counts = await archive.notices.callbacks();
  const { registrationAuthority: authority, createdAt } = record;
  const own = counts.filter(
    ({ token, registrationAuthority }) => token === 'known' && registrationAuthority === authority,
  );
  const expected = own.length > 0 && own.every(({ last = '' }) => last < createdAt);
  const troubles = callbackTroubles(counts, Date.now()).filter(({ registrationAuthority, last }) =>
    registrationAuthority === undefined ? expected && last > createdAt : registrationAuthority === authority,
  );
  if (troubles.length === 0) return found;
  return {
    ...found,
    words: [found.words, ...troubles.map(({ words }) => words)].join('; '),
    remedies: [
      ...found.remedies,
      { words: 'see what to correct so that the callbacks arrive', command: 'videoid conditions' },
    ],
  };
}

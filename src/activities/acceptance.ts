import type { RetrieveOrder } from '../messages/activities.js';

/**
 * When the signer first accepted the documents and the contract that were signed, milliseconds since 1970. Where the place that showed
 * them names another time than we learned it, the earlier one: branches tell late. Undefined where no acceptance of these is known.
 */
export function firstAcceptance({
  events,
  documents,
  contract,
}: Pick<RetrieveOrder, 'events' | 'documents' | 'contract'>): number | undefined {
  const hashes = documents.map(({ sha256 }) => sha256).join(' ');
  const times = events
    .filter(({ what, facts }) => what === 'accepted' && facts?.['contract'] === contract.sha256)
    .filter(({ facts }) => facts?.['documents'] === hashes)
    .flatMap(({ at, facts }) => [Date.parse(at), Date.parse(String(facts?.['acceptedAt']))])
    .filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : Math.min(...times);
}

import { createHash } from 'node:crypto';
import { ENDED, type FeedEntry, JOURNAL_DIFFERS, LATE_WORDS, STAGE_ENTERED } from '../../messages/feed.js';
import type { RequestEvent } from '../../messages/status.js';
import { checked } from './content.js';
import { feedEntrySchema } from './record-schemas.js';

/** Whose news it is. */
interface Teller {
  request: string;
  flow: string;
  reference: string;
  attempt: number;
  registration_authority: string;
}

const late: readonly string[] = LATE_WORDS;
const NEWS: readonly string[] = [
  STAGE_ENTERED,
  'attention',
  'attention-left',
  'deadline-near',
  ENDED,
  JOURNAL_DIFFERS,
  ...late,
];

/** What of an entry of the journal its id in the feed depends on. */
interface Told {
  event: RequestEvent;
  /** The event without its free words, canonical. */
  content: string;
  token: string;
  /** The number in its run. Absent outside the workflow. */
  runNumber?: number | undefined;
}

/**
 * The entry of the feed for an event. Undefined if it is no news.
 *
 * @throws BAD_INPUT if its facts do not say what the feed needs
 */
export function newsOf(teller: Teller, told: Told): FeedEntry | undefined {
  const { event } = told;
  if (!NEWS.includes(event.what)) return undefined;
  const { flow, reference, attempt, registration_authority: registrationAuthority } = teller;
  const place = { flow, reference, attempt, registrationAuthority };
  const entry: object = { ...event.facts, ...place, id: idOf(teller.request, told), at: event.at, what: event.what };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is checked
  return checked(feedEntrySchema, entry as FeedEntry);
}

/**
 * The id of what an event says. It is the same when an older database was restored and the event is written again, also by another
 * run that has the event from the first one.
 */
function idOf(request: string, { event, content, token, runNumber }: Told): string {
  const { what, facts } = event;
  if (what === ENDED) return `${request}/${what}`;
  if (late.includes(what)) return `${request}/${what}/${String(facts?.['requestPk'])}`;
  if (runNumber === undefined) return `${request}/${token}`;
  return `${request}/${runNumber}/${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;
}

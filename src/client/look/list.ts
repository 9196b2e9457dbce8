import type { Archive } from '../../archive/archive.js';
import type { ListedRequest, ListPosition, RequestFilter } from '../../archive/request-list.js';
import { authoritiesOf, officerSettings } from '../../config/authorities.js';
import type { Config } from '../../config/schema.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import { assertOwnArchive, listPositionOf, type RequestAccess } from '../running/access.js';
import { cursorOf } from './cursor.js';
import { ASKED_WITHIN, inTemporal, type NotKnown, type RequestSummary } from './in-temporal.js';
import { type CheckedList, checkList, type ListOptions } from './list-options.js';
import { type NotRecorded, notRecorded, type Searched, searched } from './searched.js';

/** A page of requests. */
export interface RequestPage {
  requests: RequestSummary[];
  /** Pass it as `after` to get the next page. Absent in the last one. */
  next?: string;
  /** Set if Temporal could not be asked, so that what only it knows is left out. */
  unknown?: NotKnown;
  /** In the first page of a search by stage, attention, code or officer: what runs in Temporal and is not in the archive. */
  notRecorded?: NotRecorded[];
  /** Set if nothing was found, and the settings do not have the registration authority. Earlier settings may have had it. */
  notInSettings?: { registrationAuthority: string; known: string[]; words: string };
}

/** See `VideoIdClient.list`. */
export async function listOf(access: RequestAccess, options: ListOptions): Promise<RequestPage> {
  const checked = checkList(options);
  const [page] = await Promise.all([
    pageOf(access, checked),
    assertOwnArchive(access, ASKED_WITHIN), // another one has other requests
  ]);
  return page;
}

async function pageOf(access: RequestAccess, checked: CheckedList): Promise<RequestPage> {
  const { archive, config } = access;
  const { after, limit } = checked;
  const filter = filterOf(config, checked);
  const search = await searched(access, checked);
  // One more, to know whether there is a next page.
  const listed = await fitting(archive, { filter, checked, search }, { after, limit: limit + 1 });
  const shown = listed.slice(0, limit);
  const [last, beyond] = [shown.at(-1), listed[limit]];
  const lacking = await notRecorded(archive, config.temporal.taskQueue, search.found);
  const { requests, unknown } = await inTemporal(access, shown, search.unknown);
  return {
    requests,
    ...defined({
      unknown,
      next: beyond && last && cursorOf(listPositionOf(last)),
      notRecorded: lacking.length === 0 ? undefined : lacking,
      notInSettings: shown.length > 0 || after !== undefined ? undefined : notInSettings(config, checked),
    }),
  };
}

/** What the records can be asked for. */
function filterOf(config: Config, checked: CheckedList): RequestFilter {
  const { state, stage, registrationAuthority: id, officer, after: _after, limit: _limit, ...plain } = checked;
  if (officer !== undefined && stage !== undefined && stage !== 'review') {
    throw new VideoIdError('BAD_INPUT', 'The queue of an officer is in the stage review.', {
      field: 'stage',
      remedy: 'Leave out the stage or the officer.',
    });
  }
  // An officer has no queue elsewhere.
  if (officer !== undefined && id !== undefined) officerSettings(config, id, officer);
  const served = officer === undefined ? undefined : authoritiesOf(config, officer);
  const named = id === undefined ? served : [id];
  const ended = state === undefined ? undefined : state === 'ended';
  if (stage === 'ended') return { ...plain, registrationAuthorities: named, ended: true };
  const wanted = officer === undefined ? stage : 'review';
  return { ...plain, registrationAuthorities: named, stage: wanted, ended: wanted === undefined ? ended : false };
}

function notInSettings(
  { registrationAuthorities }: Config,
  { registrationAuthority }: CheckedList,
): RequestPage['notInSettings'] {
  if (registrationAuthority === undefined || Object.hasOwn(registrationAuthorities, registrationAuthority))
    return undefined;
  const known = Object.keys(registrationAuthorities);
  const words = `The settings have no registration authority "${registrationAuthority}". They have: ${known.join(', ') || 'none'}.`;
  return { registrationAuthority, known, words };
}

interface Page {
  after: ListPosition | undefined;
  limit: number;
}

/** The requests of the rows that fit, together with what Temporal knows of them. */
async function fitting(
  archive: Archive,
  { filter, checked, search }: { filter: RequestFilter; checked: CheckedList; search: Searched },
  page: Page,
): Promise<ListedRequest[]> {
  const problems = search.problems.map(({ workflowId }) => workflowId);
  if (checked.attention === false) {
    const known = new Set(problems);
    return await kept(archive, filter, page, async ({ workflowId }) => !known.has(workflowId));
  }
  const fits = checked.officer === undefined ? undefined : awaitsDecision(archive);
  const inRows = await kept(archive, filter, page, fits);
  if (problems.length === 0) return inRows;
  const { attention: _attention, code: _code, ...others } = filter;
  const inSearch = await kept(archive, { ...others, ended: false, workflowIds: problems }, page, fits);
  return merged([...inRows, ...inSearch]).slice(0, page.limit);
}

/** Each once, the newest first, as the archive lists them. */
function merged(requests: readonly ListedRequest[]): ListedRequest[] {
  const each = new Map(requests.map((request) => [request.workflowId, request]));
  return [...each.values()].toSorted((one, other) => (sortKey(one) < sortKey(other) ? 1 : -1));
}

function sortKey({ createdAt, workflowId }: ListedRequest): string {
  return `${createdAt} ${workflowId}`;
}

/** Whether a request in review waits for an officer here. One that is approved, or decided at the provider, does not. */
function awaitsDecision(archive: Archive): (request: ListedRequest) => Promise<boolean> {
  return async (request) => (await archive.readStanding(request))?.stand.verbs.includes('approve') === true;
}

/** A page of the requests in the rows that also fit otherwise. */
async function kept(
  archive: Archive,
  filter: RequestFilter,
  { after: first, limit }: Page,
  fits: (request: ListedRequest) => Promise<boolean> = async () => true,
): Promise<ListedRequest[]> {
  const found: ListedRequest[] = [];
  let after = first;
  for (;;) {
    const listed = await archive.list(filter, { after, limit });
    const which = await Promise.all(listed.map(fits));
    found.push(...listed.filter((_request, at) => which[at]));
    const last = listed.at(-1);
    if (last === undefined || listed.length < limit || found.length >= limit) return found.slice(0, limit);
    after = listPositionOf(last);
  }
}

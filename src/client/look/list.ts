import type { Archive } from '../../archive/archive.js';
import type { ListedRequest, ListPosition, RequestFilter } from '../../archive/request-list.js';
import { authoritiesOf, officerSettings } from '../../config/authorities.js';
import type { Config } from '../../config/schema.js';
import { defined } from '../../messages/defined.js';
import { assertOwnArchive, type RequestAccess } from '../running/access.js';
import { cursorOf } from './cursor.js';
import { ASKED_WITHIN, inTemporal, type NotKnown, type RequestSummary } from './in-temporal.js';
import { type CheckedList, checkList, type ListOptions } from './list-options.js';
import { type NotRecorded, notRecorded, searched } from './searched.js';

/** A page of requests. */
export interface RequestPage {
  requests: RequestSummary[];
  /** Pass it as `after` to get the next page. Absent in the last one. */
  next?: string;
  /** Set if stage and attention are not known, because Temporal could not be asked. */
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
  const { only, without } = await searched(access, checked);
  const workflowIds = only?.map(({ workflowId }) => workflowId);
  // One more, to know whether there is a next page.
  const listed = await recorded(archive, { ...filter, workflowIds }, { after, limit: limit + 1, without });
  const shown = listed.slice(0, limit);
  const [last, beyond] = [shown.at(-1), listed[limit]];
  const lacking =
    only === undefined || after !== undefined ? [] : await notRecorded(archive, config.temporal.taskQueue, only);
  return {
    ...(await inTemporal(access, shown)),
    ...defined({
      next: beyond && last && cursorOf(positionOf(last)),
      notRecorded: lacking.length === 0 ? undefined : lacking,
      notInSettings: shown.length > 0 || after !== undefined ? undefined : notInSettings(config, checked),
    }),
  };
}

/** What the records can be asked for. */
function filterOf(config: Config, checked: CheckedList): RequestFilter {
  const { state, stage, registrationAuthority: id, officer, ...same } = checked;
  const { attention: _attention, code: _code, after: _after, limit: _limit, ...plain } = same;
  // An officer has no queue elsewhere.
  if (officer !== undefined && id !== undefined) officerSettings(config, id, officer);
  const served = officer === undefined ? undefined : authoritiesOf(config, officer);
  const named = id === undefined ? served : [id];
  const ended = state === undefined ? undefined : state === 'ended';
  return { ...plain, registrationAuthorities: named, ended: stage === 'ended' ? true : ended };
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

/** Requests of the records without some that are known not to fit. */
async function recorded(
  archive: Archive,
  filter: RequestFilter,
  page: { after: ListPosition | undefined; limit: number; without: ReadonlySet<string> },
): Promise<ListedRequest[]> {
  const { limit, without } = page;
  const kept: ListedRequest[] = [];
  let { after } = page;
  for (;;) {
    const listed = await archive.list(filter, { after, limit });
    kept.push(...listed.filter(({ workflowId }) => !without.has(workflowId)));
    const last = listed.at(-1);
    if (last === undefined || listed.length < limit || kept.length >= limit) return kept.slice(0, limit);
    after = positionOf(last);
  }
}

function positionOf({ createdAt, workflowId }: ListedRequest): ListPosition {
  return { createdAt: Date.parse(createdAt), workflowId };
}

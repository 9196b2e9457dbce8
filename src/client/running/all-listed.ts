import type { Archive } from '../../archive/archive.js';
import type { ListedRequest, ListPosition, RequestFilter } from '../../archive/request-list.js';

/** So many are read at once. */
const AT_ONCE = 1000;

/** All requests of the rows that fit, the newest first, however many there are. */
export async function* allListed(
  archive: Pick<Archive, 'list'>,
  filter: RequestFilter,
): AsyncGenerator<ListedRequest, void> {
  let after: ListPosition | undefined;
  for (;;) {
    const page = await archive.list(filter, { after, limit: AT_ONCE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < AT_ONCE) return;
    after = listPositionOf(last);
  }
}

/** Where a list goes on after a request. */
export function listPositionOf({
  createdAt,
  workflowId,
}: Pick<ListedRequest, 'createdAt' | 'workflowId'>): ListPosition {
  return { createdAt: Date.parse(createdAt), workflowId };
}

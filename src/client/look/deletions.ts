import type { ListedDeletion } from '../../archive/request-list.js';
import { workflowIdOf } from '../../messages/request.js';
import { defined } from '../../messages/defined.js';
import { assertOwnArchive, type RequestAccess } from '../running/access.js';
import { cursorOf } from './cursor.js';
import { ASKED_WITHIN } from './in-temporal.js';
import { checkDeletedList, type DeletedOptions } from './list-options.js';

/** A page of what was deleted. */
export interface DeletionPage {
  deletions: ListedDeletion[];
  /** Pass it as `after` to get the next page. Absent in the last one. */
  next?: string;
}

/** See `VideoIdClient.deletions`. */
export async function deletionsOf(access: RequestAccess, options: DeletedOptions): Promise<DeletionPage> {
  const { flow, after, limit } = checkDeletedList(options);
  // One more, to know whether there is a next page.
  const [found] = await Promise.all([
    access.archive.listDeleted({ flow }, { after, limit: limit + 1 }),
    assertOwnArchive(access, ASKED_WITHIN),
  ]);
  const deletions = found.slice(0, limit);
  const last = deletions.at(-1);
  const more = found.length > limit && last !== undefined;
  return { deletions, ...defined({ next: more ? cursorOf(positionOf(last)) : undefined }) };
}

function positionOf(deletion: ListedDeletion) {
  return { createdAt: Date.parse(deletion.deletedAt), workflowId: workflowIdOf(deletion) };
}

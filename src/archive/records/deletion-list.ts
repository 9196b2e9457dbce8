import { type SqlBool, sql } from 'kysely';
import { defined } from '../../messages/defined.js';
import type { Archive } from '../archive.js';
import type { ListedDeletion } from '../request-list.js';
import { parsed, read, timeOf } from './content.js';
import { deletionSchema, listedDeletionSchema } from './record-schemas.js';
import type { Records } from './records.js';

/** The list of what was deleted. It is seldom asked for, so it has no index: a page reads all rows. */
export function deletionLists({ database }: Records): Pick<Archive, 'listDeleted'> {
  return {
    listDeleted: async ({ flow }, { after, limit }): Promise<ListedDeletion[]> => {
      const [deletedAt, request] = [sql.ref<number>('requests.deleted_at'), sql.ref<string>('requests.request')];
      const rows = await database.run((db) =>
        db
          .selectFrom('requests')
          .leftJoin('personal', (join) =>
            join.onRef('personal.request', '=', 'requests.request').on('personal.what', '=', 'deletion'),
          )
          .select(['flow', 'reference', 'attempt', 'registration_authority', 'deleted_at', 'personal.content'])
          .where('deleted_at', 'is not', null)
          .$if(flow !== undefined, (query) => query.where('flow', '=', flow ?? ''))
          .$if(after !== undefined, (query) =>
            query.where(sql<SqlBool>`(${deletedAt}, ${request}) < (${after?.createdAt}, ${after?.workflowId})`),
          )
          .orderBy(deletedAt, 'desc')
          .orderBy(request, 'desc')
          .limit(limit)
          .execute(),
      );
      return rows.map(({ flow: kind, reference, attempt, registration_authority, deleted_at, content }) =>
        parsed(
          listedDeletionSchema,
          {
            flow: kind,
            reference,
            attempt,
            registrationAuthority: registration_authority,
            deletedAt: timeOf(deleted_at ?? Number.NaN, 'requests'),
            ...defined({ by: read(deletionSchema, content, 'personal')?.actor.kind }),
          },
          'requests',
        ),
      );
    },
  };
}

import type { Kysely } from 'kysely';
import type { AttemptKey } from '../archive.js';
import { changed, found, isRequest, locked, type Records } from './records.js';
import type { Tables } from './schema.js';

/** Tables with one text for each name of an attempt. */
type Named = 'calls' | 'sealed' | 'orders';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all three have the same columns
const columnsOf = (table: Named) => table as 'calls';

/** The text under a name. Undefined if there is none. @throws REQUEST_NOT_FOUND */
export async function readNamed(
  records: Records,
  key: AttemptKey,
  table: Named,
  name: string,
): Promise<string | undefined> {
  const { content } = await found(records, key, (db, request) =>
    db
      .selectFrom('requests')
      .leftJoin(`${columnsOf(table)} as named`, (join) =>
        join.onRef('named.request', '=', 'requests.request').on('named.name', '=', name),
      )
      .select('named.content')
      .where(isRequest(request))
      .executeTakeFirst(),
  );
  return content ?? undefined;
}

/** Stores a text under a name, or replaces it. @throws REQUEST_NOT_FOUND */
export async function writeNamed(
  records: Records,
  key: AttemptKey,
  table: Named,
  { name, content }: { name: string; content: string },
  more: (transaction: Kysely<Tables>, request: string) => Promise<void> = async () => {},
): Promise<void> {
  await changed(records, key, async (db, request) => {
    if (!(await locked(db, request))) return undefined;
    await db
      .insertInto(columnsOf(table))
      .values({ request, name, content })
      .onConflict((conflict) => conflict.columns(['request', 'name']).doUpdateSet({ content }))
      .execute();
    await more(db, request);
    return true;
  });
}

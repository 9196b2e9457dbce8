import { sql } from 'kysely';
import type { KeptCall } from '../../messages/own-calls.js';
import type { Archive, AttemptKey } from '../archive.js';
import { markName } from '../names.js';
import { checked, parsed } from './content.js';
import { writeNamed } from './named.js';
import { apart, together, writePersonal } from './personal.js';
import { keptCallSchema } from './record-schemas.js';
import { changed, listed, locked, type Records } from './records.js';

const FREE_WORDS = ['note', 'textForSigner'] as const;

/** Calls of ours that decide something at the provider. */
export function calls(records: Records): Pick<Archive, 'keepCall' | 'readCall' | 'dropCall' | 'calls'> {
  return {
    keepCall: async (key, given, call) => {
      const name = markName(given);
      const { ending, ...more } = checked(keptCallSchema, call);
      const { rest, words } = ending === undefined ? {} : apart(ending, FREE_WORDS);
      const content = JSON.stringify({ ...more, ...(rest && { ending: rest }) });
      await writeNamed(records, key, 'calls', { name, content }, (db, request) =>
        writePersonal(db, request, `call-${name}`, words),
      );
    },

    readCall: async (key, name) => (await readCalls(records, key, markName(name)))[0],

    dropCall: async (key, given) => {
      const name = markName(given);
      await changed(records, key, async (db, request) => {
        if (!(await locked(db, request))) return undefined;
        await db.deleteFrom('calls').where('request', '=', request).where('name', '=', name).execute();
        await writePersonal(db, request, `call-${name}`, undefined);
        return true;
      });
    },

    calls: async (key) => await readCalls(records, key),
  };
}

async function readCalls(records: Records, key: AttemptKey, name?: string): Promise<KeptCall[]> {
  const rows = await listed(records, key, (db, request) => {
    const all = db
      .selectFrom('calls')
      .leftJoin('personal', (join) =>
        join.onRef('personal.request', '=', 'calls.request').on(sql<boolean>`personal.what = 'call-' || calls.name`),
      )
      .select(['calls.content', 'personal.content as words'])
      .where('calls.request', '=', request);
    return (name === undefined ? all : all.where('calls.name', '=', name)).execute();
  });
  return rows.map(({ content, words }) => parsed(keptCallSchema, together(content, words, 'ending'), 'calls'));
}

import type { Tombstone } from '../messages/deletion.js';
import type { Archive, AttemptKey } from './archive.js';
import type { FileStore } from './files/file-store.js';
import { requestOf } from './names.js';
import type { Bridge } from './records/bridge.js';
import { assertNotDeleted, bury, objectsLeft, readTombstone } from './records/deletion.js';
import type { Records } from './records/records.js';
import { dropObject } from './sweep.js';

type Part = 'deleteRequest' | 'readDeletion' | 'writeIndex';

/**
 * Deletes attempts. One transaction deletes the rows. What follows can be repeated: the next call finishes a deletion that broke off, and
 * the sweeper removes the objects that are left.
 */
export function deleting(
  records: Records,
  { store, bridge }: { store: FileStore; bridge: Bridge },
): Pick<Archive, Part> {
  const readDeletion = async (key: AttemptKey): Promise<Tombstone | undefined> => {
    const found = await readTombstone(records, key);
    if (found === undefined) return undefined;
    const { deletedAt, deletion } = found;
    return { deletedAt, ...deletion, files: (await objectsLeft(records, requestOf(key))).length };
  };
  return {
    readDeletion,

    // The index is a database of its own. So whoever comes last, this or the deletion, removes the id.
    writeIndex: async (environment, requestPk, entry) => {
      await bridge.writeIndex(environment, requestPk, entry);
      try {
        await assertNotDeleted(records, entry);
      } catch (error) {
        await bridge.forget(entry);
        throw error;
      }
    },

    deleteRequest: async (key, deletion) => {
      await bury(records, key, deletion);
      await bridge.forget(key);
      for (const { object, removable } of await objectsLeft(records, requestOf(key))) {
        // If the store fails for one, it will fail for the others too. The sweeper comes later.
        if (removable && !(await dropObject(records, store, object))) break;
      }
      await records.database.scrub();
      const deleted = await readDeletion(key);
      if (deleted === undefined) throw new Error('A deleted attempt came back.');
      return deleted;
    },
  };
}

import { VideoIdError } from '../../messages/failures.js';
import type { KeyRing } from '../../security/keys.js';
import { PersonDigests } from '../../security/person-digests.js';
import type { FileStore } from '../files/file-store.js';
import { openFileStore } from '../files/open-store.js';
import { Bridge } from '../records/bridge.js';
import { makeIdentity, noteFiles, readIdentity } from '../records/identity.js';
import { openBridgeDatabase, openRecords } from '../records/open-records.js';
import type { Records } from '../records/records.js';
import type { ArchiveSettings } from '../settings.js';

/** The archive that an earlier one is imported into. */
export interface Target {
  /** For people. */
  place: string;
  records: Records;
  store: FileStore;
  bridge: Bridge;
  /** Whether it cannot be used yet, because no import into it was finished. */
  unused: boolean;
  close(): Promise<void>;
}

/**
 * Opens the archive that the settings name. If there is none, it is made with the id of the earlier one: requests in Temporal carry it.
 *
 * @throws ARCHIVE_UNAVAILABLE, also if another archive is there; ARCHIVE_FULL, SECRET_NOT_FOUND
 */
export async function openTarget(
  settings: ArchiveSettings,
  id: string,
  { now, codecKeys }: { now: () => number; codecKeys: KeyRing | undefined },
): Promise<Target> {
  const database = await openRecords(settings, { create: true, now });
  let store: FileStore | undefined;
  try {
    const records: Records = { database, now, people: new PersonDigests(id, codecKeys) };
    await makeIdentity(records, id, { importing: true });
    const known = await readIdentity(records);
    if (known?.id !== id) throw await otherArchive(records, { here: known?.id ?? 'none', wanted: id });
    const opened = await openFileStore(settings, { archiveId: id, create: !known.hasFiles });
    store = opened;
    if (!known.hasFiles) await noteFiles(records);
    const bridge = new Bridge(await openBridgeDatabase(settings, { create: true, now }));
    const close = async (): Promise<void> => {
      opened.close();
      await bridge.close();
      await database.close();
    };
    return {
      place: `${database.place} and ${opened.place}`,
      records,
      store: opened,
      bridge,
      unused: known.importing,
      close,
    };
  } catch (error) {
    store?.close();
    await database.close();
    throw error;
  }
}

async function otherArchive({ database }: Records, facts: { here: string; wanted: string }): Promise<VideoIdError> {
  const used = await database.run((db) => db.selectFrom('requests').select('request').limit(1).executeTakeFirst());
  const what = used === undefined ? 'another archive, which has no requests' : 'another archive, which has requests';
  return new VideoIdError('ARCHIVE_UNAVAILABLE', `${database.place} belongs to ${what}. Nothing was imported.`, {
    field: database.field,
    remedy:
      used === undefined
        ? 'Remove that archive, with its files. Or change the settings of the archive (archive.*) to another place. The import makes the archive itself.'
        : 'Change the settings of the archive (archive.*) to another place. Two archives cannot become one.',
    facts: { reason: 'another archive', ...facts },
  });
}

import { randomUUID } from 'node:crypto';
import { VideoIdError } from '../messages/failures.js';
import type { KeyRing } from '../security/keys.js';
import { PersonDigests } from '../security/person-digests.js';
import type { Archive } from './archive.js';
import { attemptFiles } from './attempt-files.js';
import { deleting } from './deleting.js';
import type { FileStore } from './files/file-store.js';
import { openFileStore } from './files/open-store.js';
import { assertNoEarlierForm } from './import/earlier-form.js';
import { IncomingStart } from './incoming.js';
import { makeFolder } from './new-folder.js';
import type { Notices } from './notices.js';
import { Bridge } from './records/bridge.js';
import { calls } from './records/calls.js';
import { cards } from './records/cards.js';
import { corrections } from './records/corrections.js';
import { events } from './records/events.js';
import { feed } from './records/feed.js';
import { Following } from './records/following.js';
import { journal } from './records/journal.js';
import { deletionLists } from './records/deletion-list.js';
import { lists } from './records/list.js';
import { hasRequests, type Identity, makeIdentity, noteFiles, probe, readIdentity } from './records/identity.js';
import { marks } from './records/marks.js';
import { NO_ARCHIVE, openBridgeDatabase, openRecords } from './records/open-records.js';
import { orders } from './records/orders.js';
import { outages } from './records/outages.js';
import { outcomes } from './records/outcomes.js';
import { processes } from './records/processes.js';
import { provider } from './records/provider.js';
import { reads } from './records/reads.js';
import type { Records } from './records/records.js';
import { requests } from './records/requests.js';
import { sealed } from './records/sealed.js';
import { standings } from './records/standing.js';
import { supplements } from './records/supplements.js';
import type { ArchiveSettings } from './settings.js';
import { sweep } from './sweep.js';
import { TemporaryCopies } from './temporary-copies.js';

/** Milliseconds. The default of `replacedFor`. A database of this age can be restored and still finds its files. */
const REPLACED_FOR = 14 * 86_400_000;

export { NO_ARCHIVE };

/** How an archive is opened. */
export interface OpenOptions {
  /** Makes it if there is none. */
  create?: boolean;
  /** Brings its schema up to this release. */
  migrate?: boolean;
  /** See `Archive.now`. The default is the clock of this machine. */
  now?: () => number;
  /** The codec keys, for a process that adds requests or corrections, or looks people up. */
  codecKeys?: KeyRing | undefined;
}

/**
 * Opens the archive that the settings name.
 *
 * @throws ARCHIVE_UNAVAILABLE if there is no archive, if it has another schema, or if it cannot be used; SECRET_NOT_FOUND, BAD_SETTING
 */
export async function openArchive(
  settings: ArchiveSettings,
  { create = false, migrate = false, now = Date.now, codecKeys }: OpenOptions = {},
): Promise<Archive> {
  const opened: { close: () => void | Promise<void> }[] = [];
  const kept = <Part extends { close: () => void | Promise<void> }>(part: Part): Part => {
    opened.unshift(part);
    return part;
  };
  const close = async (): Promise<void> => {
    for (const part of opened.splice(0)) await part.close();
  };
  try {
    assertPlaces(settings);
    if (create) {
      await assertNoEarlierForm(settings.directory);
      await makeFolder(settings);
    }
    const database = kept(await openRecords(settings, { create, migrate, now }));
    const { id, hasFiles } = await identityIn({ database, now }, settings, create);
    database.belongsTo(id);
    const store = kept(await openFileStore(settings, { archiveId: id, create: create && !hasFiles }));
    if (create && !hasFiles) await noteFiles({ database });
    const records: Records = { database, now, people: new PersonDigests(id, codecKeys) };
    const bridge = kept(new Bridge(await openBridgeDatabase(settings, { create, migrate, now })));
    const following = kept(new Following(records));
    const copies = kept(await TemporaryCopies.open());
    return assembled({ settings, records, id, store, bridge, following, copies, close });
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws ARCHIVE_UNAVAILABLE if the database has no identity, or if an import into it is not finished */
async function identityIn(
  records: Pick<Records, 'database' | 'now'>,
  settings: ArchiveSettings,
  create: boolean,
): Promise<Identity> {
  let known = await readIdentity(records);
  if (known === undefined) {
    await assertNoEarlierForm(settings.directory);
    // With another id, the requests that are there could not be used.
    if (await hasRequests(records)) throw noIdentity(records.database);
    if (create) await makeIdentity(records, randomUUID());
    known = await readIdentity(records);
  }
  if (known === undefined) throw notMade(records.database);
  if (known.importing) throw notImported(records.database);
  return known;
}

/** Settings with nothing but an index are enough for the webhook bridge alone. */
function assertPlaces({ directory, database, files }: ArchiveSettings): void {
  if (directory !== '' || (database !== undefined && files !== undefined)) return;
  throw new VideoIdError('BAD_SETTING', 'The settings do not say where the archive is.', {
    field: 'archive.directory',
    remedy: 'Name its folder in archive.directory, or set archive.database and archive.files.',
  });
}

interface Parts {
  settings: ArchiveSettings;
  records: Records;
  id: string;
  store: FileStore;
  bridge: Bridge;
  following: Following;
  copies: TemporaryCopies;
  close: () => Promise<void>;
}

/** The archive, put together from its topics. */
function assembled({ settings, records, id, store, bridge, following, copies, close }: Parts): Archive {
  const { database, now } = records;
  const place = `${database.place} and ${store.place}`;
  const parts = [
    { field: database.field, assertUsable: (patience?: number) => probe(records, patience) },
    {
      field: settings.index === undefined ? database.field : 'archive.index',
      assertUsable: (patience?: number) => bridge.probe(patience),
    },
    {
      field: settings.files === undefined ? 'archive.directory' : 'archive.files',
      assertUsable: () => store.assertUsable(),
    },
  ];
  const assertUsable = async (): Promise<void> => {
    for (const part of parts) await part.assertUsable();
  };
  return {
    id,
    place,
    notices: noticesOf(records, bridge),
    assertArchive: (key) => {
      if (key.archiveId !== id) throw notShared({ place, field: database.field }, { here: id, wanted: key.archiveId });
    },
    now,
    time: () => new Date(now()).toISOString(),

    begin: async () => new IncomingStart(records, store, copies),
    ...requests(records),
    ...lists(records),
    ...deletionLists(records),
    ...outcomes(records),
    ...corrections(records),
    ...supplements(records),
    ...cards(records),
    ...sealed(records),
    ...orders(records),
    ...provider(records),
    ...attemptFiles(records, { store, copies, keepFor: settings.replacedFor ?? REPLACED_FOR }),
    ...marks(records),
    ...calls(records),
    ...events(records),
    ...journal(records),
    ...standings(records),
    follow: (key, heard) => following.follow(key, heard),
    ...reads(records),
    ...deleting(records, { store, bridge }),
    readIndex: async (...given) => await bridge.readIndex(...given),
    requestPks: async (...given) => await bridge.requestPks(...given),

    assertUsable,
    parts,
    freeBytes: async () => await store.freeBytes(),
    assertReserve: async () => {
      await assertUsable();
      const bytesFree = await store.freeBytes();
      if (bytesFree !== undefined && bytesFree < settings.reserve) throw belowReserve(bytesFree, settings.reserve);
    },
    sweep: async () => await sweep(records, store),
    close,
  };
}

function noticesOf(records: Records, bridge: Bridge): Notices {
  return {
    ...feed(records),
    ...outages(records),
    ...processes(records),
    callbacks: async () => await bridge.counts(),
  };
}

function noIdentity({ place, field }: Pick<Records['database'], 'place' | 'field'>): VideoIdError {
  return new VideoIdError('ARCHIVE_UNAVAILABLE', `The database ${place} has lost the id of the archive.`, {
    field,
    remedy: 'Restore the database from a backup.',
    facts: { reason: 'no identity' },
  });
}

/** Somebody began to make an archive there, and did not finish. */
function notMade({ place, field }: Pick<Records['database'], 'place' | 'field'>): VideoIdError {
  return new VideoIdError('ARCHIVE_UNAVAILABLE', `There is no archive in ${place}: it was not finished.`, {
    field,
    remedy: 'Run `videoid setup`.',
    facts: { reason: NO_ARCHIVE },
  });
}

function notImported({ place, field }: Pick<Records['database'], 'place' | 'field'>): VideoIdError {
  return new VideoIdError('ARCHIVE_UNAVAILABLE', `The import into ${place} is not finished.`, {
    field,
    remedy: 'Repeat `videoid archive import` until it says that everything was imported. It goes on where it stopped.',
    facts: { reason: 'import not finished' },
  });
}

function notShared(
  { place, field }: Pick<Records['database'], 'place' | 'field'>,
  facts: { here: string; wanted: string },
): VideoIdError {
  return new VideoIdError('ARCHIVE_NOT_SHARED', `The request is not in the archive in ${place}, but in another one.`, {
    field,
    remedy:
      'Mount the right archive there, or correct the settings of the archive (archive.*). Every client, worker and gateway needs the same one.',
    facts,
  });
}

function belowReserve(bytesFree: number, bytesNeeded: number): VideoIdError {
  const words = `${bytesNeeded} bytes needed, ${bytesFree} free`;
  return new VideoIdError('ARCHIVE_FULL', `There is not enough space in the archive: ${words}.`, {
    field: 'archive.directory',
    remedy: 'Free space on the disk of the archive, or raise the quota or file size limit of this user.',
    facts: { bytesFree, bytesNeeded },
  });
}

import { Readable } from 'node:stream';
import type { Archive, ArchiveFile, AttemptKey, FileDigest } from './archive.js';
import { fileChanged, fileLost, fileNotFound } from './file-errors.js';
import { checkedFile } from './files/checked-file.js';
import { newKey } from './files/file-key.js';
import type { FileStore } from './files/file-store.js';
import { announce, currentFile, type CurrentFile, makeCurrent, removeCurrent } from './records/files.js';
import type { Records } from './records/records.js';
import { dropObject, mayStillCome } from './sweep.js';
import type { TemporaryCopies } from './temporary-copies.js';

type Part = 'openFile' | 'withCopy' | 'locateFile' | 'storeFile' | 'removeFile' | 'writeEvidence';

/** What the methods work with. */
interface FileParts {
  store: FileStore;
  copies: TemporaryCopies;
  /** How long a replaced file stays in the store. Milliseconds. */
  keepFor: number;
}

/**
 * The files of attempts: rows in the records, bytes in the store. Every file is written as a new object. Then its row is switched to it.
 */
export function attemptFiles(records: Records, { store, copies, keepFor }: FileParts): Pick<Archive, Part> {
  const current = async (key: AttemptKey, file: ArchiveFile): Promise<CurrentFile> => {
    const found = await currentFile(records, key, file);
    if (found === undefined) throw fileNotFound(file);
    return found;
  };

  const storeNew = async (
    key: AttemptKey,
    file: ArchiveFile,
    source: Readable,
    more: { replace: boolean; expectedBytes?: number | undefined },
  ): Promise<FileDigest> => {
    source.on('error', () => {}); // until it is read
    const object = newKey(file.kind);
    const end = { kept: false, mayCome: false };
    try {
      await currentFile(records, key, file); // before anything is written for an attempt that is not there
      await announce(records, object, file, key);
      const { size, sha256 } = await store.write(object, source, more).catch((error: unknown) => {
        end.mayCome = mayStillCome(store, error);
        throw error;
      });
      end.kept = await makeCurrent(records, key, file, { object, size, sha256 }, { ...more, keepFor });
      return { size, sha256 };
    } finally {
      source.destroy();
      if (!end.kept) await dropObject(records, store, object, end);
    }
  };

  const openFile: Archive['openFile'] = async (key, file, expected) => {
    for (let again = false; ; again = true) {
      const { object, size, sha256 } = await current(key, file);
      const changed = () => fileChanged(file, store.location(object));
      if (expected !== undefined && (expected.size !== size || expected.sha256 !== sha256)) throw changed();
      const stream = checkedFile(await store.open(object), { size, sha256 }, changed);
      if (stream !== undefined) return { stream, size, sha256 };
      // The file may have been replaced since its row was read.
      if (again) throw fileLost(file, store.location(object));
    }
  };

  return {
    openFile,

    withCopy: async (key, file, stored, use) => {
      const { stream } = await openFile(key, file, stored);
      return await copies.withCopy(stream, { bytes: stored.size }, ({ path }) => use(path));
    },

    locateFile: async (key, file) => {
      const { object } = await current(key, file);
      const size = await store.size(object);
      if (size === undefined) throw fileLost(file, store.location(object));
      return { location: store.location(object), size };
    },

    storeFile: async (key, file, source, more = {}) => await storeNew(key, file, source, { replace: true, ...more }),

    removeFile: async (key, file) => await removeCurrent(records, key, file, keepFor),

    writeEvidence: async (key, evidence, { replace }) => {
      const file = { kind: 'evidence' } as const;
      if (!replace && (await currentFile(records, key, file)) !== undefined) return;
      const text = `${JSON.stringify(evidence, null, 2)}\n`;
      await storeNew(key, file, Readable.from([Buffer.from(text)]), { replace });
    },
  };
}

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { errorCode } from './disk.js';
import type { Disk } from './disk.js';
import type { Opened } from './file-store.js';

/** Bytes read at a time. Small, because each piece is garbage after it was sent. */
const PIECE = 16_384;

/** Does not follow links, and does not wait for the other end of a pipe. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The error codes of opening if a link or a socket is in the file's place. */
const NO_FILE = new Set(['ELOOP', 'ENXIO', 'ENOTDIR']);

/** Opens a regular file. All of it is read from one handle. @returns as `FileStore.open` */
export async function openFile(disk: Disk, path: string): Promise<Opened> {
  const handle = await disk.run(() => opened(path));
  if (handle === undefined || handle === 'notFile') return handle;
  try {
    const found = await disk.run(() => handle.stat());
    if (!found.isFile()) {
      await handle.close();
      return 'notFile';
    }
    const stream = Readable.from(pieces(disk, handle, found.size), { objectMode: false });
    stream.once('close', () => void handle.close());
    return { size: found.size, stream };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function opened(path: string): Promise<FileHandle | 'notFile' | undefined> {
  try {
    return await open(path, READ);
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'ENOENT') return undefined;
    if (NO_FILE.has(code)) return 'notFile';
    throw error;
  }
}

/** Ends early if the file becomes shorter. */
async function* pieces(disk: Disk, handle: FileHandle, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size;) {
    const place = Buffer.allocUnsafe(Math.min(PIECE, size - at));
    const { bytesRead } = await disk.run(() => handle.read(place, 0, place.length, at));
    if (bytesRead === 0) return;
    yield place.subarray(0, bytesRead);
    at += bytesRead;
  }
}

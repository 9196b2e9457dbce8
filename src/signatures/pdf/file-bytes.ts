import { open, type FileHandle } from 'node:fs/promises';

/** Reads a file at any position without loading it into memory. Positions and lengths are in bytes. */
export class FileBytes {
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.size = size;
  }

  /** Opens a file while `use` runs. The size is that at opening. Throws Node's errors when it cannot be opened. */
  static async with<T>(path: string, use: (bytes: FileBytes) => Promise<T>): Promise<T> {
    const handle = await open(path, 'r');
    try {
      return await use(new FileBytes(handle, (await handle.stat()).size));
    } finally {
      await handle.close();
    }
  }

  /** The bytes from `position`. Fewer than `length` only at the end of the file, and none after it. */
  async read(position: number, length: number): Promise<Buffer> {
    if (position < 0 || position >= this.size) return Buffer.alloc(0);
    const buffer = Buffer.alloc(Math.min(length, this.size - position));
    const filled = await this.#fill(buffer, position);
    return filled === buffer.length ? buffer : buffer.subarray(0, filled);
  }

  /**
   * The bytes from `start` to before `end`, in pieces. The buffer is reused: copy a piece to keep it.
   * Ends early if the file does.
   */
  async *pieces(
    start: number,
    end: number,
    pieceSize = 128 * 1024,
  ): AsyncGenerator<{ position: number; piece: Buffer }> {
    const stop = Math.min(end, this.size);
    const buffer = Buffer.alloc(Math.max(0, Math.min(pieceSize, stop - start)));
    for (let position = start; position < stop;) {
      const filled = await this.#fill(buffer.subarray(0, Math.min(buffer.length, stop - position)), position);
      if (filled === 0) return;
      yield { position, piece: buffer.subarray(0, filled) };
      position += filled;
    }
  }

  async #fill(buffer: Buffer, position: number): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, buffer.length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }
}

import type { FileBytes } from './file-bytes.js';

const BLOCK = 64 * 1024;
const MOST_BLOCKS = 24;

/**
 * The first bytes of a file, read as if nothing followed. The last pieces are cached, because objects that are read one after the other
 * mostly lie near each other.
 */
export class FileStart {
  readonly #file: FileBytes;
  readonly #blocks = new Map<number, Buffer>();
  /** Where it ends. Bytes. */
  readonly end: number;

  constructor(file: FileBytes, end: number) {
    this.#file = file;
    this.end = Math.min(end, file.size);
  }

  /** The bytes from `position`. Fewer than `length` only at the end, and none after it. */
  async read(position: number, length: number): Promise<Buffer> {
    const stop = Math.min(position + length, this.end);
    if (position < 0 || position >= stop) return Buffer.alloc(0);
    const first = Math.floor(position / BLOCK);
    const last = Math.floor((stop - 1) / BLOCK);
    if (last - first > 1) return this.#file.read(position, stop - position);
    const blocks = [await this.#block(first)];
    if (last > first) blocks.push(await this.#block(last));
    const from = position - first * BLOCK;
    const bytes = blocks.length === 1 ? blocks[0] : Buffer.concat(blocks);
    return (bytes ?? Buffer.alloc(0)).subarray(from, from + stop - position);
  }

  async #block(number: number): Promise<Buffer> {
    const known = this.#blocks.get(number);
    if (known !== undefined) {
      this.#blocks.delete(number);
      this.#blocks.set(number, known);
      return known;
    }
    const start = number * BLOCK;
    const block = await this.#file.read(start, Math.min(BLOCK, this.end - start));
    this.#blocks.set(number, block);
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > MOST_BLOCKS && oldest !== undefined) this.#blocks.delete(oldest);
    return block;
  }
}

import type { Readable } from 'node:stream';

/** Bytes. */
export interface TextLimits {
  /** Of one JSON string. The content of a longer one is dropped while it arrives. */
  string: number;
  /** Of the whole text. The rest is not read. */
  whole: number;
}

/**
 * Limits for text answers, far above documented ones. A request contains images of the identity document in Base64 (§8.4),
 * which are dropped.
 */
export const WORDS: TextLimits = { string: 65_536, whole: 1_048_576 };

/** The most that is read of one answer. Bytes. */
const LONGEST = 268_435_456;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Reads the text of an answer within `limits`. A body that exceeds them is destroyed. */
export async function answerText(
  body: Readable,
  pieces: AsyncIterator<Buffer>,
  limits: TextLimits = WORDS,
): Promise<string> {
  const text = new LeanText(limits);
  let read = 0;
  for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next()) {
    read += piece.value.length;
    if (text.add(piece.value) && read <= LONGEST) continue;
    body.destroy();
    break;
  }
  return text.toString();
}

/** Collects JSON as it arrives, and empties strings that are too long. */
export class LeanText {
  readonly #limits: TextLimits;
  #kept = Buffer.alloc(16_384);
  #length = 0;
  #inString = false;
  #escaped = false;
  /** Where the current string begins. */
  #start = 0;
  #dropping = false;

  constructor(limits: TextLimits) {
    this.#limits = limits;
  }

  /** False when nothing more can be kept. */
  add(piece: Buffer): boolean {
    for (let at = 0; at < piece.length; at += 1) {
      if (this.#dropping && !this.#escaped) at = markIn(piece, at);
      const byte = piece[at];
      if (byte !== undefined && this.#keeps(byte)) this.#push(byte);
      if (this.#length > this.#limits.whole) return false;
    }
    return true;
  }

  toString(): string {
    return this.#kept.toString('utf8', 0, this.#length);
  }

  #keeps(byte: number): boolean {
    if (!this.#inString) {
      this.#inString = byte === QUOTE;
      this.#start = this.#length + 1;
      return true;
    }
    const ends = byte === QUOTE && !this.#escaped;
    this.#escaped = byte === BACKSLASH && !this.#escaped;
    if (ends) {
      this.#inString = false;
      this.#dropping = false;
      return true;
    }
    if (this.#dropping) return false;
    if (this.#length - this.#start < this.#limits.string) return true;
    this.#length = this.#start;
    this.#dropping = true;
    return false;
  }

  #push(byte: number): void {
    if (this.#length === this.#kept.length) this.#kept = Buffer.concat([this.#kept, Buffer.alloc(this.#length)]);
    this.#kept[this.#length] = byte;
    this.#length += 1;
  }
}

/** The next quote or backslash, or the end of the piece. */
function markIn(piece: Buffer, from: number): number {
  const marks = [piece.indexOf(QUOTE, from), piece.indexOf(BACKSLASH, from)].filter((mark) => mark !== -1);
  return marks.length === 0 ? piece.length : Math.min(...marks);
}

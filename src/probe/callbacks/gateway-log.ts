import { type FileHandle, open, stat } from 'node:fs/promises';
import { VideoIdError } from '../../messages/failures.js';
import type { NewCallback, SeenCallback } from '../file.js';
import { callbackOf, type FormLine, readLine } from './log-lines.js';

/** Milliseconds between two looks at the file. */
const LOOK_EVERY = 500;
/** Bytes of an old log that are read at the start, from its end. */
const MOST_BEFORE = 256 * 1024 * 1024;
const PIECE = 1024 * 1024;
/** Characters. Lines about callbacks are much shorter. */
const LONGEST_LINE = 16_384;
/** Callbacks that are kept. More are counted. */
const MOST = 500;

export interface GatewayLogOptions {
  path: string;
  /** The registration authority of the probe. */
  registrationAuthority: string;
  /** When the probe began. Milliseconds since 1970. */
  begun: number;
  /** The callbacks so far, also of the time before the probe was taken up again. */
  seen: () => readonly SeenCallback[];
  onCallback: (callback: NewCallback) => Promise<void>;
  /** Milliseconds. */
  lookEvery?: number;
}

/**
 * Takes callbacks from the growing log of a gateway, where the provider's address cannot be changed. The log names no request, so
 * they are matched later: by registration authority, status and time. Whatever is in the log, the probe goes on.
 */
export class GatewayLog {
  /** Callbacks of other requests, callbacks over the limit of those that are kept, and what could not be read or kept. */
  readonly counts = { others: 0, beyond: 0, errors: 0 };
  readonly #options: GatewayLogOptions;
  #file: FileHandle | undefined;
  #position = 0;
  #rest = '';
  #form: FormLine | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #looking: Promise<void> = Promise.resolve();

  private constructor(options: GatewayLogOptions) {
    this.#options = options;
  }

  /** Also reads what was logged since the probe began. @throws VideoIdError if the file cannot be read */
  static async follow(options: GatewayLogOptions): Promise<GatewayLog> {
    const log = new GatewayLog(options);
    try {
      log.#file = await open(options.path, 'r');
      log.#position = Math.max(0, (await log.#file.stat()).size - MOST_BEFORE);
      await log.#read(log.#file);
    } catch (cause) {
      const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
      throw new VideoIdError('BAD_INPUT', `The log ${options.path} cannot be read (${why}).`, {
        field: '--gateway-log',
        remedy: 'Name the file to which the gateway writes its log: JSON lines.',
        cause,
      });
    }
    log.#lookAgain();
    return log;
  }

  /** Takes what is in the file by now, then nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#look();
    await this.#file?.close();
  }

  #lookAgain(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => this.#lookAgain());
    }, this.#options.lookEvery ?? LOOK_EVERY);
  }

  async #look(): Promise<void> {
    try {
      const file = (this.#file ??= await open(this.#options.path, 'r'));
      await this.#read(file);
      const now = await stat(this.#options.path);
      if (now.ino === (await file.stat()).ino) return;
      // The log was replaced. What stood in the old one is read.
      this.#file = undefined;
      await file.close();
      this.#begin();
      this.#file = await open(this.#options.path, 'r');
      await this.#read(this.#file);
    } catch {
      // While a log is replaced, there is none for a moment.
      this.counts.errors += 1;
    }
  }

  async #read(file: FileHandle): Promise<void> {
    if ((await file.stat()).size < this.#position) this.#begin();
    const piece = Buffer.alloc(PIECE);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      // Lines about callbacks are ASCII.
      await this.#takeText(piece.toString('latin1', 0, bytesRead));
    }
  }

  #begin(): void {
    this.#position = 0;
    this.#rest = '';
  }

  async #takeText(text: string): Promise<void> {
    const lines = (this.#rest + text).split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) if (line.length < LONGEST_LINE) await this.#takeLine(line);
  }

  async #takeLine(text: string): Promise<void> {
    const line = readLine(text);
    if (line === undefined) return;
    if (line.message === 'form of a callback') {
      this.#form = line;
      return;
    }
    const form = this.#form?.delivery === line.delivery ? this.#form : undefined;
    this.#form = undefined;
    const { registrationAuthority, begun, seen, onCallback } = this.#options;
    const callback = callbackOf(line, form, registrationAuthority, begun);
    const isTaken = seen().some(
      ({ fromLog, at, hash }) => fromLog === true && at === callback.at && hash === callback.hash,
    );
    if (callback.at < 0 || isTaken) return;
    const isUnread = callback.payload === 'other' && line.registrationAuthority === registrationAuthority;
    if (!callback.ours && !isUnread) this.counts.others += 1;
    else if (seen().length >= MOST) this.counts.beyond += 1;
    else await onCallback(callback).catch(() => void (this.counts.errors += 1));
  }
}

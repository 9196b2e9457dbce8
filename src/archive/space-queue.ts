import { VideoIdError } from '../messages/failures.js';

/** Somebody that waits. */
interface Waiter {
  bytes: number;
  go: () => void;
}

/** Milliseconds. Somebody that waits longer may wait for itself. */
const WAIT = 120_000;

/** Bytes that somebody has. */
export interface Space {
  /** Gives back all but so many. Calling it again, and with 0, is harmless. */
  keep(bytes: number): void;
}

/** Gives out so many bytes at once, in the order in which they were asked for. */
export class SpaceQueue {
  readonly #most: number;
  #used = 0;
  readonly #waiting: Waiter[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Waits until so many bytes are free. More than there are is all of them.
   *
   * @throws the reason of the signal; ARCHIVE_UNAVAILABLE after two minutes
   */
  async take(wanted: number, signal?: AbortSignal): Promise<Space> {
    signal?.throwIfAborted();
    const bytes = Math.min(wanted, this.#most);
    if (this.#waiting.length > 0 || this.#used + bytes > this.#most) await this.#turn(bytes, signal);
    else this.#used += bytes;
    return this.#space(bytes);
  }

  /** Takes so many bytes without waiting, also if they are not free. */
  add(bytes: number): Space {
    this.#used += bytes;
    return this.#space(bytes);
  }

  #space(bytes: number): Space {
    let held = bytes;
    return {
      keep: (most) => {
        const kept = Math.min(held, most);
        this.#used -= held - kept;
        held = kept;
        this.#next();
      },
    };
  }

  async #turn(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { bytes, go: resolve };
    const leave = (reason: unknown) => {
      const at = this.#waiting.indexOf(waiter);
      if (at === -1) return;
      this.#waiting.splice(at, 1);
      reject(reason);
      this.#next();
    };
    const aborted = () => leave(signal?.reason);
    const limit = setTimeout(() => leave(tooBusy()), WAIT);
    signal?.addEventListener('abort', aborted, { once: true });
    this.#waiting.push(waiter);
    try {
      await promise;
    } finally {
      clearTimeout(limit);
      signal?.removeEventListener('abort', aborted);
    }
  }

  #next(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || this.#used + first.bytes > this.#most) return;
      this.#waiting.shift();
      this.#used += first.bytes;
      first.go();
    }
  }
}

function tooBusy(): VideoIdError {
  return new VideoIdError(
    'ARCHIVE_UNAVAILABLE',
    'This process already has as many temporary copies of files as it may.',
    {
      remedy: 'Try again when it has less to do, or run another process.',
      facts: { reason: 'temporary copies' },
    },
  );
}

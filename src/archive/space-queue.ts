import { VideoIdError } from '../messages/failures.js';

/** A caller that waits. */
interface Waiter {
  bytes: number;
  go: () => void;
}

/** Milliseconds. Who waits longer may be waiting for room that it holds itself. */
const WAIT = 120_000;

/** Bytes that a caller holds. */
export interface Space {
  /** Gives back all but this number of bytes. Calling it again is harmless. */
  keep(bytes: number): void;
}

/** Limits how many bytes callers hold at once. They get their bytes in the order in which they asked. */
export class SpaceQueue {
  readonly #most: number;
  #used = 0;
  readonly #waiting: Waiter[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Waits until this number of bytes is free. Who wants more than the limit gets the limit.
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

  /** Takes this number of bytes without waiting, also if they are not free. */
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

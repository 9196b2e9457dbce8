import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { Bell } from '../running/access.js';
import { type Changes, Followed, type Known, type Shown } from './followed.js';

/** Follows requests, each once for all callers of this process. */
export class Following {
  readonly #archive: Archive;
  readonly #shown: Shown;
  readonly #followed = new Map<string, Followed>();

  /** @param shown what a status is here, beside what its rows say */
  constructor(archive: Archive, shown: Shown) {
    this.#archive = archive;
    this.#shown = shown;
  }

  /**
   * The changes of a request, until its end is told or until the signal.
   *
   * @param after the number of the last entry that the caller knows. Without it, the status of now comes first, and then what is new
   * @throws VideoIdError ARCHIVE_UNAVAILABLE, REQUEST_DELETED. The caller may follow again, after the last entry that it was told
   */
  async *changes(
    record: RequestRecord,
    { after, mark, signal }: Known & { signal?: AbortSignal | undefined },
  ): AsyncGenerator<Changes, void> {
    const followed = this.#join(record);
    const bell = new Bell();
    const isOver = (): boolean => signal?.aborted === true;
    followed.waiting.add(bell.ring);
    signal?.addEventListener('abort', bell.ring);
    try {
      const at = await followed.begin({ after, mark });
      while (!isOver()) {
        bell.still();
        const changes = await followed.next(at);
        if (changes.length > 0) yield changes;
        else if (followed.isOver(at)) return;
        else if (!isOver()) await bell.rung();
      }
    } finally {
      signal?.removeEventListener('abort', bell.ring);
      followed.waiting.delete(bell.ring);
      this.#leave(record.workflowId, followed);
    }
  }

  #join(record: RequestRecord): Followed {
    const known = this.#followed.get(record.workflowId);
    const followed = known === undefined || known.hasFailed ? new Followed(this.#archive, record, this.#shown) : known;
    this.#followed.set(record.workflowId, followed);
    followed.callers += 1;
    return followed;
  }

  #leave(workflowId: string, followed: Followed): void {
    followed.callers -= 1;
    if (followed.callers > 0) return;
    followed.close();
    if (this.#followed.get(workflowId) === followed) this.#followed.delete(workflowId);
  }
}

import { resolve } from 'node:path';
import { VideoIdError } from '../../messages/failures.js';
import type { KeyRing } from '../../security/keys.js';
import type { ArchiveSettings } from '../settings.js';
import { EARLIER_NAMES, EarlierArchive, type EarlierPlace } from './earlier-archive.js';
import type { EarlierAttempt } from './earlier-attempt.js';
import { type FileDamage, fileWords, withEarlierFile } from './earlier-file.js';
import { Unreadable } from './earlier-files.js';
import { importAttempt, type ImportedAttempt } from './import-attempt.js';
import { finish, importCounts, importFeed, importProviderIds } from './import-notices.js';
import { openTarget, type Target } from './target.js';

/** Something that was not imported, or not as it should be. */
export interface ImportProblem {
  /**
   * `unreadable`: a record, so nothing of its request was imported. `missing` and `changed`: a file, whose bytes were not imported.
   * `other`: the target has a request with this reference that differs. `unknown`: it is not part of an archive.
   */
  what: 'unreadable' | FileDamage | 'other' | 'unknown';
  /** Relative to the earlier archive. */
  path: string;
  /** What is wrong, or with which file. */
  words?: string;
}

/** What an import found and did. */
export interface ImportReport {
  archiveId: string;
  /** Where it was imported to. Absent if it was only checked. */
  place?: string;
  /** How many attempts were found, and how many of them this call imported. */
  attempts: number;
  imported: number;
  files: number;
  bytes: number;
  providerIds: number;
  feed: number;
  /** How many problems there are, how many of them are `unknown`, and the first thousand. */
  problemCount: number;
  unknown: number;
  problems: ImportProblem[];
  /** Whether the archive can be used now. */
  finished: boolean;
  /** Paths that may be removed once the archive is in use. Empty if there are problems. */
  removable: string[];
}

/** The most problems that a report lists. */
const MOST_PROBLEMS = 1000;

/** Attempts that are imported at the same time. Most of the time is waiting for disks. */
const AT_ONCE = 4;

/** How an archive is imported. */
export interface ImportOptions {
  /** Only reads and checks the earlier archive. */
  dryRun?: boolean;
  /** Called after each attempt. */
  onProgress?: (done: number, of: number) => void;
  now?: () => number;
  /** The codec keys, so that people can be looked up by keyed digests. */
  codecKeys?: KeyRing | undefined;
}

/**
 * Brings an archive of the earlier form into the archive that the settings name, which it makes. It may be repeated, also after it was
 * killed. Until nothing is unreadable any more, the target cannot be used. Once it can be, an import only adds what is missing there, and
 * changes nothing.
 *
 * @throws BAD_INPUT if there is no such archive; ARCHIVE_UNAVAILABLE, ARCHIVE_FULL
 */
export async function importArchive(
  directory: string,
  settings: ArchiveSettings,
  { dryRun = false, onProgress = () => {}, now = Date.now, codecKeys }: ImportOptions = {},
): Promise<ImportReport> {
  const earlier = await EarlierArchive.open(resolve(directory));
  if (dryRun) return await new Import(earlier, undefined, onProgress).run(settings);
  const running = await earlier.running();
  if (running.length > 0) throw inUse(earlier.root, running);
  const target = await openTarget(settings, earlier.id, { now, codecKeys });
  try {
    return await new Import(earlier, target, onProgress).run(settings);
  } finally {
    await target.close();
  }
}

class Import {
  readonly #earlier: EarlierArchive;
  readonly #target: Target | undefined;
  readonly #onProgress: NonNullable<ImportOptions['onProgress']>;
  readonly #report: ImportReport;
  #unreadable = 0;

  constructor(
    earlier: EarlierArchive,
    target: Target | undefined,
    onProgress: NonNullable<ImportOptions['onProgress']>,
  ) {
    this.#earlier = earlier;
    this.#target = target;
    this.#onProgress = onProgress;
    this.#report = {
      archiveId: earlier.id,
      ...(target && { place: target.place }),
      attempts: 0,
      imported: 0,
      files: 0,
      bytes: 0,
      providerIds: 0,
      feed: 0,
      problemCount: 0,
      unknown: 0,
      problems: [],
      finished: false,
      removable: [],
    };
  }

  async run(settings: ArchiveSettings): Promise<ImportReport> {
    const report = this.#report;
    const places = (await this.#readable(() => this.#earlier.attempts())) ?? [];
    await atOnce(AT_ONCE, places, async (place) => {
      await this.#readable(() => this.#attempt(place));
      report.attempts += 1;
      this.#onProgress(report.attempts, places.length);
    });
    await this.#notices();
    for (const path of this.#earlier.unknown) this.#problem({ what: 'unknown', path });
    report.problems.sort((one, other) => (one.path < other.path ? -1 : 1));
    if (this.#target === undefined) return report;
    const complete = this.#unreadable === 0;
    if (this.#target.unused && complete) await finish(this.#target, this.#earlier);
    report.finished = complete || !this.#target.unused;
    if (report.problemCount === 0) report.removable = await this.#removable(settings);
    return report;
  }

  async #attempt(place: EarlierPlace): Promise<void> {
    const attempt = await this.#earlier.attempt(place);
    for (const path of attempt.unknown) this.#problem({ what: 'unknown', path });
    this.#report.files += attempt.files.length;
    for (const { size } of attempt.files) this.#report.bytes += size;
    const { what, damaged } = await this.#carriedOut(attempt);
    if (what === 'imported') this.#report.imported += 1;
    if (what === 'other') this.#problem({ what, path: place.path });
    for (const { file, damage } of damaged) {
      this.#problem({ what: damage, path: place.path, words: fileWords(file) });
    }
  }

  async #carriedOut(
    attempt: EarlierAttempt,
  ): Promise<ImportedAttempt | { what: 'checked'; damaged: ImportedAttempt['damaged'] }> {
    const { root } = this.#earlier;
    if (this.#target !== undefined) return await importAttempt(this.#target, root, attempt);
    const damaged: ImportedAttempt['damaged'] = [];
    for (const earlier of attempt.files) {
      const damage = await withEarlierFile(root, earlier, async (stream) => {
        for await (const _piece of stream); // the stream compares the hash at its end
      });
      if (damage !== undefined) damaged.push({ file: earlier.file, damage });
    }
    return { what: 'checked', damaged };
  }

  /** Feed, counts and outages change as soon as the archive is used, so they are imported only before that. */
  async #notices(): Promise<void> {
    const [report, earlier, target] = [this.#report, this.#earlier, this.#target];
    report.providerIds =
      (await this.#readable(async () => {
        return target === undefined ? (await earlier.providerIds()).length : await importProviderIds(target, earlier);
      })) ?? 0;
    report.feed =
      (await this.#readable(async () => {
        if (target?.unused === true) return await importFeed(target, earlier);
        const numbers = await earlier.feedNumbers();
        if (target === undefined) for (const number of numbers) await earlier.feedEntry(number);
        return numbers.length;
      })) ?? 0;
    await this.#readable(async () => {
      if (target?.unused === true) await importCounts(target, earlier);
      else await earlier.callbackCounts();
      await earlier.outages();
    });
  }

  /** What cannot be read is noted, and the import goes on with the rest. */
  async #readable<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.#unreadable += 1;
      this.#problem({ what: 'unreadable', path: error.path, words: error.why });
      return undefined;
    }
  }

  #problem(problem: ImportProblem): void {
    this.#report.problemCount += 1;
    if (problem.what === 'unknown') this.#report.unknown += 1;
    if (this.#report.problems.length < MOST_PROBLEMS) this.#report.problems.push(problem);
  }

  async #removable({ directory }: ArchiveSettings): Promise<string[]> {
    const { root } = this.#earlier;
    if (directory === '' || resolve(directory) !== root) return [root];
    const index = ['.callbacks', ...(await this.#earlier.environments())].map((name) => `index/${name}`);
    return [...EARLIER_NAMES, ...index].map((name) => resolve(root, name));
  }
}

/** Does work for all items, and for some at once. After a failure it begins no more. */
async function atOnce<Item>(
  number: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let failed = false;
  const carryOn = async (): Promise<void> => {
    for (const item of waiting) {
      if (failed) return;
      await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: number }, carryOn));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

function inUse(root: string, running: readonly string[]): VideoIdError {
  return new VideoIdError('ARCHIVE_UNAVAILABLE', `${root} is in use: ${running.join(', ')}.`, {
    field: 'DIRECTORY',
    remedy: 'Stop all processes of the earlier release. One that was killed counts as running for three minutes.',
    facts: { reason: 'in use' },
  });
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CallbackCount } from '../../messages/callbacks.js';
import type { Outage } from '../../messages/conditions.js';
import { VideoIdError } from '../../messages/failures.js';
import type { FeedEntry } from '../../messages/feed.js';
import type { Flow, RequestPk } from '../../messages/request.js';
import type { AttemptKey, IndexEntry } from '../archive.js';
import { orUndefined } from '../files/disk.js';
import { referenceProblem } from '../names.js';
import * as schemas from '../records/record-schemas.js';
import { type EarlierAttempt, readEarlierAttempt } from './earlier-attempt.js';
import { EarlierFolder, Unreadable } from './earlier-files.js';

/** The folders of the flows. */
const FLOWS: readonly (readonly [Flow, string])[] = [
  ['signature', 'requests'],
  ['enrolment', 'enrolments'],
];

/** The names at the top of an earlier archive, besides its index. Drafts (`incoming`) and processes are not imported. */
export const EARLIER_NAMES = ['archive.json', 'incoming', 'requests', 'enrolments', 'feed', 'outages', 'processes'];

/** A name that can be an id of the provider. */
const PLAIN = /^((?!\.{1,2}$)[A-Za-z0-9._-]{1,64})$/;

/** Milliseconds. A process of the earlier release writes its record every minute. */
const RUNS_FOR = 180_000;

const identitySchema = z.object({ id: z.uuid() });

/** Where an attempt lies. */
export interface EarlierPlace {
  key: AttemptKey;
  /** Relative to the archive. */
  path: string;
}

/** An archive of the earlier form: folders and JSON files. It is only read. Its methods throw `Unreadable`. */
export class EarlierArchive {
  readonly id: string;
  readonly root: string;
  readonly #top: EarlierFolder;

  private constructor(root: string, id: string) {
    this.root = root;
    this.id = id;
    this.#top = new EarlierFolder(root, '.');
  }

  /** @throws BAD_INPUT if there is no such archive */
  static async open(root: string): Promise<EarlierArchive> {
    try {
      const identity = await new EarlierFolder(root, '.').record(identitySchema, 'archive.json');
      if (identity !== undefined) return new EarlierArchive(root, identity.id);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      throw noEarlierArchive(`${root} cannot be read as an archive of the earlier form: ${error.message}.`);
    }
    throw noEarlierArchive(`${root} has no archive of the earlier form: archive.json is missing.`);
  }

  /** The processes of the earlier release that seem to run still: kind and machine. */
  async running(): Promise<string[]> {
    const running: string[] = [];
    for (const name of await this.#top.names('processes')) {
      const found = await orUndefined(stat(join(this.root, 'processes', name)), 'ENOENT');
      if (found === undefined || Date.now() - found.mtimeMs > RUNS_FOR) continue;
      const record = await this.#top.record(schemas.processSchema, 'processes', name).catch(() => undefined);
      running.push(record === undefined ? name : `${record.kind} on ${record.host}`);
    }
    return running;
  }

  /** Paths of what was found and is not part of an archive. Complete after everything was read. */
  get unknown(): readonly string[] {
    return this.#top.unknown;
  }

  async attempts(): Promise<EarlierPlace[]> {
    const places: EarlierPlace[] = [];
    for (const [flow, folder] of FLOWS) {
      for (const reference of await this.#top.names(folder)) {
        if (referenceProblem(reference) !== undefined) {
          this.#top.unknown.push(join(folder, reference));
          continue;
        }
        for (const attempt of (await this.#top.keys(/^([1-9]\d{0,14})$/, folder, reference)).values()) {
          const key = { flow, reference, attempt: Number(attempt) };
          places.push({ key, path: join(folder, reference, attempt) });
        }
      }
    }
    return places;
  }

  async attempt({ path, key }: EarlierPlace): Promise<EarlierAttempt> {
    return await readEarlierAttempt(this.root, path, key);
  }

  /** The provider's ids, by environment. */
  async providerIds(): Promise<{ environment: string; requestPk: RequestPk; entry: IndexEntry }[]> {
    const ids: { environment: string; requestPk: RequestPk; entry: IndexEntry }[] = [];
    for (const environment of await this.environments()) {
      for (const name of (await this.#top.keys(PLAIN, 'index', environment)).values()) {
        const entry = await this.#top.record(schemas.indexEntrySchema, 'index', environment, name);
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the name of the file is the id
        if (entry !== undefined) ids.push({ environment, requestPk: name as RequestPk, entry });
      }
    }
    return ids;
  }

  /** The folders of the index. The database of the webhook bridge may lie beside them. */
  async environments(): Promise<string[]> {
    const environments: string[] = [];
    for (const name of await this.#top.names('index')) {
      const found = await orUndefined(stat(join(this.root, 'index', name)), 'ENOENT');
      if (found?.isDirectory() === true && !name.startsWith('.')) environments.push(name);
    }
    return environments;
  }

  /** With which tokens callbacks came, by gateway. What was written last is last. */
  async callbackCounts(): Promise<{ gateway: string; counts: CallbackCount[] }[]> {
    const found: { gateway: string; counts: CallbackCount[]; written: number }[] = [];
    for (const [name, gateway] of await this.#top.keys(/^([^.].*)\.json$/, 'index', '.callbacks')) {
      const record = await this.#top.record(schemas.callbackCountsSchema, 'index', '.callbacks', name);
      const file = await orUndefined(stat(join(this.root, 'index', '.callbacks', name)), 'ENOENT');
      if (record !== undefined && file !== undefined) {
        found.push({ gateway, counts: record.counts, written: file.mtimeMs });
      }
    }
    return found.sort((one, other) => one.written - other.written);
  }

  /** The numbers of the feed's entries, sorted. */
  async feedNumbers(): Promise<number[]> {
    const numbers = (await this.#top.keys(/^([1-9]\d{0,14})\.json$/, 'feed')).values();
    return [...numbers].map(Number).sort((one, other) => one - other);
  }

  async feedEntry(number: number): Promise<FeedEntry> {
    const entry = await this.#top.record(schemas.feedEntrySchema, 'feed', `${number}.json`);
    if (entry === undefined) throw new Unreadable(join('feed', `${number}.json`), 'is missing');
    return entry;
  }

  async outages(): Promise<Outage[]> {
    return [...(await this.#top.records(schemas.outageSchema, 'outages')).values()];
  }
}

function noEarlierArchive(words: string): VideoIdError {
  return new VideoIdError('BAD_INPUT', words, {
    field: 'DIRECTORY',
    remedy:
      'Name the folder that archive.directory was in the earlier release. If only archive.json was lost, restore it.',
  });
}

import type { Hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { errorCode } from '../files/disk.js';
import { jsonOf } from '../records/content.js';

/** A record that cannot be read. What it belongs to is not imported, and the import says so. */
export class Unreadable extends Error {
  /** Below the archive. */
  readonly path: string;
  /** The end of the sentence "the record …". */
  readonly why: string;

  constructor(path: string, why: string) {
    super(`${path} ${why}`);
    this.path = path;
    this.why = why;
  }
}

/** Reads what lies below one folder of an archive of the earlier form. It only reads. Paths are relative to the archive. */
export class EarlierFolder {
  readonly #root: string;
  readonly #below: string;
  readonly #print: Hash | undefined;
  /** Paths of files and folders that are not part of an archive. */
  readonly unknown: string[] = [];

  /** @param print gets everything that is read, so that a later change makes another hash */
  constructor(root: string, below: string, print?: Hash) {
    this.#root = root;
    this.#below = below;
    this.#print = print;
  }

  /** Relative to the archive. */
  path(...below: string[]): string {
    return join(this.#below, ...below);
  }

  /** The text of a file. Undefined if there is none. @throws Unreadable */
  async text(...below: string[]): Promise<string | undefined> {
    const path = this.path(...below);
    const text = await missing(readFile(join(this.#root, path), 'utf8'), path);
    if (text !== undefined) this.#print?.update(JSON.stringify([path, text]));
    return text;
  }

  /** A record. Undefined if there is none. @throws Unreadable */
  async record<T>(schema: z.ZodType<T>, ...below: string[]): Promise<T | undefined> {
    const text = await this.text(...below);
    if (text === undefined) return undefined;
    const { data, success } = schema.safeParse(jsonOf(text));
    if (!success) throw new Unreadable(this.path(...below), 'is damaged or from a newer release');
    return data;
  }

  /** The names in a folder, sorted. Empty if there is none. @throws Unreadable */
  async names(...below: string[]): Promise<string[]> {
    const path = this.path(...below);
    const names = (await missing(readdir(join(this.#root, path)), path)) ?? [];
    this.#print?.update(JSON.stringify([path, names.sort()]));
    return names.sort();
  }

  /** The names in a folder that fit a pattern, each with the first group of the pattern. The other names are unknown. */
  async keys(pattern: RegExp, ...below: string[]): Promise<Map<string, string>> {
    const keys = new Map<string, string>();
    for (const name of await this.names(...below)) {
      const key = pattern.exec(name)?.[1];
      if (key === undefined) this.unknown.push(this.path(...below, name));
      else keys.set(name, key);
    }
    return keys;
  }

  /** All records `<key>.json` of a folder. @throws Unreadable */
  async records<T>(schema: z.ZodType<T>, folder: string, key = /^(.+)\.json$/): Promise<Map<string, T>> {
    const records = new Map<string, T>();
    for (const [name, found] of await this.keys(key, folder)) {
      const record = await this.record(schema, folder, name);
      if (record !== undefined) records.set(found, record);
    }
    return records;
  }
}

async function missing<T>(reading: Promise<T>, path: string): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT') return undefined;
    throw new Unreadable(path, `cannot be read: ${code}`);
  }
}

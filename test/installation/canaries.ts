import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PDFDocument, PDFName, PDFString } from '@cantoo/pdf-lib';
import { VideoIdError } from '../../src/messages/failures.js';
import { recordsOf } from '../archive/records-of.js';
import type { Installation } from './installation.js';
import type { OwnServer } from './own-server.js';

/** A value that appears nowhere by chance. It has only letters and digits, so that most encodings do not change it. */
export function canary(name: string): string {
  return `${name}${randomBytes(14).toString('hex')}`;
}

/** Every way in which a value may be written, by name. */
export function spellings(value: string): Map<string, Buffer> {
  const bytes = Buffer.from(value);
  const all = new Map([
    ['plain', bytes],
    ['upper case', Buffer.from(value.toUpperCase())],
    ['lower case', Buffer.from(value.toLowerCase())],
    ['URL-encoded', Buffer.from(encodeURIComponent(value))],
    ['JSON', Buffer.from(JSON.stringify(value).slice(1, -1))],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['HEX', Buffer.from(bytes.toString('hex').toUpperCase())],
    ['UTF-16 LE', Buffer.from(value, 'utf16le')],
    ['UTF-16 BE', Buffer.from(value, 'utf16le').swap16()],
  ]);
  for (const offset of [0, 1, 2]) {
    // The bytes before it shift Base64. Letters that share bits with a neighbour are left out.
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const certain = encoded.slice(offset === 0 ? 0 : offset + 1, Math.floor(((bytes.length + offset) * 8) / 6));
    all.set(`Base64 at ${offset}`, Buffer.from(certain));
    all.set(`Base64url at ${offset}`, Buffer.from(certain.replaceAll('+', '-').replaceAll('/', '_')));
  }
  return all;
}

/** Where each canary was found, in words: "e-mail in worker.log (plain)". */
export function findCanaries(canaries: Record<string, string>, places: Map<string, Buffer>): string[] {
  const found: string[] = [];
  for (const [name, value] of Object.entries(canaries)) {
    for (const [spelling, bytes] of spellings(value)) {
      for (const [place, content] of places) {
        if (content.includes(bytes)) found.push(`${name} in ${place} (${spelling})`);
      }
    }
  }
  return found;
}

/** The content of files as it is on the disk now. Missing files are left out. */
export function contentOf(files: Record<string, string>): Map<string, Buffer> {
  return new Map(
    Object.entries(files)
      .filter(([, file]) => existsSync(file))
      .map(([name, file]) => [name, readFileSync(file)]),
  );
}

/** What Temporal and our processes wrote. Archive and provider are left out, because they must have the data. */
export function stores({ databaseFile, logFile }: OwnServer, { state }: Installation): Record<string, string> {
  return {
    database: databaseFile,
    'database-wal': `${databaseFile}-wal`,
    'database-shm': `${databaseFile}-shm`,
    'temporal.log': logFile,
    'worker.log': state.logFile('worker'),
    'gateway.log': state.logFile('gateway'),
    'codec-server.log': state.logFile('codec-server'),
  };
}

/** What the archive contains: `table <name>` with all values of its rows, `file <kind> <key>`, and `keys` of the files. */
export function archived({ config: { archive } }: Installation): Map<string, Buffer> {
  const { rows, files } = recordsOf(archive.directory).everything();
  const places = new Map([['keys', Buffer.from(files.join('\n'))]]);
  for (const [table, inTable] of Object.entries(rows)) {
    const values = inTable.flatMap((row) => Object.values(row).map(String));
    places.set(`table ${table}`, Buffer.from(values.join('\n')));
  }
  const kinds = new Map(
    [...(rows['files'] ?? []), ...(rows['objects'] ?? [])].map((row) => [row['object'], row['kind']]),
  );
  for (const key of files) {
    places.set(`file ${String(kinds.get(key))} ${key}`, readFileSync(join(archive.directory, 'files', key)));
  }
  return places;
}

/** The places by whether their names match. */
export function split(places: Map<string, Buffer>, names: RegExp): [Map<string, Buffer>, Map<string, Buffer>] {
  const [matching, others] = [true, false].map((is) => [...places].filter(([name]) => names.test(name) === is));
  return [new Map(matching), new Map(others)];
}

const CLI = join(import.meta.dirname, '..', '..', 'dist', 'src', 'cli.js');

/** Errors and answers that people and systems got. */
export class Answers {
  readonly places = new Map<string, Buffer>();

  add(what: string, text: string): void {
    this.places.set(what, Buffer.from(text));
  }

  /** Keeps the error of a failed call. The request goes on by itself, or somebody repeats the call. */
  async noting<T>(what: string, call: Promise<T>): Promise<T | undefined> {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof VideoIdError)) throw error;
      this.add(`error of ${what}`, `${JSON.stringify(error)} ${error.stack ?? ''}`);
      return undefined;
    }
  }

  /** Runs the command and keeps what it prints. */
  async command(what: string, { state }: Installation, args: string[]): Promise<{ failed: boolean }> {
    const env = { ...process.env, VIDEOID_CONFIG: state.configFile };
    return new Promise((resolve) => {
      execFile(process.execPath, [CLI, ...args], { env }, (error, stdout, stderr) => {
        this.add(`output of ${what}`, stdout + stderr);
        resolve({ failed: error !== null });
      });
    });
  }

  /** Calls the gateway and keeps what it answers. */
  async call(
    what: string,
    { config }: Installation,
    path: string,
    init: RequestInit = {},
  ): Promise<{ status: number }> {
    const answer = await fetch(`http://127.0.0.1:${config.gateway.port}${path}`, init);
    this.add(`answer to ${what}`, await answer.text());
    return { status: answer.status };
  }
}

/** Faults at the provider that affected no call. */
export async function faultsThatMetNothing({ provider }: Installation): Promise<unknown[]> {
  const { faults } = (await (await fetch(`${provider.url}/sandbox/faults`)).json()) as { faults: { hits: number }[] };
  return faults.filter(({ hits }) => hits === 0);
}

/** Writes a PDF that holds a text in plain bytes. */
export async function writePdf(file: string, content: string): Promise<void> {
  const document = await PDFDocument.create();
  document.addPage();
  document.catalog.set(PDFName.of('Canary'), PDFString.of(content));
  writeFileSync(file, await document.save({ useObjectStreams: false }));
}

/** A phone number in other spellings that a provider may use. */
export function inGroups(phone: string): string {
  return `${phone.slice(0, 3)} ${phone.slice(3, 6)} ${phone.slice(6, 10)} ${phone.slice(10)}`;
}

import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { VideoIdError } from '../../messages/failures.js';
import type { RequestPk, VideoidPk } from '../../messages/request.js';
import type { Assumptions } from '../../uanataca/one-shot/assumptions.js';
import {
  type BillingCredentials,
  OneShot,
  type OneShotSettings,
  type PdfStream,
  type RaoCredentials,
} from '../../uanataca/one-shot/one-shot.js';
import type { FileSource } from '../../uanataca/http/multipart.js';
import type { Context } from '../course.js';
import type { ProbeRun } from '../run.js';

/** Which of the probe's requests: the one that is signed, the one that is refused, the one that is cancelled. */
export type Subject = 'main' | 'second' | 'third';

/** A document to sign. */
export interface ProbeDocument {
  name: 'a' | 'b';
  bytes: Buffer;
  /** Its path in the folder for files of this run. */
  path: string;
  /** Hex. */
  sha256: string;
  /** How many signatures it has before. */
  signatures: number;
}

export interface SignatureSettings {
  optimizer: Omit<OneShotSettings, 'assumptions' | 'observer'>;
  /** As the environment's settings have them. */
  assumptions: Assumptions;
  billing: BillingCredentials | undefined;
  /** Undefined: a person approves in the provider's console. */
  officer: RaoCredentials | undefined;
  documents: readonly ProbeDocument[];
  /** PEM texts. */
  roots: readonly string[];
  /** For files of this run. It is removed in the end. */
  folder: string;
  /** Milliseconds between two reads while waiting. */
  poll: number;
  /** Milliseconds. The longest time for one wait. */
  patience: number;
  /** Whether the requests beside the first are made. */
  others: boolean;
}

/** What the steps of the signature flow get. */
export class SignatureContext implements Context {
  readonly #clients = new Map<string, OneShot>();

  constructor(
    readonly run: ProbeRun,
    readonly people: Context['people'],
    readonly settings: SignatureSettings,
  ) {}

  /** The product's client, with the sides that the provider has shown, and with these. */
  client(sides: Partial<Assumptions> = {}): OneShot {
    const assumptions = { ...this.assumed, ...sides };
    const key = JSON.stringify(assumptions);
    const made =
      this.#clients.get(key) ?? new OneShot({ ...this.settings.optimizer, assumptions, observer: this.run.recorder });
    this.#clients.set(key, made);
    return made;
  }

  /** The assumptions that the next calls follow. */
  get assumed(): Assumptions {
    return { ...this.settings.assumptions, ...this.run.secrets.learned };
  }

  /** The next calls follow this side. It is kept. */
  async learn(sides: Record<string, string | boolean>): Promise<void> {
    Object.assign(this.run.secrets.learned, sides);
    await this.run.save();
  }

  requestPk(subject: Subject): RequestPk {
    return this.run.needed(`${subject}.request_pk`) as RequestPk;
  }

  videoidPk(subject: Subject): VideoidPk {
    return this.run.needed(`${subject}.videoid_pk`) as VideoidPk;
  }

  /** Where a downloaded file lies. */
  pathOf(name: string): string {
    return join(this.settings.folder, `${name}.pdf`);
  }

  /** Downloads a PDF. It stays on this machine until the probe ends. */
  async download(name: string, read: () => Promise<PdfStream>): Promise<void> {
    const { stream } = await read();
    await pipeline(stream, createWriteStream(this.pathOf(name), { mode: 0o600 }));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }
}

export function sourceOf(bytes: Buffer): FileSource {
  return async () => ({ stream: Readable.from([bytes]), size: bytes.length });
}

/** Without this, the probe cannot go on. @throws VideoIdError */
export function cannotGoOn(code: VideoIdError['code'], words: string, remedy: string): never {
  throw new VideoIdError(code, words, { remedy });
}

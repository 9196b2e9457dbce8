import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { VideoidPk } from '../../messages/request.js';
import type { Assumptions } from '../../uanataca/one-shot/assumptions.js';
import {
  type BillingCredentials,
  OneShot,
  type OneShotSettings,
  type PdfStream,
  type RaoCredentials,
} from '../../uanataca/one-shot/one-shot.js';
import { FlowContext, type FlowSettings, type Subject } from '../context.js';

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

export interface SignatureSettings extends FlowSettings<Assumptions> {
  optimizer: Omit<OneShotSettings, 'assumptions' | 'observer'>;
  billing: BillingCredentials | undefined;
  /** Undefined: a person approves in the provider's console. */
  officer: RaoCredentials | undefined;
  documents: readonly ProbeDocument[];
  /** PEM texts. */
  roots: readonly string[];
  /** For files of this run. It is removed in the end. */
  folder: string;
}

/** What the steps of the signature flow get. */
export class SignatureContext extends FlowContext<OneShot, Assumptions, SignatureSettings> {
  protected override make(assumptions: Assumptions): OneShot {
    return new OneShot({ ...this.settings.optimizer, assumptions, observer: this.run.recorder });
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
}

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { defined } from '../../src/messages/defined.js';
import type { Verification } from '../../src/messages/outcome.js';
import type { Original, SignedFile } from '../../src/signatures/verification/signed-file.js';
import { type FileVerification, verifyPdfSignature } from '../../src/signatures/verification/verification.js';
import { makeAuthority, type Authority, type Identity } from './authority.js';
import { signPdf, type SignOrder } from './signer.js';

/** A made-up authority and the sample documents, and the result of verifying files that were signed with them. */
export class Workbench {
  private constructor(
    readonly folder: string,
    readonly authority: Authority,
    readonly agreement: Buffer,
    readonly annex: Buffer,
  ) {}

  static async open(): Promise<Workbench> {
    return new Workbench(
      await mkdtemp(join(tmpdir(), 'signatures-')),
      await makeAuthority(),
      await readFile('samples/agreement.pdf'),
      await readFile('samples/annex.pdf'),
    );
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  /** Signed with RSA and with the chain, unless the order says otherwise. */
  sign(original: Buffer, more: Partial<SignOrder> = {}): Promise<Buffer> {
    return signPdf(original, { signer: this.authority.rsa, chain: [this.authority.intermediate], ...more });
  }

  async verify(file: Buffer, original?: Buffer, roots?: Identity[]): Promise<Verification> {
    return (await this.#look(file, original && digestOf(original), roots)).verification;
  }

  /** Verifies the file as it came, when the original is available. */
  async look(file: Buffer, original: Buffer): Promise<SignedFile> {
    const path = join(this.folder, 'original.pdf');
    await writeFile(path, original);
    return (await this.#look(file, { ...digestOf(original), path })).file;
  }

  async #look(file: Buffer, original: Original | undefined, roots = [this.authority.root]): Promise<FileVerification> {
    const path = join(this.folder, 'signed.pdf');
    await writeFile(path, file);
    const pems = roots.map(({ certificate }) => certificate.toString());
    return verifyPdfSignature(path, { roots: pems, ...defined({ original }) });
  }
}

export const passed = { result: 'passed', reasons: [] as string[] };
export const failed = (...reasons: string[]) => ({ result: 'failed', reasons });
export const indeterminate = (...reasons: string[]) => ({ result: 'indeterminate', reasons });

/** Certificates and timestamps have no milliseconds. */
export function secondsAgo(seconds: number): Date {
  return new Date(Math.floor(Date.now() / 1000) * 1000 - seconds * 1000);
}

function digestOf(original: Buffer): Original {
  return { sha256: createHash('sha256').update(original).digest('hex'), size: original.length };
}

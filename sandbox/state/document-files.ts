import { existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { remove, writeWhole } from './files.js';

/** Which copy of a document. */
export type DocumentType = 'original' | 'signed';

/** The Optimizer's folders. Each request has one, with the uploads, the signed files and the contract. */
export class DocumentFiles {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    remove(join(folder, 'incoming')); // uploads that a killed process did not finish
  }

  path(pk: number, type: DocumentType, uid: string): string {
    return join(this.folder, String(pk), type, `${uid}.pdf`);
  }

  contractPath(pk: number, type: DocumentType): string {
    return join(this.folder, String(pk), `contract-${type}.pdf`);
  }

  /** The contract of an enrolment. Each version of its data has its own. */
  enrolmentContractPath(pk: number, type: DocumentType, revision: number): string {
    return join(this.folder, String(pk), `contract-${type}-${revision}.pdf`);
  }

  /** A document or evidence of an enrolment. */
  evidencePath(pk: number, documentPk: number): string {
    return join(this.folder, String(pk), `evidence-${documentPk}`);
  }

  /** The path of an upload while it is not complete. */
  incomingPath(name: string): string {
    const folder = join(this.folder, 'incoming');
    mkdirSync(folder, { recursive: true });
    return join(folder, name);
  }

  exists(path: string): boolean {
    return existsSync(path);
  }

  async read(path: string): Promise<Buffer> {
    return readFile(path);
  }

  write(path: string, bytes: Uint8Array): void {
    writeWhole(path, bytes);
  }

  /** Makes a file once. Callers that come during that time get the same file. */
  async once(path: string, make: () => Promise<Uint8Array>): Promise<string> {
    const made = this.exists(path) ? undefined : await make();
    if (made !== undefined && !this.exists(path)) this.write(path, made);
    return path;
  }

  removeDocument(pk: number, uid: string, kind: DocumentType): void {
    remove(this.path(pk, kind, uid));
  }

  removeEvidence(pk: number, documentPk: number): void {
    remove(this.evidencePath(pk, documentPk));
  }

  removeAll(pk: number): void {
    remove(join(this.folder, String(pk)));
  }
}

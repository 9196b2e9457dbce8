import { createHash, type X509Certificate } from 'node:crypto';

import { defined } from '../../messages/defined.js';
import { Budget, TooComplexError } from '../pdf/budget.js';
import { PdfDocument } from '../pdf/document.js';
import { FileBytes } from '../pdf/file-bytes.js';
import { signaturesOf, type PdfSignature, type SignedRange } from '../pdf/signatures.js';
import { sha256OfFirst } from '../pdf/signed-bytes.js';
import { PdfStructureError } from '../pdf/structure-error.js';
import type { VerificationReason } from '../reasons.js';
import { roughSignatures } from './rough-signatures.js';
import { checkDocumentTimestamp, checkSignature, type SignatureVerdict } from './signature-check.js';
import type { Change } from '../changes/change.js';
import { changesBetween } from '../changes/changes-between.js';

/** The file that was accepted. Size in bytes. */
export interface Original {
  sha256: string;
  size: number;
  /** Its path. Needed to find its signatures when the signed file does not begin with its bytes. */
  path?: string;
}

/** What was found in a signed file, before its signatures are compared with what is expected. Plain data for a thread. */
export interface SignedFile {
  /** About the file as a whole. */
  reasons: VerificationReason[];
  facts: Record<string, string>;
  /** The signatures that were added to the accepted file, or all signatures if there is none. Oldest first. */
  added: SignatureVerdict[];
}

/** Finds out all that a verdict needs. Throws Node's errors when a file cannot be read. */
export async function inspectFile(
  file: FileBytes,
  roots: readonly X509Certificate[],
  { original, now = Date.now() }: { original?: Original; now?: number },
): Promise<SignedFile> {
  const inspection = new Inspection(file, roots, original, new Date(now), new Budget());
  try {
    return await inspection.ofDocument();
  } catch (error) {
    if (error instanceof TooComplexError) return { reasons: ['too-complex'], facts: NOT_LOOKED_AT, added: [] };
    if (error instanceof PdfStructureError) return inspection.ofUnreadable(error);
    throw error;
  }
}

const NOT_LOOKED_AT = { revocation: 'not-checked' };
const HARMLESS = new Set<Change['kind']>(['nothing', 'validation-material', 'signing']);

type Ranged = PdfSignature & { range: SignedRange };

class Inspection {
  constructor(
    private readonly file: FileBytes,
    private readonly roots: readonly X509Certificate[],
    private readonly original: Original | undefined,
    private readonly time: Date,
    private readonly budget: Budget,
  ) {}

  async ofDocument(): Promise<SignedFile> {
    const begins = await this.#beginsWithOriginal();
    const found = await signaturesOf(await PdfDocument.open(this.file, { budget: this.budget }));
    const before = await this.#earlier(begins);
    const names = await Promise.all(found.map((signature) => nameOf(this.file, signature)));
    const isEarlier = (index: number) => before.some(({ name }) => name === names[index]);
    const added = found.filter((_, index) => !isEarlier(index));
    const signatures = added.filter(({ kind }) => kind === 'signature');
    const timestamps = added.filter(({ kind }) => kind === 'document-timestamp');
    const stamped = await this.#checkTimestamps(timestamps);
    return {
      reasons: [
        ...countReasons(found, signatures),
        ...(begins ? [] : ['content-rewritten' as const]),
        ...(await this.#lostReasons(before, found, names, begins)),
        ...(await this.#changeReasons(signatures.filter(hasRange), begins)),
        ...stamped.flatMap(({ reasons }) => reasons),
      ],
      facts: {
        ...NOT_LOOKED_AT,
        signatures: String(found.filter(({ kind }) => kind === 'signature').length),
        earlierSignatures: String(before.filter(({ kind }) => kind === 'signature').length),
        documentTimestamps: String(found.filter(({ kind }) => kind === 'document-timestamp').length),
      },
      added: await this.#checkSignatures(signatures, stamped),
    };
  }

  /** For a file that is not a clean PDF: checks what looks like a signature, to say more about it. */
  async ofUnreadable({ problem }: PdfStructureError): Promise<SignedFile> {
    if (problem === 'no-header') return { reasons: ['not-a-pdf'], facts: NOT_LOOKED_AT, added: [] };
    const found = await roughSignatures(this.file);
    const added = found.filter(({ range }) => (range?.gap.start ?? 0) >= (this.original?.size ?? 0));
    const newest = added.at(-1);
    return {
      reasons: [
        'pdf-unreadable',
        ...countReasons(found, added),
        ...((await this.#beginsWithOriginal()) ? [] : ['content-rewritten' as const]),
        ...(newest === undefined || newest.range?.end === this.file.size ? [] : ['byte-range-not-whole-file' as const]),
      ],
      facts: NOT_LOOKED_AT,
      added: newest === undefined ? [] : await this.#checkSignatures([newest], []),
    };
  }

  async #beginsWithOriginal(): Promise<boolean> {
    if (this.original === undefined) return true;
    return (await sha256OfFirst(this.file, this.original.size)) === this.original.sha256.toLowerCase();
  }

  /** The signatures and timestamps of the accepted file. */
  async #earlier(begins: boolean): Promise<Earlier[]> {
    if (this.original === undefined) return [];
    const { path, size } = this.original;
    if (begins) return this.#namedIn(this.file, size);
    return path === undefined ? [] : FileBytes.with(path, (bytes) => this.#namedIn(bytes, bytes.size));
  }

  async #namedIn(file: FileBytes, end: number): Promise<Earlier[]> {
    try {
      const signatures = await signaturesOf(await PdfDocument.open(file, { end, budget: this.budget }));
      return await Promise.all(
        signatures.map(async (signature) => ({ kind: signature.kind, name: await nameOf(file, signature) })),
      );
    } catch (error) {
      if (error instanceof PdfStructureError) return []; // the original was accepted as it is
      throw error;
    }
  }

  /** If the file begins with the accepted bytes, they are unchanged and need no check. */
  async #lostReasons(
    before: readonly Earlier[],
    found: readonly PdfSignature[],
    names: readonly string[],
    begins: boolean,
  ): Promise<VerificationReason[]> {
    for (const { kind, name } of before) {
      const now = found[names.indexOf(name)];
      if (now === undefined) return ['earlier-signature-lost'];
      if (begins) continue;
      const { reasons } =
        kind === 'signature'
          ? await checkSignature(this.file, now, { roots: this.roots, provenBy: [], now: this.time })
          : await checkDocumentTimestamp(this.file, now, this.roots);
      if (reasons.some((reason) => ALTERED.has(reason))) return ['earlier-signature-lost'];
    }
    return [];
  }

  /** What was added before the first signature, between signatures, and after the newest. */
  async #changeReasons(signatures: readonly Ranged[], begins: boolean): Promise<VerificationReason[]> {
    const reasons: VerificationReason[] = [];
    const ends = signatures.map(({ range }) => range.end);
    const [first, newest] = [ends[0], ends.at(-1)];
    if (first === undefined || newest === undefined) return [];
    if (this.original !== undefined && begins && !(await this.#isHarmless(this.original.size, first)))
      reasons.push('content-added');
    for (const [index, end] of ends.entries()) {
      const next = ends[index + 1];
      if (next !== undefined && !(await this.#isHarmless(end, next))) reasons.push('changed-between-signatures');
    }
    const after = await changesBetween(this.file, newest, this.file.size, this.budget);
    if (after.kind === 'validation-material') reasons.push('validation-material-appended');
    else if (after.kind !== 'nothing') reasons.push('byte-range-not-whole-file');
    return reasons;
  }

  async #isHarmless(from: number, to: number): Promise<boolean> {
    return HARMLESS.has((await changesBetween(this.file, from, to, this.budget)).kind);
  }

  async #checkTimestamps(timestamps: readonly PdfSignature[]): Promise<Stamped[]> {
    const checks: Stamped[] = [];
    for (const timestamp of timestamps) {
      const { time, reasons } = await checkDocumentTimestamp(this.file, timestamp, this.roots);
      checks.push({ end: timestamp.range?.end ?? 0, reasons, ...defined({ time }) });
    }
    return checks;
  }

  async #checkSignatures(
    signatures: readonly PdfSignature[],
    stamped: readonly Stamped[],
  ): Promise<SignatureVerdict[]> {
    const verdicts: SignatureVerdict[] = [];
    for (const signature of signatures) {
      const end = signature.range?.end ?? Infinity;
      const provenBy = stamped.flatMap(({ time, end: over }) => (time !== undefined && over > end ? time : []));
      verdicts.push(await checkSignature(this.file, signature, { roots: this.roots, provenBy, now: this.time }));
    }
    return verdicts;
  }
}

interface Earlier {
  kind: PdfSignature['kind'];
  name: string;
}

/** A document timestamp: the end of the bytes that it covers, and the time that it proves. */
interface Stamped {
  end: number;
  reasons: VerificationReason[];
  time?: Date;
}

/** Reasons that mean that the bytes are not those that were signed. */
const ALTERED = new Set<VerificationReason>([
  'byte-range-malformed',
  'cms-unreadable',
  'digest-mismatch',
  'signature-invalid',
  'timestamp-unreadable',
  'timestamp-invalid',
]);

function countReasons(found: readonly PdfSignature[], added: readonly PdfSignature[]): VerificationReason[] {
  if (added.length > 0) return [];
  return [found.some(({ kind }) => kind === 'signature') ? 'no-new-signature' : 'no-signature'];
}

function hasRange(signature: PdfSignature): signature is Ranged {
  return signature.range !== undefined;
}

/** Identifies a signature by its bytes, so that it is found in a rewritten file. Without readable bytes, the field identifies it. */
async function nameOf(file: FileBytes, { range, field }: PdfSignature): Promise<string> {
  if (range === undefined) return `field ${field}`;
  const { start, end } = range.gap;
  const hash = createHash('sha256');
  for await (const { piece } of file.pieces(start, end)) hash.update(piece);
  return hash.digest('hex');
}

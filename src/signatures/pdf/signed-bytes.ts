import { createHash } from 'node:crypto';
import type { FileBytes } from './file-bytes.js';
import type { SignedRange } from './signatures.js';

/** The bytes that `/Contents` writes in hexadecimal. Undefined if it holds anything else. */
export async function readContents(file: FileBytes, { gap }: SignedRange): Promise<Buffer | undefined> {
  const text = (await file.read(gap.start + 1, gap.end - gap.start - 2)).toString('latin1');
  if (!/^[0-9A-Fa-f\s]*$/.test(text)) return undefined;
  const digits = text.replaceAll(/\s/g, '');
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex');
}

/** Digest of the signed bytes, streamed. `algorithm` as `node:crypto` names it. */
export async function digestOf(file: FileBytes, { gap, end }: SignedRange, algorithm: string): Promise<Buffer> {
  const hash = createHash(algorithm);
  for await (const { piece } of file.pieces(0, gap.start)) hash.update(piece);
  for await (const { piece } of file.pieces(gap.end, end)) hash.update(piece);
  return hash.digest();
}

/** SHA-256 of the first `size` bytes. Undefined if the file is shorter. */
export async function sha256OfFirst(file: FileBytes, size: number): Promise<string | undefined> {
  if (size > file.size) return undefined;
  const hash = createHash('sha256');
  for await (const { piece } of file.pieces(0, size)) hash.update(piece);
  return hash.digest('hex');
}

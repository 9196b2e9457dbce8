import type { FileBytes } from '../pdf/file-bytes.js';
import type { PdfSignature } from '../pdf/signatures.js';

const KEY = Buffer.from('/ByteRange');
const RANGE = /^\/ByteRange\s*\[\s*0\s+(\d{1,15})\s+(\d{1,15})\s+(\d{1,15})\s*\]/;
/** The newest come last. If there are more, the oldest are skipped. */
const MOST = 20;

/**
 * Finds what looks like a signature in a file that cannot be read as a PDF: byte ranges that leave out one text in `<>`.
 * This distinguishes a signed file with foreign bytes from an unsigned file. It is never enough for a file to pass.
 */
export async function roughSignatures(file: FileBytes): Promise<PdfSignature[]> {
  const signatures: PdfSignature[] = [];
  for (const place of await placesOf(file)) {
    const [, before, after, rest] = RANGE.exec((await file.read(place, 128)).toString('latin1')) ?? [];
    const [start, end, last] = [Number(before), Number(after), Number(after) + Number(rest)];
    if (rest === undefined || start >= end || last > file.size) continue;
    const [opening, closing] = [await file.read(start, 1), await file.read(end - 1, 1)];
    if (opening.toString() !== '<' || closing.toString() !== '>') continue;
    const range = { gap: { start, end }, end: last };
    signatures.push({ kind: 'signature', field: '', subFilter: 'ETSI.CAdES.detached', range });
  }
  return signatures;
}

async function placesOf(file: FileBytes): Promise<number[]> {
  const places: number[] = [];
  let tail = Buffer.alloc(0);
  for await (const { position, piece } of file.pieces(0, file.size)) {
    const bytes = Buffer.concat([tail, piece]);
    for (let at = bytes.indexOf(KEY); at >= 0; at = bytes.indexOf(KEY, at + 1))
      places.push(position - tail.length + at);
    if (places.length > MOST) places.splice(0, places.length - MOST);
    tail = Buffer.from(bytes.subarray(-(KEY.length - 1)));
  }
  return places;
}

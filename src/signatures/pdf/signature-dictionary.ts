import { createHash } from 'node:crypto';

import type { FileBytes } from './file-bytes.js';
import { isWhite, isWhole, nameIn, PdfSyntaxError, readPdfValue, type PdfDictionary, type PdfValue } from './syntax.js';

/** What a signature dictionary says (ISO 32000-1, 12.8.1). Positions in the file, bytes. */
export interface PdfSignature {
  kind: 'signature' | 'document-timestamp';
  /** Empty where the dictionary has none. */
  subFilter: string;
  /** `/M`, the time the signer's software states. */
  statedTime?: Date;
  /** The signed bytes: 0 to `gap.start`, and `gap.end` to `end`. The gap is exactly the hexadecimal text of `/Contents`. */
  gap: { start: number; end: number };
  end: number;
}

/** All signature dictionaries of a file, and the digest of its first bytes, from one pass. */
export interface SignatureScan {
  signatures: PdfSignature[];
  /** Signature dictionaries whose `/ByteRange` does not fit their `/Contents`. */
  malformed: number;
  /** SHA-256 of the first `prefix` bytes; absent where the file is shorter. */
  prefixSha256?: string;
}

const KEY = Buffer.from('/ByteRange');
/** Newest last; a file with more has its oldest ones not looked at. */
const MOST_SIGNATURES = 50;
/** So many objects before the words are tried: bounds the work on hostile files. */
const MOST_TRIES = 8;
/** Room for the rest of the dictionary. */
const NEAR = 16 * 1024;
/** A CMS with certificates, revocation lists and timestamp stays far below. Bytes of hexadecimal text. */
const LARGEST_CONTENTS = 4 * 1024 * 1024;

/** Streams through the file once. `prefix` in bytes. */
export async function scanSignatures(file: FileBytes, prefix?: number): Promise<SignatureScan> {
  const hash = createHash('sha256');
  let places: number[] = [];
  let tail = Buffer.alloc(0);
  for await (const { position, piece } of file.pieces(0, file.size)) {
    if (prefix !== undefined && position < prefix) hash.update(piece.subarray(0, prefix - position));
    const seam = Buffer.concat([tail, piece.subarray(0, KEY.length - 1)]);
    places.push(...placesOf(seam).map((place) => position - tail.length + place));
    places.push(...placesOf(piece).map((place) => position + place));
    places = places.slice(-MOST_SIGNATURES);
    tail = Buffer.from(piece.subarray(-(KEY.length - 1)));
  }
  const scan: SignatureScan = { signatures: [], malformed: 0 };
  if (prefix !== undefined && prefix <= file.size) scan.prefixSha256 = hash.digest('hex');
  for (const place of places) {
    const found = await readSignature(file, place);
    if (found === 'malformed') scan.malformed += 1;
    else if (found !== 'no-dictionary') scan.signatures.push(found);
  }
  return scan;
}

function placesOf(bytes: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(KEY); at >= 0; at = bytes.indexOf(KEY, at + 1)) places.push(at);
  return places;
}

/** The words may also stand in a text or an attachment: only a dictionary of an object that holds them counts. */
async function readSignature(file: FileBytes, place: number): Promise<PdfSignature | 'malformed' | 'no-dictionary'> {
  const range = await readRange(file, place);
  const gap = range === undefined ? undefined : { start: range[0] + range[1], end: range[2] };
  const contents =
    gap !== undefined &&
    gap.start < gap.end &&
    gap.end - gap.start <= LARGEST_CONTENTS &&
    Math.abs(gap.start - place) <= LARGEST_CONTENTS + NEAR
      ? gap
      : { start: place, end: place };
  const from = Math.max(0, Math.min(place, contents.start) - NEAR);
  const window = await file.read(from, Math.max(place, contents.end) + NEAR - from);
  const dictionary = dictionaryAround(window, place - from, contents.start - from);
  if (dictionary === undefined) return 'no-dictionary';
  if (range === undefined || gap === undefined || !fits(dictionary, range, gap, from)) return 'malformed';
  const type = nameIn(dictionary, 'Type');
  const subFilter = nameIn(dictionary, 'SubFilter');
  const statedTime = timeAt(dictionary, window);
  return {
    kind: type === 'DocTimeStamp' || subFilter === 'ETSI.RFC3161' ? 'document-timestamp' : 'signature',
    subFilter,
    ...(statedTime === undefined ? {} : { statedTime }),
    gap,
    end: range[2] + range[3],
  };
}

type Range = [number, number, number, number];

async function readRange(file: FileBytes, place: number): Promise<Range | undefined> {
  const value = parsed(await file.read(place + KEY.length, 512), 0);
  if (value?.kind !== 'array') return undefined;
  const [a, b, c, d, ...more] = value.items.map((item) => (isWhole(item) ? item.value : undefined));
  if (a === undefined || b === undefined || c === undefined || d === undefined || more.length > 0) return undefined;
  return [a, b, c, d];
}

/** The dictionary that has its `/ByteRange` at `place`: the nearest `obj` before it and before its contents that leads there. */
function dictionaryAround(window: Buffer, place: number, contents: number): PdfDictionary | undefined {
  let at = Math.min(place, contents);
  for (let tries = 0; tries < MOST_TRIES && at >= 0; tries += 1) {
    at = window.lastIndexOf('obj', at);
    if (at < 0) return undefined;
    const value = parsed(window, at + 3);
    const found = value === undefined ? undefined : holderOf(value, window, place);
    if (found !== undefined) return found;
    at -= 1;
  }
  return undefined;
}

function holderOf(value: PdfValue, window: Buffer, place: number): PdfDictionary | undefined {
  if (place < value.start || place >= value.end) return undefined;
  if (value.kind === 'array') {
    return value.items.map((item) => holderOf(item, window, place)).find((found) => found !== undefined);
  }
  if (value.kind !== 'dictionary') return undefined;
  const own = value.entries.get('ByteRange');
  if (own !== undefined && window.subarray(place + KEY.length, own.start).every(isWhite) && own.start > place)
    return value;
  return [...value.entries.values()]
    .map((entry) => holderOf(entry, window, place))
    .find((found) => found !== undefined);
}

/** Starts at the beginning of the file, and leaves out nothing but `/Contents`. */
function fits(dictionary: PdfDictionary, range: Range, gap: { start: number; end: number }, from: number): boolean {
  const contents = dictionary.entries.get('Contents');
  return (
    !dictionary.repeatedKeys &&
    range[0] === 0 &&
    contents?.kind === 'text' &&
    contents.hexadecimal &&
    contents.start + from === gap.start &&
    contents.end + from === gap.end
  );
}

/** `(D:20260102030405+01'00')` (ISO 32000-1, 7.9.4). */
function timeAt(dictionary: PdfDictionary, window: Buffer): Date | undefined {
  const value = dictionary.entries.get('M');
  if (value?.kind !== 'text' || value.hexadecimal) return undefined;
  const text = window.toString('latin1', value.start + 1, value.end - 1);
  const parts = /^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z|([+-]\d\d)'?(\d\d)?'?)?/.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, zoneHour, zoneMinute] = parts;
  const zone = zoneHour === undefined ? 'Z' : `${zoneHour}:${zoneMinute ?? '00'}`;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function parsed(bytes: Buffer, offset: number): PdfValue | undefined {
  try {
    return readPdfValue(bytes, offset);
  } catch (error) {
    if (error instanceof PdfSyntaxError) return undefined;
    throw error;
  }
}

/** The bytes that `/Contents` writes in hexadecimal; undefined where it holds anything else. */
export async function readContents(file: FileBytes, signature: PdfSignature): Promise<Buffer | undefined> {
  const { start, end } = signature.gap;
  const text = (await file.read(start + 1, end - start - 2)).toString('latin1');
  if (!/^[0-9A-Fa-f\s]*$/.test(text)) return undefined;
  const digits = text.replaceAll(/\s/g, '');
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex');
}

/** Digest of the signed bytes, streamed. `algorithm` as `node:crypto` names it. */
export async function digestOf(file: FileBytes, signature: PdfSignature, algorithm: string): Promise<Buffer> {
  const hash = createHash(algorithm);
  for await (const { piece } of file.pieces(0, signature.gap.start)) hash.update(piece);
  for await (const { piece } of file.pieces(signature.gap.end, signature.end)) hash.update(piece);
  return hash.digest();
}

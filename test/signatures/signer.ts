import { createHash } from 'node:crypto';

import { PDFDict, PDFDocument, PDFName, PDFRef, type PDFObject } from '@cantoo/pdf-lib';

import { makeCms, makeTimestamp, type CmsOrder, type TimestampOrder } from './cms-maker.js';

/** How to sign a PDF. */
export interface SignOrder extends CmsOrder {
  subFilter?: string;
  /** `/M` of the signature dictionary. */
  statedTime?: Date;
  /** Bytes reserved for the CMS. */
  room?: number;
  /** Replaces the CMS. */
  cms?: Buffer;
}

/** The placeholder is as wide as any byte range, so that filling it in moves nothing. */
const RANGE = '[0 0000000000 0000000000 0000000000]';

/**
 * Signs with an incremental update that is written by hand. pdf-lib only reads the catalog and the first page. The contents come before
 * the byte range. So nothing is shared with the way in which the sandbox signs.
 */
export async function signPdf(original: Buffer, order: SignOrder): Promise<Buffer> {
  const dictionary =
    `/Type /Sig /Filter /Adobe.PPKLite /SubFilter /${order.subFilter ?? 'ETSI.CAdES.detached'} ` +
    `/M (${pdfTime(order.statedTime ?? new Date())})`;
  return filledIn(original, { dictionary, room: order.room ?? 12_000 }, order.digest ?? 'sha256', (digest) =>
    Promise.resolve(order.cms ?? makeCms(digest, order)),
  );
}

/** Signs with the result that another program makes from the signed bytes. */
export async function signPdfWith(
  original: Buffer,
  { subFilter }: { subFilter: string },
  cmsOf: (content: Buffer) => Promise<Buffer>,
): Promise<Buffer> {
  const dictionary = `/Type /Sig /Filter /Adobe.PPKLite /SubFilter /${subFilter} /M (${pdfTime(new Date())})`;
  return filledIn(original, { dictionary, room: 12_000 }, 'sha256', (_, content) => cmsOf(content));
}

/** How a document timestamp comes together with something that does not belong there. */
export interface DocumentTimestampOrder extends TimestampOrder {
  /** Changes the timestamp's dictionary. */
  dictionary?: string;
  /** Changes each written object. `/FT` identifies the field, and `/Type` the page and the catalog. */
  alter?: ((text: string) => string) | undefined;
  /** What is stamped instead of the document. */
  over?: Buffer;
}

/** Appends a document timestamp like PAdES-LTA, or something similar. */
export async function withDocumentTimestamp(signed: Buffer, order: DocumentTimestampOrder): Promise<Buffer> {
  const dictionary = order.dictionary ?? '/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161';
  return filledIn(signed, { dictionary, room: 8_000, alter: order.alter }, 'sha256', (digest) =>
    Promise.resolve(
      makeTimestamp(order.over === undefined ? digest : createHash('sha256').update(order.over).digest(), order),
    ),
  );
}

/** The update with space for the contents, filled with what is made from the digest of everything else. */
async function filledIn(
  original: Buffer,
  { dictionary, room, alter }: { dictionary: string; room: number; alter?: DocumentTimestampOrder['alter'] },
  algorithm: string,
  contentsOf: (digest: Buffer, content: Buffer) => Promise<Buffer>,
): Promise<Buffer> {
  const empty = `<${'0'.repeat(room * 2)}>`;
  const value = `<< ${dictionary} /Contents ${empty} /ByteRange ${RANGE} >>`;
  const signed = await withUpdate(original, (next) => [[next, value]], alter);
  const start = signed.indexOf(empty, original.length);
  const end = start + empty.length;
  const range = [start, end, signed.length - end].map((number) => String(number).padStart(10, '0'));
  signed.write(`[0 ${range.join(' ')}]`, signed.indexOf(RANGE, original.length), 'latin1');
  const content = Buffer.concat([signed.subarray(0, start), signed.subarray(end)]);
  const contents = await contentsOf(createHash(algorithm).update(content).digest(), content);
  if (contents.length > room) throw new Error('no room for the contents');
  signed.write(contents.toString('hex'), start + 1, 'latin1');
  return signed;
}

/** Appends a revision that changes the page after it was signed. */
export async function withAppendedRevision(signed: Buffer): Promise<Buffer> {
  const document = await PDFDocument.load(signed, { updateMetadata: false });
  const page = document.getPage(0);
  const next = document.context.largestObjectNumber + 1;
  const drawing = '0 0 300 300 re f';
  return writeRevision(
    signed,
    document,
    [
      [next, streamOf(Buffer.from(drawing))],
      [page.ref.objectNumber, dictionaryWith(page.node, 'Contents', `${next} 0 R`)],
    ],
    document.context.trailerInfo.Root,
  );
}

/** What is wrong in an update that only looks like validation material. */
export interface StoreOrder {
  /** Objects in addition to the store. `page` and `next` are object numbers. */
  more?: (page: number, next: number) => [number, string][];
  /** The content of the store's only stream, instead of a certificate. */
  certificate?: Buffer;
  /** The store's dictionary, given the number of its only stream. */
  store?: (stream: number) => string;
  /** Also changes something in the catalog. */
  catalog?: { key: string; value: string };
  /** Changes the bytes of the whole file in place, as the last part of the update. */
  last?: (file: Buffer) => void;
}

/** Appends a document security store like PAdES-LT, or something similar. */
export async function withStore(signed: Buffer, certificate: Buffer, order: StoreOrder = {}): Promise<Buffer> {
  const document = await PDFDocument.load(signed, { updateMetadata: false });
  const { context, catalog } = document;
  const root = context.trailerInfo.Root;
  if (!(root instanceof PDFRef)) throw new Error('no root');
  const next = context.largestObjectNumber + 1;
  const page = document.getPage(0).ref.objectNumber;
  const store =
    order.store ?? ((number) => `/Certs [${number} 0 R] /VRI << /${'AB'.repeat(20)} << /Cert [${number} 0 R] >> >>`);
  const before = catalog.clone();
  if (order.catalog !== undefined) before.set(PDFName.of(order.catalog.key), PDFName.of(order.catalog.value));
  const file = writeRevision(
    signed,
    document,
    [
      [next, streamOf(order.certificate ?? certificate)],
      [next + 1, `<< /Type /DSS ${store(next)} >>`],
      [root.objectNumber, dictionaryWith(before, 'DSS', `${next + 1} 0 R`)],
      ...(order.more?.(page, next + 2) ?? []),
    ],
    root,
  );
  order.last?.(file);
  return file;
}

/** An object that is a stream of these bytes. */
export function streamOf(bytes: Buffer): string {
  return `<< /Length ${bytes.length} >>\nstream\n${bytes.toString('latin1')}\nendstream`;
}

/** The new objects, with the signature field, widget, page and catalog that lead to them. */
async function withUpdate(
  original: Buffer,
  signature: (number: number) => [number, string][],
  alter?: (text: string) => string,
): Promise<Buffer> {
  const document = await PDFDocument.load(original, { updateMetadata: false });
  const { context, catalog } = document;
  const next = context.largestObjectNumber + 1;
  const page = document.getPage(0);
  const widget = next + 1;
  const fields = referencesIn(
    catalog.lookupMaybe(PDFName.of('AcroForm'), PDFDict)?.get(PDFName.of('Fields')),
    document,
  );
  const annotations = referencesIn(page.node.get(PDFName.of('Annots')), document);
  const rootReference = context.trailerInfo.Root;
  if (!(rootReference instanceof PDFRef)) throw new Error('no root');
  const objects: [number, string][] = [
    ...signature(next),
    [
      widget,
      `<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature ${widget}) /V ${next} 0 R /Rect [0 0 0 0] /F 132 /P ${page.ref.toString()} >>`,
    ],
    [page.ref.objectNumber, dictionaryWith(page.node, 'Annots', `[${[...annotations, `${widget} 0 R`].join(' ')}]`)],
    [
      rootReference.objectNumber,
      dictionaryWith(catalog, 'AcroForm', `<< /SigFlags 3 /Fields [${[...fields, `${widget} 0 R`].join(' ')}] >>`),
    ],
  ];
  const altered = objects.map(([number, text]): [number, string] => [number, alter?.(text) ?? text]);
  if (alter && altered.every(([, text], index) => text === objects[index]?.[1])) throw new Error('nothing was altered');
  return writeRevision(original, document, altered, rootReference);
}

function referencesIn(array: PDFObject | undefined, document: PDFDocument): string[] {
  return [
    ...(document.context
      .lookup(array)
      ?.toString()
      .match(/\d+ \d+ R/g) ?? []),
  ];
}

function dictionaryWith(dictionary: PDFDict, key: string, value: string): string {
  const kept = dictionary.entries().filter(([name]) => name !== PDFName.of(key));
  return `<< ${kept.map(([name, entry]) => `${name.toString()} ${entry.toString()}`).join(' ')} /${key} ${value} >>`;
}

/** With a cross-reference of the file's kind: a table, or an uncompressed stream. */
function writeRevision(
  original: Buffer,
  document: PDFDocument,
  objects: [number, string][],
  root: PDFObject | undefined,
): Buffer {
  const previous = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(original.subarray(-64).toString('latin1'))?.[1]);
  const isTable = original.subarray(previous, previous + 4).toString('latin1') === 'xref';
  const parts = [Buffer.from('\n')];
  let length = original.length + 1;
  const offsets: [number, number][] = [];
  // Object numbers increase in a cross-reference section.
  for (const [number, text] of objects.toSorted(([one], [other]) => one - other)) {
    offsets.push([number, length]);
    const part = Buffer.from(`${number} 0 obj\n${text}\nendobj\n`, 'latin1');
    parts.push(part);
    length += part.length;
  }
  const own = Math.max(document.context.largestObjectNumber, ...objects.map(([number]) => number)) + 1;
  const common = `/Root ${root?.toString()} /Prev ${previous}`;
  if (isTable) {
    const entries = offsets.map(([number, offset]) => `${number} 1\n${String(offset).padStart(10, '0')} 00000 n \n`);
    parts.push(Buffer.from(`xref\n${entries.join('')}trailer\n<< /Size ${own} ${common} >>\n`));
  } else {
    offsets.push([own, length]);
    const rows = Buffer.concat(offsets.map(([, offset]) => row(offset)));
    const index = offsets.map(([number]) => `${number} 1`).join(' ');
    parts.push(
      Buffer.from(
        `${own} 0 obj\n<< /Type /XRef /W [1 4 2] /Index [${index}] /Size ${own + 1} /Length ${rows.length} ${common} >>\nstream\n`,
      ),
      rows,
      Buffer.from('\nendstream\nendobj\n'),
    );
  }
  parts.push(Buffer.from(`startxref\n${length}\n%%EOF\n`));
  return Buffer.concat([original, ...parts]);
}

function row(offset: number): Buffer {
  const bytes = Buffer.alloc(7);
  bytes.writeUInt8(1, 0);
  bytes.writeUInt32BE(offset, 1);
  return bytes;
}

function pdfTime(time: Date): string {
  return `D:${time.toISOString().replaceAll(/[-:T]|\.\d+Z/g, '')}Z`;
}

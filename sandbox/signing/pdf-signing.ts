import { createHash } from 'node:crypto';
import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFNumber,
  PDFString,
  type PDFObject,
  type PDFPage,
  type PDFRef,
} from '@cantoo/pdf-lib';
import type { SingleUseCertificate } from './certificates.js';
import { signDetached } from './cms.js';
import { makeTimestamp } from './timestamps.js';

/** Bytes reserved for the signature. A CMS with a chain of three RSA certificates needs about 4 KB, and its timestamp the same. */
const SIGNATURE_ROOM = 16_384;
/** A placeholder for the numbers of the byte range, as wide as three ten-digit numbers. */
const RANGE_PLACEHOLDER = 9_999_999_999;

/** How the signed file is made: appended to the uploaded bytes, or written anew by a library, as some providers do. */
export type FileForm = 'appended' | 'rewritten';

/** A visible signature field. The page counts from 0. The rectangle is in points from the bottom left (§4.9). */
export interface VisibleField {
  page: number;
  rectangle: [number, number, number, number];
  lines: string[];
}

/** How a PDF is signed. */
export interface SigningOrder {
  form: FileForm;
  at: Date;
  visible?: VisibleField | undefined;
  /** Makes the timestamp (PAdES baseline B-T). Without it there is none (B-B). */
  timestamps?: SingleUseCertificate | undefined;
  /** Removes existing signatures, like `usepdfclean` of V1 (§10). */
  stripEarlier?: boolean;
}

/**
 * Signs a PDF (ETSI.CAdES.detached).
 * @throws Error if the PDF cannot be read, or if the page of a visible field does not exist
 */
export async function signPdf(
  original: Uint8Array,
  signer: SingleUseCertificate,
  how: SigningOrder,
): Promise<Uint8Array> {
  const document = await PDFDocument.load(original, { updateMetadata: false });
  const snapshot = document.takeSnapshot();
  if (how.stripEarlier === true) emptySignatureFields(document).forEach((field) => snapshot.markObjForSave(field));
  const changed = addSignatureField(document, how);
  changed.forEach((object) => snapshot.markObjForSave(object));
  if (how.form === 'rewritten') {
    return seal(await document.save({ useObjectStreams: false, addDefaultPage: false }), 0, signer, how);
  }
  const last = lastCrossReference(original);
  snapshot.prevStartXRef = last.offset;
  const increment = await document.saveIncremental(snapshot, { useObjectStreams: last.isStream });
  const whole = new Uint8Array(original.byteLength + increment.byteLength);
  whole.set(original);
  whole.set(increment, original.byteLength);
  return seal(whole, original.byteLength, signer, how);
}

/** Adds the signature dictionary, its field and widget. Returns the changed objects of the document. */
function addSignatureField(document: PDFDocument, how: { at: Date; visible?: VisibleField | undefined }): PDFObject[] {
  const { context, catalog } = document;
  const page = pageOf(document, how.visible?.page ?? 0);
  const range = [0, RANGE_PLACEHOLDER, RANGE_PLACEHOLDER, RANGE_PLACEHOLDER].map((each) => PDFNumber.of(each));
  const signature = context.obj({
    Type: 'Sig',
    Filter: 'Adobe.PPKLite',
    SubFilter: 'ETSI.CAdES.detached',
    M: PDFString.fromDate(how.at),
    Contents: PDFHexString.of('0'.repeat(SIGNATURE_ROOM * 2)),
  });
  signature.set(PDFName.of('ByteRange'), context.obj(range));

  const form = catalog.lookupMaybe(PDFName.of('AcroForm'), PDFDict) ?? context.obj({});
  const fields = form.lookupMaybe(PDFName.of('Fields'), PDFArray) ?? context.obj([]);
  const widget = context.obj({
    Type: 'Annot',
    Subtype: 'Widget',
    FT: 'Sig',
    T: PDFString.of(`Signature${fields.size() + 1}-${Date.now().toString(36)}`),
    V: context.register(signature),
    Rect: how.visible?.rectangle ?? [0, 0, 0, 0],
    F: 132, // print, locked
    P: page.ref,
  });
  if (how.visible !== undefined) {
    widget.set(PDFName.of('AP'), context.obj({ N: appearance(document, how.visible) }));
  }
  const widgetRef = context.register(widget);

  fields.push(widgetRef);
  form.set(PDFName.of('Fields'), context.getRef(fields) ?? fields);
  form.set(PDFName.of('SigFlags'), PDFNumber.of(3)); // signatures exist, append only
  if (context.getRef(form) === undefined) catalog.set(PDFName.of('AcroForm'), context.register(form));
  const annotations = page.node.lookupMaybe(PDFName.of('Annots'), PDFArray) ?? context.obj([]);
  annotations.push(widgetRef);
  page.node.set(PDFName.of('Annots'), context.getRef(annotations) ?? annotations);
  return [catalog, form, fields, page.node, annotations];
}

/** Returns the fields that lost their signature. */
function emptySignatureFields({ catalog, context }: PDFDocument): PDFDict[] {
  const fields = catalog.lookupMaybe(PDFName.of('AcroForm'), PDFDict)?.lookupMaybe(PDFName.of('Fields'), PDFArray);
  const signed = (fields?.asArray() ?? [])
    .map((field) => context.lookup(field))
    .filter((field) => field instanceof PDFDict)
    .filter((field) => field.get(PDFName.of('FT')) === PDFName.of('Sig') && field.has(PDFName.of('V')));
  signed.forEach((field) => field.delete(PDFName.of('V')));
  return signed;
}

function pageOf(document: PDFDocument, index: number): PDFPage {
  const page = document.getPages()[index];
  if (page === undefined) throw new Error(`The document has no page ${index}`);
  return page;
}

/** Plain lines of Helvetica in a box, as large as possible. */
function appearance(document: PDFDocument, visible: VisibleField): PDFRef {
  const { context } = document;
  const [left, bottom, right, top] = visible.rectangle;
  const height = top - bottom;
  const size = Math.min(12, height / (visible.lines.length * 1.2 + 0.5));
  const text = visible.lines.map((line) => `<${Buffer.from(line, 'latin1').toString('hex')}> Tj T*`);
  const font = context.register(
    context.obj({ Type: 'Font', Subtype: 'Type1', BaseFont: 'Helvetica', Encoding: 'WinAnsiEncoding' }),
  );
  const stream = context.stream(
    [
      `BT /F1 ${size.toFixed(2)} Tf ${(size * 1.2).toFixed(2)} TL 2 ${(height - size * 1.1).toFixed(2)} Td`,
      ...text,
      'ET',
    ].join('\n'),
    { Type: 'XObject', Subtype: 'Form', BBox: [0, 0, right - left, height], Resources: { Font: { F1: font } } },
  );
  return context.register(stream);
}

/** Position and kind of the newest cross-reference. An update must have the same kind. */
function lastCrossReference(pdf: Uint8Array): { offset: number; isStream: boolean } {
  const bytes = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
  const at = bytes.lastIndexOf('startxref');
  const offset = Number(/^startxref\s+(\d+)/.exec(bytes.subarray(at, at + 40).toString('latin1'))?.[1]);
  if (at < 0 || !Number.isSafeInteger(offset)) throw new Error('The document has no startxref');
  return { offset, isStream: !/^\s*xref/.test(bytes.subarray(offset, offset + 10).toString('latin1')) };
}

/** Fills in byte range and signature. Our part of the file begins at `from`. */
async function seal(
  pdf: Uint8Array,
  from: number,
  signer: SingleUseCertificate,
  { at, timestamps }: SigningOrder,
): Promise<Uint8Array> {
  const bytes = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
  const start = bytes.indexOf(`<${'0'.repeat(64)}`, from);
  const end = start + SIGNATURE_ROOM * 2 + 2;
  const placeholder = `[ 0 ${RANGE_PLACEHOLDER} ${RANGE_PLACEHOLDER} ${RANGE_PLACEHOLDER} ]`;
  const rangeAt = bytes.indexOf(placeholder, from);
  if (start < 0 || rangeAt < 0) throw new Error('The place for the signature was not found in the saved document');
  bytes.write(`[ 0 ${start} ${end} ${bytes.length - end} ]`.padEnd(placeholder.length), rangeAt, 'latin1');

  const digest = createHash('sha256').update(bytes.subarray(0, start)).update(bytes.subarray(end)).digest();
  const stamp = timestamps === undefined ? undefined : (value: Uint8Array) => makeTimestamp(value, at, timestamps);
  const signature = await signDetached(digest, signer, stamp);
  if (signature.byteLength > SIGNATURE_ROOM) throw new Error('The signature does not fit into its place');
  bytes.write(Buffer.from(signature).toString('hex'), start + 1, 'latin1');
  return bytes;
}

/** The algorithm as the certificate names it, for the certificate list of a request. */
export function algorithmOf(signer: SingleUseCertificate): string {
  return signer.kind === 'rsa' ? 'sha256WithRSAEncryption' : 'ecdsa-with-SHA256';
}

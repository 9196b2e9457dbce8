import { PdfWriter } from './pdf-writer.js';

/** A rich document before signing: two pages, a font, a field, a stamp, actions, names, labels, layers, an attachment. */
export const OBJECTS: Readonly<Record<number, string>> = {
  1: catalogWith(''),
  2: '<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 200 200] >>',
  3: '<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Annots [8 0 R 9 0 R] /Resources << /Font << /F1 10 0 R >> >> >>',
  4: '<< /Type /Page /Parent 2 0 R /Contents [6 0 R] /Annots 26 0 R /Resources << >> >>',
  7: '<< /Fields [8 0 R 24 0 R 27 0 R] /SigFlags 3 /DA (/F1 9 Tf) /DR << /Font << /F1 10 0 R >> >> >>',
  8: '<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (100) /Rect [9 9 99 29] /P 3 0 R /AP << /N 19 0 R >> >>',
  9: '<< /Type /Annot /Subtype /Stamp /Contents (Seen) /Rect [0 0 50 50] /AP << /N 20 0 R >> >>',
  10: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  11: '<< /S /URI /URI (https://agreement.example) >>',
  12: '<< /Names [(annex) 21 0 R] >>',
  13: '<< /Names [(start) << /S /JavaScript /JS (app.beep(0)) >>] >>',
  14: '<< /Nums [0 << /S /D >>] >>',
  15: '<< /Type /Outlines /Count 0 >>',
  16: '<< /OCGs [22 0 R] /D << /ON [22 0 R] >> >>',
  17: '<< /Title (Agreement) /Producer (Writer) >>',
  21: '<< /Type /Filespec /F (annex.txt) /EF << /F 23 0 R >> >>',
  22: '<< /Type /OCG /Name (Draft) >>',
  24: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (signer) /V 25 0 R /Rect [0 0 0 0] /F 132 /P 3 0 R >>',
  26: '[9 0 R]',
  27: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (witness) /Rect [0 0 90 30] /F 132 /P 4 0 R >>',
};
/** Signed, so it is never in an object stream. */
const SIGNATURE =
  '<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /Contents <3000> /ByteRange [0 1 2 3] >>';
export const STREAMS: Readonly<Record<number, [dictionary: string, content: string]>> = {
  5: ['', 'BT /F1 12 Tf (One hundred) Tj ET'],
  6: ['', '0 0 m 9 9 l S'],
  18: ['/Type /Metadata /Subtype /XML', xmp('Agreement')],
  19: ['/Type /XObject /Subtype /Form /BBox [0 0 90 20]', 'BT /F1 9 Tf (100) Tj ET'],
  20: ['/Type /XObject /Subtype /Form /BBox [0 0 50 50]', '0 0 50 50 re S'],
  23: ['/Type /EmbeddedFile', 'The annex'],
};
export const TRAILER = '/Root 1 0 R /Info 17 0 R';
/** The first free number in both layouts. */
export const NEXT = 50;

export function catalogWith(more: string): string {
  return (
    '<< /Type /Catalog /Pages 2 0 R /AcroForm 7 0 R /OpenAction 11 0 R /Names << /EmbeddedFiles 12 0 R /JavaScript 13 0 R >> ' +
    `/PageLabels 14 0 R /Outlines 15 0 R /OCProperties 16 0 R /Metadata 18 0 R /PageMode /UseNone ${more} >>`
  );
}

export function xmp(title: string): string {
  const rdf = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="${title}"/></rdf:RDF>`;
  const begin = '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>';
  return `${begin}<x:xmpmeta xmlns:x="adobe:ns:meta/">${rdf}</x:xmpmeta><?xpacket end="w"?>`;
}

/** Two ways to write a document: separate objects with a table, or object streams with a cross-reference stream. */
export const LAYOUTS = {
  plain: (other: Record<number, string> = {}) => {
    const writer = streamsIn(new PdfWriter());
    for (const [number, text] of Object.entries({ ...OBJECTS, ...other })) writer.object(Number(number), text);
    return writer.table(TRAILER);
  },
  compressed: (other: Record<number, string> = {}) =>
    streamsIn(new PdfWriter())
      .objectStream(40, { ...OBJECTS, ...other })
      .crossReference(41, TRAILER),
} as const;
export type Layout = keyof typeof LAYOUTS;

function streamsIn(writer: PdfWriter): PdfWriter {
  for (const [number, [dictionary, content]] of Object.entries(STREAMS))
    writer.stream(Number(number), dictionary, content);
  return writer.object(25, SIGNATURE);
}

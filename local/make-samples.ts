/** Makes the PDFs in samples/, the same bytes every time: `node dist/local/make-samples.js [directory]`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PDFDocument, rgb, StandardFonts, type PDFFont, type PDFPage } from '@cantoo/pdf-lib';

const A4: [number, number] = [595.28, 841.89];
const LEFT = 72;
const WIDTH = A4[0] - 2 * LEFT;
const MADE = new Date('2026-01-01T00:00:00Z');
const INK = rgb(0.1, 0.1, 0.12);
const PALE = rgb(0.45, 0.45, 0.5);

interface Sample {
  file: string;
  title: string;
  subtitle: string;
  paragraphs: readonly [heading: string, text: string][];
  footer: string;
  /** Object streams and a cross-reference stream (PDF 1.5) instead of a cross-reference table. */
  objectStreams: boolean;
}

const SAMPLES: readonly Sample[] = [
  {
    file: 'agreement.pdf',
    title: 'Service Agreement',
    subtitle: 'Sample document, without any legal effect',
    paragraphs: [
      [
        'Parties',
        'Between Example Orchard Ltd, a made-up company of 1 Sample Street, Exampletown ("the Company"), and the person who signs below ("the Client").',
      ],
      [
        '1. Subject',
        'The Company delivers one basket of apples on the first working day of every month. The Client takes the baskets and pays for them.',
      ],
      ['2. Price', 'Each basket costs 20.00 euros, taxes included, payable within thirty days of delivery.'],
      [
        '3. Duration',
        'This agreement holds for twelve months from the day of the last signature. Either party may end it in writing with one month of notice.',
      ],
      [
        '4. Annex',
        'The delivery conditions are in the annex, which is signed together with this agreement and is a part of it.',
      ],
      [
        '5. Signature',
        'Signed electronically by the Client. The time of signing is the one that the signature carries.',
      ],
    ],
    footer: 'SAMPLE - Example Orchard Ltd does not exist - page 1 of 1',
    objectStreams: false,
  },
  {
    file: 'annex.pdf',
    title: 'Annex: Delivery Conditions',
    subtitle: 'Sample document, without any legal effect',
    paragraphs: [
      ['Where', 'Baskets are left at the door of the address that the Client names, between 8:00 and 12:00.'],
      ['Quality', 'Apples that arrive bruised are replaced with the next delivery, without cost.'],
      ['Changes', 'Changes of the address take effect with the delivery after next.'],
    ],
    footer: 'SAMPLE - annex to the Service Agreement - page 1 of 1',
    objectStreams: true,
  },
];

async function pdfOf(sample: Sample): Promise<Uint8Array> {
  const document = await PDFDocument.create({ updateMetadata: false });
  document.setTitle(sample.title);
  document.setProducer('videoid-worker samples');
  document.setCreationDate(MADE);
  document.setModificationDate(MADE);
  const page = document.addPage(A4);
  const bold = await document.embedFont(StandardFonts.HelveticaBold);
  const plain = await document.embedFont(StandardFonts.Helvetica);
  page.drawText(sample.title, { x: LEFT, y: 752, size: 24, font: bold, color: INK });
  page.drawText(sample.subtitle, { x: LEFT, y: 730, size: 11, font: plain, color: PALE });
  page.drawLine({ start: { x: LEFT, y: 716 }, end: { x: LEFT + WIDTH, y: 716 }, thickness: 1, color: PALE });
  let y = 688;
  for (const [heading, text] of sample.paragraphs) {
    page.drawText(heading, { x: LEFT, y, size: 12, font: bold, color: INK });
    y = drawLines(page, plain, text, y - 18) - 14;
  }
  page.drawText(sample.footer, { x: LEFT, y: 48, size: 9, font: plain, color: PALE });
  return document.save({ useObjectStreams: sample.objectStreams, updateFieldAppearances: false });
}

/** Draws wrapped text downwards and returns where the next line would be. */
function drawLines(page: PDFPage, font: PDFFont, text: string, top: number): number {
  const size = 11;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && font.widthOfTextAtSize(longer, size) <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  lines.forEach((line, index) => page.drawText(line, { x: LEFT, y: top - index * 15, size, font, color: INK }));
  return top - lines.length * 15;
}

const directory = process.argv[2] ?? 'samples';
await mkdir(directory, { recursive: true });
for (const sample of SAMPLES) await writeFile(join(directory, sample.file), await pdfOf(sample));

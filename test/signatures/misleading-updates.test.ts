import { createHash } from 'node:crypto';

import { PDFArray, PDFDocument, PDFName, PDFRef } from '@cantoo/pdf-lib';

import { makeIdentity } from './authority.js';
import { makeTimestamp } from './cms-maker.js';
import { makeOcspResponse, makeRevocationList } from './revocation-maker.js';
import { withDocumentTimestamp, withStore, type StoreOrder } from './signer.js';
import { Workbench } from './workbench.js';

let at: Workbench;
let agreement: Buffer;
let annex: Buffer;
beforeAll(async () => {
  at = await Workbench.open();
  ({ agreement, annex } = at);
});
afterAll(() => at.close());

const HARMLESS = ['validation-material-appended'];
const HARMFUL = ['byte-range-not-whole-file'];
const UNREADABLE = ['pdf-unreadable', ...HARMFUL];

async function reasonsFor(file: Buffer, original: Buffer): Promise<string[]> {
  return (await at.verify(file, original)).reasons;
}

const withMaterial = async (original: Buffer, order?: StoreOrder) =>
  withStore(await at.sign(original), at.authority.root.certificate.raw, order);

/** The same bytes, except that one text is replaced by another of the same length. */
function changed(file: Buffer, what: string, by: string): Buffer {
  const copy = Buffer.from(file);
  const place = copy.lastIndexOf(what);
  if (place < 0 || what.length !== by.length) throw new Error(`no ${what} to replace`);
  copy.write(by, place, 'latin1');
  return copy;
}

/** A complete other document in one line of comment. `place` is the position of the line. */
async function otherDocument(file: Buffer, place: number): Promise<string> {
  const { catalog } = await PDFDocument.load(file, { updateMetadata: false });
  const previous = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(file.toString('latin1'))?.[1];
  const offsets: string[] = [];
  let line = '% ';
  for (const object of [
    `900 0 obj ${catalog
      .toString()
      .replaceAll(/\s+/g, ' ')
      .replace(/\/Pages \d+ 0 R/, '/Pages 901 0 R')} endobj `,
    '901 0 obj << /Type /Pages /Kids [902 0 R] /Count 1 >> endobj ',
    '902 0 obj << /Type /Page /Parent 901 0 R /MediaBox [0 0 600 300] >> endobj ',
  ]) {
    offsets.push(`${String(place + line.length).padStart(10, '0')} 00000 n `);
    line += object;
  }
  const start = place + line.length;
  const trailer = `trailer << /Size 903 /Root 900 0 R /Prev ${previous} >>`;
  return `${line}xref 900 3 ${offsets.join('')}${trailer} startxref ${start} %%EOF\n`;
}

describe('an update that shows another document than the signed one fails', () => {
  test('in a comment at its end', async () => {
    for (const original of [agreement, annex]) {
      const file = await withMaterial(original);
      expect(await reasonsFor(file, original)).toEqual(HARMLESS);
      const line = await otherDocument(file, file.length);
      expect(await reasonsFor(Buffer.concat([file, Buffer.from(line)]), original)).toEqual(UNREADABLE);
    }
  });

  test('in the name of a certificate, where readers find the last start', async () => {
    const misleading = await makeIdentity({ name: 'startxref 7 %%EOF' });
    const order = { certificate: misleading.certificate.raw };
    expect(await reasonsFor(await withMaterial(agreement, order), agreement)).toEqual(HARMFUL);
  });

  test('after many blanks, where readers do not find its end', async () => {
    const file = await withMaterial(agreement);
    expect(await reasonsFor(Buffer.concat([file, Buffer.alloc(2000, ' ')]), agreement)).toEqual(UNREADABLE);
  });

  test('in an object that the signed pages refer to and did not have', async () => {
    for (const original of [await referringOn(agreement), await referringOn(annex)]) {
      expect(await reasonsFor(await at.sign(original), original)).toEqual(['content-added']);
      expect(await reasonsFor(await withMaterial(original), original)).toEqual(['content-added', ...HARMFUL]);
    }
  });

  test('in a cross-reference stream that takes the place of what is shown', async () => {
    const file = await withMaterial(annex);
    const number = /(\d+) 0 obj\n<< \/Type \/XRef/.exec(
      file.subarray(annex.length).toString('latin1').split('%%EOF')[1] ?? '',
    )?.[1];
    const renamed = changed(
      changed(file, `${number} 0 obj\n<< /Type /XRef`, '07 0 obj\n<< /Type /XRef'),
      ` ${number} 1]`,
      ' 07 1]',
    );
    expect(await reasonsFor(renamed, annex)).toEqual(HARMFUL);
  });

  test('by a size that hides what was signed', async () => {
    for (const original of [agreement, annex]) {
      const file = await withMaterial(original);
      const size = /\/Size \d+/.exec(file.subarray(file.lastIndexOf('/Size ')).toString('latin1'))?.[0] ?? '';
      expect(await reasonsFor(changed(file, size, '/Size 4'.padEnd(size.length)), original)).toEqual(HARMFUL);
    }
  });

  test('before a header that is not at the beginning', async () => {
    const original = Buffer.concat([Buffer.from('%\n'), agreement]);
    expect(await reasonsFor(await withMaterial(original), original)).toEqual(UNREADABLE);
  });
});

/** A document with a page whose contents do not exist. They have the numbers that the next revisions will use. */
async function referringOn(original: Buffer): Promise<Buffer> {
  const document = await PDFDocument.load(original, { updateMetadata: false });
  const { context } = document;
  const page = document.getPage(0).node;
  const contents = page.lookup(PDFName.of('Contents'), PDFArray);
  for (let more = 1; more < 10; more += 1) contents.push(PDFRef.of(context.largestObjectNumber + more));
  return Buffer.from(await document.save({ useObjectStreams: original === annex }));
}

const SIGNATURE = 'AB'.repeat(20);
/** The parts of a store: its name, one of its kind, and the entries that lead to its stream. */
const KEPT: [string, () => Buffer, (stream: string) => string][] = [
  [
    'certificates',
    () => at.authority.intermediate.certificate.raw,
    (stream) => `/Certs [${stream}] /VRI << /${SIGNATURE} << /Cert [${stream}] >> >>`,
  ],
  [
    'revocation lists',
    () => makeRevocationList(at.authority.intermediate),
    (stream) => `/CRLs [${stream}] /VRI << /${SIGNATURE} << /CRL [${stream}] >> >>`,
  ],
  [
    'OCSP answers',
    () => makeOcspResponse(at.authority.intermediate, at.authority.rsa),
    (stream) => `/OCSPs [${stream}] /VRI << /${SIGNATURE} << /OCSP [${stream}] >> >>`,
  ],
  [
    'a timestamp of itself',
    () =>
      makeTimestamp(createHash('sha256').digest(), { authority: at.authority.timestamps, chain: [], at: new Date() }),
    (stream) => `/VRI << /${SIGNATURE} << /TS ${stream} >> >>`,
  ],
];

function storing(bytes: Buffer, entries: (stream: string) => string): Promise<Buffer> {
  return withMaterial(agreement, { certificate: bytes, store: (number) => entries(`${number} 0 R`) });
}

describe('what a document security store keeps', () => {
  test.each(KEPT)('is %s, and nothing else in their place', async (name, make, entries) => {
    expect(await reasonsFor(await storing(make(), entries), agreement)).toEqual(HARMLESS);
    const others = KEPT.filter(([other]) => other !== name).map(([, other]) => other());
    for (const other of [...others, beside(make()), within(make()), Buffer.from([0x30, 0x02, 0x05, 0x00])])
      expect(await reasonsFor(await storing(other, entries), agreement)).toEqual(HARMFUL);
  });
});

/** With a byte after it. */
function beside(der: Buffer): Buffer {
  return Buffer.concat([der, Buffer.from(' ')]);
}

/** With one element more in the outermost sequence, whose length takes two bytes. */
function within(der: Buffer): Buffer {
  const longer = Buffer.concat([der, Buffer.from([0x04, 0x02, 0x71, 0x20])]);
  longer.writeUInt16BE(der.readUInt16BE(2) + 4, 2);
  return longer;
}

describe('the signature of a document timestamp is looked at', () => {
  test.each([
    ['its byte range is written otherwise', (text: string) => text.replace('/ByteRange [', '/Byte#52ange [')],
    [
      'it hides behind many objects',
      (text: string) => text.replace('/Contents <', `/Reason (${'obj '.repeat(20)}) /Contents <`),
    ],
  ])('also where %s', async (_, alter) => {
    const stranger = await makeIdentity({ name: 'Stamps', timeStamping: true });
    const order = { authority: stranger, chain: [], at: new Date(), alter };
    for (const original of [agreement, annex]) {
      const file = await withDocumentTimestamp(await at.sign(original), order);
      expect(await reasonsFor(file, original)).toEqual([...HARMLESS, 'timestamp-not-trusted']);
    }
  });
});

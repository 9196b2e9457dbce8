import { makeAuthority, type Authority } from './authority.js';
import { changeBy, changeIn, closed, type Writes } from './changes.js';
import type { PdfWriter } from './pdf-writer.js';
import { makeOcspResponse, makeRevocationList } from './revocation-maker.js';
import { catalogWith, LAYOUTS, NEXT, OBJECTS, TRAILER, xmp, type Layout } from './rich-pdf.js';

let authority: Authority;
beforeAll(async () => {
  authority = await makeAuthority();
});

const BOTH = Object.keys(LAYOUTS) as Layout[];
const certificate = () => Buffer.from(authority.root.certificate.raw);
const [CERTIFICATE, STORE, FIELD, STAMP] = [NEXT, NEXT + 1, NEXT + 2, NEXT + 3];
const withStore = catalogWith(`/DSS ${STORE} 0 R`);
const storeOf = (more = '') => `<< /Certs [${CERTIFICATE} 0 R] ${more} >>`;
type Objects = Readonly<Record<number, string | undefined>>;
const all = (writer: PdfWriter, objects: Objects): PdfWriter => {
  for (const [number, text] of Object.entries(objects)) if (text !== undefined) writer.object(Number(number), text);
  return writer;
};
const aStore = (writer: PdfWriter, other: Objects = {}): PdfWriter =>
  all(writer.stream(CERTIFICATE, '', certificate()), { [STORE]: storeOf(), 1: withStore, ...other });
const TIMESTAMP =
  '<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /Contents <3000> /ByteRange [0 1 2 3] >>';
const fieldWith = (more: string) =>
  `<< /Type /Annot /Subtype /Widget /FT /Sig /T (stamp) /Rect [0 0 0 0] /F 132 /V ${STAMP} 0 R /P 3 0 R ${more} >>`;
const formWith = () => OBJECTS[7]?.replace('27 0 R]', `27 0 R ${FIELD} 0 R]`) ?? '';
const pageWith = (more: string) => OBJECTS[3]?.replace('9 0 R]', `9 0 R ${more}]`) ?? '';
/** `other`: objects that replace these, or are added. */
const aTimestamp = (writer: PdfWriter, other: Objects = {}): PdfWriter =>
  all(writer, { [STAMP]: TIMESTAMP, [FIELD]: fieldWith(''), 7: formWith(), 3: pageWith(`${FIELD} 0 R`), ...other });
const EMPTY_FORM = '/Type /XObject /Subtype /Form /BBox [0 0 0 0] /Resources << >>';

const HARMLESS: [string, Writes][] = [
  ['a store comes along', (writer) => aStore(writer)],
  [
    'a store comes along in an object stream',
    (writer) =>
      writer
        .stream(CERTIFICATE, '', certificate())
        .objectStream(60, { 1: withStore, [STORE]: storeOf() })
        .crossReference(61, TRAILER),
  ],
  [
    'a store comes with lists of its own, compressed streams, and what belongs to a signature',
    (writer) =>
      writer
        .flate(CERTIFICATE, '', certificate())
        .flate(60, '', makeRevocationList(authority.intermediate))
        .flate(61, '', makeOcspResponse(authority.intermediate, authority.rsa))
        .object(62, '[60 0 R]')
        .object(63, `<< /Type /VRI /CRL [60 0 R] /OCSP [61 0 R] /TU (D:20260102030405Z) >>`)
        .object(64, `<< /${'AB'.repeat(20)} 63 0 R >>`)
        .object(STORE, storeOf('/Type /DSS /CRLs 62 0 R /OCSPs [61 0 R] /VRI 64 0 R'))
        .object(1, withStore),
  ],
  [
    'the information about the file is another',
    (writer) => writer.object(17, '<< /Title (Signed) /Custom#20Key (x) /Trapped /True >>'),
  ],
  [
    'the information has another number',
    (writer) => closed(writer.object(60, '<< /Title (Signed) >>'), 'plain', '/Root 1 0 R /Info 60 0 R'),
  ],
  ['the metadata are rewritten', (writer) => writer.stream(18, '/Type /Metadata /Subtype /XML', xmp('Signed'))],
  [
    'the metadata have another number',
    (writer) =>
      writer
        .flate(60, '/Type /Metadata /Subtype /XML', xmp('Signed'))
        .object(1, catalogWith('').replace('/Metadata 18 0 R', '/Metadata 60 0 R')),
  ],
  [
    'the version is raised, with extensions',
    (writer) =>
      writer.object(1, catalogWith('/Version /2.0 /Extensions << /ESIC << /BaseVersion /1.7 /ExtensionLevel 1 >> >>')),
  ],
  [
    'a comment stands before the end',
    (writer) => aStore(writer).table(TRAILER, { isOpen: true }).raw('%iText-7.1.2\n').end(),
  ],
  [
    'an update has two sections',
    (writer) => aStore(writer.object(17, '<< /Title (Signed) >>').table(TRAILER, { isOpen: true })).table(TRAILER),
  ],
  [
    'a length stands elsewhere',
    (writer) => {
      const der = certificate();
      return aStore(writer.stream(61, '/Length 60 0 R', der).object(60, String(der.length)), {
        [STORE]: storeOf().replace('50 0 R', '50 0 R 61 0 R'),
      });
    },
  ],
  [
    'objects are written anew as they were',
    (writer) =>
      writer
        .object(3, OBJECTS[3] ?? '')
        .object(10, OBJECTS[10] ?? '')
        .stream(6, '', '0 0 m 9 9 l S'),
  ],
  [
    'the list of fields becomes an object',
    (writer) =>
      aStore(writer)
        .object(60, '[8 0 R 24 0 R 27 0 R]')
        .object(7, OBJECTS[7]?.replace(/\[8.*27 0 R\]/, '60 0 R') ?? ''),
  ],
  ['a document timestamp comes along', (writer) => aTimestamp(writer)],
  [
    'a document timestamp has an empty appearance',
    (writer) => aTimestamp(writer, { [FIELD]: fieldWith('/AP << /N 60 0 R >>') }).stream(60, EMPTY_FORM, ''),
  ],
  [
    'a document timestamp has forms in forms that paint nothing',
    (writer) =>
      aTimestamp(writer, { [FIELD]: fieldWith('/AP << /N 60 0 R >>') })
        .stream(60, EMPTY_FORM.replace('<< >>', '<< /XObject << /n0 61 0 R >> >>'), 'q 1 0 0 1 0 0 cm /n0 Do Q')
        .stream(61, EMPTY_FORM, '% DSBlank\n'),
  ],
  [
    'a document timestamp brings fonts to the form',
    (writer) =>
      aTimestamp(writer, {
        7: formWith().replace('/F1 10 0 R', '/F1 10 0 R /Helv 60 0 R'),
        60: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding 61 0 R >>',
        61: '<< /Type /Encoding /Differences [24 /breve] >>',
      }),
  ],
  [
    'a document timestamp joins a list of annotations that is an object',
    (writer) =>
      aTimestamp(writer, { [FIELD]: fieldWith('').replace('/P 3', '/P 4'), 3: undefined, 26: `[9 0 R ${FIELD} 0 R]` }),
  ],
  [
    'objects are left over that nothing leads to, as iText writes them',
    (writer) =>
      aTimestamp(writer, {
        [FIELD]: fieldWith('/AP << /N 60 0 R >> /H /N'),
        61: '<< /AP << /N 60 0 R >> /F 132 /Rect [0 0 0 0] /Subtype /Widget >>',
        62: '<< /Type /Font >>',
        63: '<< /Type /VRI >>',
        64: '[62 0 R]',
      }).stream(60, EMPTY_FORM, ''),
  ],
  [
    'offsets lead to the white space before',
    (writer) => {
      const update = aStore(writer.raw('\n')).raw('\n').table(TRAILER, { isOpen: true });
      const table = update.text.lastIndexOf('xref\n');
      const entries = update.text
        .slice(table)
        .replace(/\d{10}(?= 00000 n)/g, (offset) => String(Number(offset) - 1).padStart(10, '0'));
      update.text = update.text.slice(0, table) + entries;
      return update.end(update.start - 1);
    },
  ],
  [
    'the catalog has another number',
    (writer) => aStore(writer, { 1: undefined, 60: withStore }).table(TRAILER.replace('1 0 R', '60 0 R')),
  ],
  [
    'values lead to each other in a circle',
    (writer) => writer.object(17, '<< /Title 60 0 R >>').object(60, '[61 0 R]').object(61, '[60 0 R]'),
  ],
  [
    'values lead to others in very many ways',
    (writer) => {
      for (let number = 60; number < 80; number += 1) writer.object(number, `[${`${number + 1} 0 R `.repeat(40)}]`);
      return writer.object(80, '<< >>').object(17, '<< /Title 60 0 R >>');
    },
  ],
  [
    'a text is written in other letters',
    (writer) => aStore(writer, { 9: OBJECTS[9]?.replace('(Seen)', '<FEFF005300650065006E>') }),
  ],
  [
    'the information comes after a store',
    (writer) => aStore(writer).table(TRAILER).object(17, '<< /Title (Signed) >>').table(TRAILER),
  ],
];

/** A table that lists nothing, and a stream that it names. */
const hybrid = (writer: PdfWriter, previous = writer.start): PdfWriter => {
  const { start } = writer;
  writer.start = previous;
  aStore(writer).crossReference(61, TRAILER, { isOpen: true });
  const stream = writer.start;
  const table = writer.text.length;
  return writer.raw(`xref\n0 0\ntrailer\n<< /Size 62 ${TRAILER} /Prev ${start} /XRefStm ${stream} >>\n`).end(table);
};

describe('between two revisions there is validation material alone', () => {
  it.each(HARMLESS)('where %s', async (_, write) => {
    for (const layout of BOTH)
      expect(await changeBy(layout, write)).toMatchObject({ kind: 'validation-material', signatures: [] });
  });

  it('where an update is hybrid, and both its sections lead the same way', async () => {
    expect(await changeBy('plain', hybrid)).toMatchObject({ kind: 'validation-material' });
    expect(await changeBy('plain', (writer) => hybrid(writer, 7))).toMatchObject({ kind: 'something-else' });
  });

  it('where an object has a generation above 0, and keeps it', async () => {
    const writer = LAYOUTS.plain({ 1: catalogWith('').replace('7 0 R', '28 2 R') });
    const from = writer.object(28, OBJECTS[7] ?? '', 2).table(TRAILER).text.length;
    const base = writer.text;
    const rewrite = (generation: number) => {
      writer.text = base;
      aTimestamp(writer, { 7: undefined }).object(28, formWith(), generation).table(TRAILER);
      return changeIn(writer.bytes, from);
    };
    const { start } = writer;
    expect(await rewrite(2)).toMatchObject({ kind: 'validation-material' });
    writer.start = start;
    expect(await rewrite(3)).toMatchObject({ kind: 'something-else' });
  });

  it('where the signed part has a store, which grows and loses what is of no more use', async () => {
    for (const layout of BOTH) {
      const writer = LAYOUTS[layout]();
      const from = closed(
        aStore(writer, {
          62: `[${CERTIFICATE} 0 R]`,
          63: `<< /${'AB'.repeat(20)} << /Cert [${CERTIFICATE} 0 R] >> >>`,
          [STORE]: '<< /Certs 62 0 R /VRI 63 0 R >>',
        }),
        layout,
      ).text.length;
      writer
        .flate(70, '', makeRevocationList(authority.intermediate))
        .flate(71, '', Buffer.from(authority.rsa.certificate.raw))
        .object(62, '[71 0 R]')
        .object(
          63,
          `<< /${'AB'.repeat(20)} << /Cert [${CERTIFICATE} 0 R] /CRL [70 0 R] >> /${'CD'.repeat(20)} << >> >>`,
        )
        .object(STORE, '<< /Certs 62 0 R /VRI 63 0 R /CRLs [70 0 R] >>');
      expect(await changeIn(writer.crossReference(91, TRAILER).bytes, from)).toMatchObject({
        kind: 'validation-material',
      });
    }
  });

  it('where a form comes with the first timestamp, as PDFBox writes it', async () => {
    const catalog = catalogWith('').replace('/AcroForm 7 0 R', '');
    const write: Writes = (writer) =>
      aTimestamp(writer, {
        7: undefined,
        60: `<< /Fields [${FIELD} 0 R] /SigFlags 3 /DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 61 0 R >> >> >>`,
        61: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
        1: catalog.replace('/Names', '/AcroForm 60 0 R /Names'),
      });
    expect(await changeBy('plain', write, { 1: catalog })).toMatchObject({ kind: 'validation-material' });
  });

  it('and its timestamps are found by the place of their contents', async () => {
    const writer = LAYOUTS.plain();
    const from = writer.text.length;
    const { bytes } = aTimestamp(writer).table(TRAILER);
    const contents = bytes.indexOf('<3000>', from);
    expect(await changeIn(bytes, from)).toEqual({
      kind: 'validation-material',
      timestamps: [contents],
      signatures: [],
    });
  });

  it('where it has more revoked certificates than anybody reads one by one', async () => {
    const list = makeRevocationList(authority.intermediate, { revoked: 20_000 });
    const write: Writes = (writer) => aStore(writer.stream(60, '', list), { [STORE]: storeOf('/CRLs [60 0 R]') });
    expect(await changeBy('plain', write)).toMatchObject({ kind: 'validation-material' });
  });
});

const VALUE =
  '<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /Contents <3000> /ByteRange [0 1 2 3] >>';

describe('between two revisions', () => {
  it('there is nothing where they are one', async () => {
    const { bytes } = LAYOUTS.plain();
    expect(await changeIn(bytes, bytes.length)).toEqual({ kind: 'nothing' });
  });

  it.each<[string, Writes]>([
    [
      'a signature field is filled in, with what it shows',
      (writer) =>
        writer
          .object(60, VALUE)
          .object(27, OBJECTS[27]?.replace('/F 132', '/F 132 /V 60 0 R /AP << /N 61 0 R >>') ?? '')
          .stream(61, EMPTY_FORM, '0 0 9 9 re f'),
    ],
    [
      'a signature field comes along that shows something',
      (writer) =>
        aTimestamp(writer, {
          [STAMP]: VALUE,
          [FIELD]: fieldWith('/AP << /N 60 0 R >>').replace('[0 0 0 0]', '[0 0 90 30]'),
        }).stream(60, EMPTY_FORM, '0 0 9 9 re f'),
    ],
    [
      'a signature is followed by a store',
      (writer) =>
        aStore(
          closed(
            writer.object(60, VALUE).object(27, OBJECTS[27]?.replace('/F 132', '/F 132 /V 60 0 R') ?? ''),
            'plain',
          ),
        ).table(TRAILER),
    ],
  ])('somebody else signs: %s', async (_, write) => {
    for (const layout of BOTH) {
      const change = await changeBy(layout, write);
      expect(change).toMatchObject({ kind: 'signing', timestamps: [] });
      expect('signatures' in change && change.signatures.length).toBe(1);
    }
  });

  it.each<[string, Writes]>([
    [
      'a field has another value',
      (writer) =>
        writer
          .object(8, OBJECTS[8]?.replace('(100)', '(900)').replace('19 0 R', '60 0 R') ?? '')
          .stream(60, EMPTY_FORM, 'BT (900) Tj ET'),
    ],
    [
      'readers are told to make appearances',
      (writer) => writer.object(7, OBJECTS[7]?.replace('/SigFlags 3', '/SigFlags 3 /NeedAppearances true') ?? ''),
    ],
  ])('a form is filled in: %s', async (_, write) => {
    for (const layout of BOTH) expect(await changeBy(layout, write)).toMatchObject({ kind: 'form-filling' });
  });
});

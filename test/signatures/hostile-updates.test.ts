import { changeBy, changeIn, closed, type Writes } from './changes.js';
import { makeAuthority, type Authority } from './authority.js';
import { catalogWith, LAYOUTS, NEXT, OBJECTS, STREAMS, TRAILER, xmp, type Layout } from './rich-pdf.js';
import type { PdfWriter } from './pdf-writer.js';

let authority: Authority;
beforeAll(async () => {
  authority = await makeAuthority();
});

const BOTH = Object.keys(LAYOUTS) as Layout[];
/** Who worked on the file, and when. This may change. */
const ABOUT_THE_FILE = new Set(['17', '18']);
const JAVASCRIPT = '<< /S /JavaScript /JS (app.alert(1)) >>';
const [CERTIFICATE, STORE] = [NEXT, NEXT + 1];
const more = (number: number, what: string, by: string) => {
  const text = OBJECTS[number] ?? '';
  if (!text.includes(what)) throw new Error(`no ${what} in ${number}`);
  return text.replace(what, by);
};

/** These stand beside a correct store, so that only the hostile part is wrong. */
function besideStore(writer: PdfWriter, catalog = catalogWith(`/DSS ${STORE} 0 R`)): PdfWriter {
  return writer
    .stream(CERTIFICATE, '', Buffer.from(authority.root.certificate.raw))
    .object(STORE, `<< /Certs [${CERTIFICATE} 0 R] >>`)
    .object(1, catalog);
}

/** The verdict in both layouts, alone and beside a store. A store's catalog would be written twice if the update writes one too. */
async function kindsOf(write: Writes): Promise<Set<string>> {
  const kinds = new Set<string>();
  for (const layout of BOTH) {
    kinds.add((await changeBy(layout, write)).kind);
    kinds.add((await changeBy(layout, (writer) => closed(write(besideStore(writer)), layout))).kind);
  }
  return kinds;
}
const SOMETHING_ELSE = new Set(['something-else']);

const catalogs: [string, string, string][] = [
  ['the opening action', '/OpenAction 11 0 R', `/OpenAction ${JAVASCRIPT}`],
  ['the opening action, which goes', '/OpenAction 11 0 R', ''],
  ['an action when it is closed', '/PageMode', `/AA << /WC ${JAVASCRIPT} >> /PageMode`],
  ['the pages', '/Pages 2 0 R', '/Pages << /Type /Pages /Kids [4 0 R] /Count 1 >>'],
  ['the attachments', '/EmbeddedFiles 12 0 R', '/EmbeddedFiles << /Names [] >>'],
  ['the scripts', '/JavaScript 13 0 R', `/JavaScript << /Names [(x) ${JAVASCRIPT}] >>`],
  ['the labels of pages', '/PageLabels 14 0 R', '/PageLabels << /Nums [0 << /S /r >>] >>'],
  ['the outlines', '/Outlines 15 0 R', '/Outlines << /Count 1 >>'],
  ['the layers', '/OCProperties 16 0 R', '/OCProperties << /OCGs [22 0 R] /D << /OFF [22 0 R] >> >>'],
  ['what is shown beside the pages', '/PageMode /UseNone', '/PageMode /UseOutlines'],
  ['the form, which goes', '/AcroForm 7 0 R', ''],
  ['the form, which is another', '/AcroForm 7 0 R', '/AcroForm << /Fields [] >>'],
  ['what readers show', '/PageMode', '/ViewerPreferences << /HideMenubar true >> /PageMode'],
  ['who may change it', '/PageMode', '/Perms << >> /PageMode'],
  ['the requirements', '/PageMode', '/Requirements [] /PageMode'],
  ['its version, which is lowered', '/PageMode', '/Version /Scripts /PageMode'],
  ['its metadata, which are something else', '/Metadata 18 0 R', '/Metadata 5 0 R'],
];

const objects: [string, Writes][] = [
  [
    'a page has other contents',
    (writer) => writer.stream(60, '', '0 0 9 9 re f').object(3, more(3, '5 0 R', '60 0 R')),
  ],
  [
    'a page has more contents',
    (writer) => writer.stream(60, '', '0 0 9 9 re f').object(4, more(4, '[6 0 R]', '[6 0 R 60 0 R]')),
  ],
  ['a page is turned', (writer) => writer.object(3, more(3, '/Type /Page', '/Type /Page /Rotate 180'))],
  ['a page is cut', (writer) => writer.object(3, more(3, '/Type /Page', '/Type /Page /CropBox [0 0 9 9]'))],
  [
    'a page does something',
    (writer) => writer.object(3, more(3, '/Type /Page', `/Type /Page /AA << /O ${JAVASCRIPT} >>`)),
  ],
  ['pages are swapped', (writer) => writer.object(2, more(2, '3 0 R 4 0 R', '4 0 R 3 0 R'))],
  [
    'two pages change places by their numbers',
    (writer) => writer.object(3, OBJECTS[4] ?? '').object(4, OBJECTS[3] ?? ''),
  ],
  ['a page comes along', (writer) => writer.object(60, OBJECTS[4] ?? '').object(2, more(2, '4 0 R', '4 0 R 60 0 R'))],
  ['a page is taken out', (writer) => writer.object(2, more(2, ' 4 0 R', ''))],
  ['all pages have another size', (writer) => writer.object(2, more(2, '[0 0 200 200]', '[0 0 20 20]'))],
  ['an annotation has another appearance', (writer) => writer.object(9, more(9, '20 0 R', '19 0 R'))],
  ['an annotation is hidden', (writer) => writer.object(9, more(9, '/Rect', '/F 2 /Rect'))],
  [
    'an annotation comes along',
    (writer) => writer.object(60, OBJECTS[9] ?? '').object(3, more(3, '9 0 R]', '9 0 R 60 0 R]')),
  ],
  ['an annotation is listed elsewhere', (writer) => writer.object(26, '[9 0 R 8 0 R]')],
  ['an annotation is taken off', (writer) => writer.object(26, '[]')],
  ['annotations change places', (writer) => writer.object(3, more(3, '8 0 R 9 0 R', '9 0 R 8 0 R'))],
  ['a font is another', (writer) => writer.object(10, more(10, '/Helvetica', '/Symbol'))],
  ['a form is another kind of form', (writer) => writer.object(7, more(7, '/SigFlags', '/XFA (x) /SigFlags'))],
  ['an action leads elsewhere', (writer) => writer.object(11, more(11, 'agreement', 'elsewhere'))],
  ['an attachment is another', (writer) => writer.stream(23, '/Type /EmbeddedFile', 'Another')],
  ['an attachment has another name', (writer) => writer.object(21, more(21, 'annex.txt', 'other.txt'))],
  ['a layer is shown', (writer) => writer.object(16, more(16, '/ON', '/OFF'))],
  ['a label is another', (writer) => writer.object(14, more(14, '/S /D', '/S /R'))],
  ['a field does something', (writer) => writer.object(8, more(8, '/T', `/AA << /K ${JAVASCRIPT} >> /T`))],
  ['a field is of another kind', (writer) => writer.object(8, more(8, '/Tx', '/Sig'))],
  ['a field has another name', (writer) => writer.object(8, more(8, 'amount', 'amounts'))],
  [
    'a field comes along',
    (writer) => writer.object(60, more(8, 'amount', 'more')).object(7, more(7, '27 0 R]', '27 0 R 60 0 R]')),
  ],
  ['a field is taken out', (writer) => writer.object(7, more(7, '8 0 R ', ''))],
  ['a signature is taken out of the form', (writer) => writer.object(7, more(7, '24 0 R ', ''))],
  ['a signature is another', (writer) => writer.object(25, '<< /Type /Sig >>')],
  ['a signature is taken out of its field', (writer) => writer.object(24, more(24, '/V 25 0 R', ''))],
  ['a signature field shows something', (writer) => writer.object(24, more(24, '[0 0 0 0]', '[0 0 90 90]'))],
  ['a form is calculated', (writer) => writer.object(7, more(7, '/SigFlags', '/CO [8 0 R] /SigFlags'))],
  ['it says no more that there are signatures', (writer) => writer.object(7, more(7, '/SigFlags 3', '/SigFlags 0'))],
  ['an object comes along that nothing leads to', (writer) => writer.object(60, '(Hello)')],
  ['a page comes along that nothing leads to', (writer) => writer.object(60, OBJECTS[3] ?? '')],
  ['the information is a page too', (writer) => writer.stream(17, '/Type /Page', 'x')],
  ['the metadata hold something else', (writer) => writer.stream(18, '/Type /Metadata /Subtype /XML', '0 0 9 9 re f')],
  [
    'the metadata are a picture too',
    (writer) => writer.stream(18, '/Type /XObject /Subtype /Form /BBox [0 0 9 9]', xmp('x')),
  ],
  ['a key stands twice', (writer) => writer.object(17, '<< /Title (one) /Title (two) >>')],
  ['a word stands where readers look for one', (writer) => writer.object(17, '<< /Title (7 0 obj) >>')],
  ['an object hides in a value', (writer) => writer.object(17, '<< /Title [7 0 %\nobj] >>')],
];

describe('an update is not validation material where it changes', () => {
  it.each(catalogs)('%s', async (_, what, by) => {
    const catalog = catalogWith(`/DSS ${STORE} 0 R`);
    expect(catalog).toContain(what);
    for (const layout of BOTH)
      expect(await changeBy(layout, (writer) => besideStore(writer, catalog.replace(what, by)))).toMatchObject({
        kind: 'something-else',
      });
  });
});

describe('an update is not validation material where', () => {
  it.each(objects)('%s', async (_, write) => {
    expect(await kindsOf(write)).toEqual(SOMETHING_ELSE);
  });

  it('what it writes was referred to before it was there', async () => {
    for (const [number, text] of [
      [4, OBJECTS[4]?.replace('[6 0 R]', `[6 0 R ${CERTIFICATE} 0 R]`)],
      [12, `<< /Names [(annex) 21 0 R (more) ${CERTIFICATE} 0 R] >>`],
    ] as const)
      for (const layout of BOTH)
        expect(await changeBy(layout, (writer) => besideStore(writer), { [number]: text ?? '' })).toMatchObject({
          kind: 'something-else',
        });
  });

  it('what the store may change has another place in the document', async () => {
    for (const layout of BOTH) {
      const other = { 4: OBJECTS[4]?.replace('[6 0 R]', '60 0 R') ?? '', 60: '[6 0 R]' };
      const write: Writes = (writer) =>
        writer
          .stream(CERTIFICATE, '', Buffer.from(authority.root.certificate.raw))
          .object(60, `[6 0 R ${CERTIFICATE} 0 R]`)
          .object(STORE, '<< /Certs 60 0 R >>')
          .object(1, catalogWith(`/DSS ${STORE} 0 R`));
      expect(await changeBy(layout, write, other)).toMatchObject({ kind: 'something-else' });
      const both = { 4: OBJECTS[4]?.replace('/Resources << >>', '/Metadata 18 0 R') ?? '' };
      expect(
        await changeBy(layout, (writer) => writer.stream(18, '/Type /Metadata /Subtype /XML', xmp('x')), both),
      ).toMatchObject({ kind: 'something-else' });
    }
  });
});

describe('whatever object of the document an update', () => {
  const numbers = Object.keys({ ...OBJECTS, ...STREAMS, 25: '' });

  it.each(numbers)('frees, it is something else: %s', async (number) => {
    expect(await kindsOf((writer) => writer.free(Number(number)))).toEqual(SOMETHING_ELSE);
  });

  it.each(numbers)('puts in the place of another, it is something else: %s', async (number) => {
    for (const layout of BOTH) {
      const writer = LAYOUTS[layout]();
      const from = writer.text.length;
      const table = writer.text.length;
      writer.raw(`xref\n${number} 1\n${String(writer.text.indexOf('5 0 obj')).padStart(10, '0')} 00000 n \n`);
      writer.raw(`trailer\n<< /Size 99 ${TRAILER} /Prev ${writer.start} >>\n`).end(table);
      expect(await changeIn(writer.bytes, from)).toMatchObject(
        number === '5' ? { kind: 'validation-material' } : { kind: 'something-else' },
      );
    }
  });

  it.each(Object.keys(OBJECTS).filter((number) => !ABOUT_THE_FILE.has(number)))(
    'gives another key, or takes one away, it is no validation material: %s',
    async (number) => {
      const text = OBJECTS[Number(number)] ?? '';
      const keys = [...text.matchAll(/\/[A-Za-z0-9]+ /g)].map(([key]) => key);
      const changed = [text.replace(/^(<<|\[)/, text.startsWith('[') ? '[ 5 0 R ' : '<< /Another true ')];
      for (const key of keys) changed.push(text.replace(key, `${key.trimEnd()}x `));
      for (const layout of BOTH)
        for (const other of changed) {
          const { kind } = await changeBy(layout, (writer) => writer.object(Number(number), other));
          expect([kind, kind === 'form-filling' ? number : '']).toEqual(
            kind === 'form-filling' ? [kind, ['7', '8'].includes(number) ? number : 'none'] : ['something-else', ''],
          );
        }
    },
  );

  it.each(Object.keys(STREAMS).filter((number) => !ABOUT_THE_FILE.has(number)))(
    'fills otherwise, it is something else: %s',
    async (number) => {
      const [dictionary, content] = STREAMS[Number(number)] ?? ['', ''];
      expect(await kindsOf((writer) => writer.stream(Number(number), dictionary, `${content} `))).toEqual(
        SOMETHING_ELSE,
      );
      const filtered: Writes = (writer) => writer.stream(Number(number), `${dictionary} /Filter /FlateDecode`, content);
      expect(await kindsOf(filtered)).toEqual(SOMETHING_ELSE);
    },
  );
});

const objectStream = (head: string, content: string) =>
  streamWith(`/Type /ObjStm /N ${head.trim().split(' ').length / 2} /First ${head.length}`, head + content);
const streamWith = (keys: string, content: string) =>
  `60 0 obj\n<< ${keys} /Length ${content.length} >>\nstream\n${content}\nendstream\nendobj\n`;

describe('readers that look for words may see something else in', () => {
  it.each([
    ['a comment', '% 7 0 obj (x) endobj\n'],
    ['a start in a text', '60 0 obj\n(startxref 5 %%EOF)\nendobj\n'],
    ['a trailer in a stream', streamWith('', 'trailer << /Root 9 0 R >>')],
    ['a table in a stream', streamWith('', '\nxref\n0 0\n')],
    ['an object in a stream', streamWith('', '\n9 0 obj (x)')],
    ['an end in a stream', streamWith('', '\nendstream endobj ')],
    ['a stream in a text', '60 0 obj\n(stream\n)\nendobj\n'],
    ['white space of others', '60\xa00 obj\n(x)\nendobj\n'],
    ['a word that goes on', '60 0 obj\n(x)\nendobj7\n'],
    ['a word in place of a value', '60 0 obj\nobj\nendobj\n'],
    ['a key that stands twice further down', '60 0 obj\n<< /A [<< /B 1 /B 2 >>] >>\nendobj\n'],
    ['a stream that lies in another file', streamWith('/F (other)', 'x')],
    ['a stream without length', '60 0 obj\n<< >>\nstream\nx\nendstream\nendobj\n'],
    ['an object stream without a head', streamWith('/Type /ObjStm', '')],
    ['an object stream with more than its objects', objectStream('70 0 ', '(a) (b)')],
    ['an object stream with something between', objectStream('70 0 71 8 ', '(a) (x) (b)')],
    ['an object stream with a comment', objectStream('70 0 71 4 ', '(a) %x\n(b)')],
    ['an object stream that has an object twice', objectStream('70 0 70 4 ', '(a) (b)')],
    ['an object stream with numbers of its own kind', objectStream('70 0 7e1 4 ', '(a) (b)')],
    ['a section of empty entries', streamWith('/Type /XRef /W [0 0 0] /Index [0 9007199254740991]', '')],
    ['a section that nothing leads to', streamWith('/Type /XRef /W [1 1 1] /Index [0 1]', '\0\0\0')],
    ['a table that nothing leads to', 'xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 >>\n'],
    ['an end without a section', 'startxref\n0\n%%EOF\n'],
  ])('%s', async (_, text) => {
    const writer = LAYOUTS.plain();
    const from = writer.text.length;
    besideStore(writer.raw(text)).table(TRAILER);
    expect(await changeIn(writer.bytes, from)).toMatchObject({ kind: 'something-else' });
  });
});

const alone = async (write: (writer: PdfWriter, start: number) => PdfWriter, layout: Layout = 'plain') => {
  const writer = LAYOUTS[layout]();
  const from = writer.text.length;
  return changeIn(write(writer, writer.start).bytes, from);
};

describe('the way through an update is one for all readers, or it is something else:', () => {
  const refused = { kind: 'something-else' };

  it.each<[string, (writer: PdfWriter, start: number) => PdfWriter]>([
    [
      'it leads past what was signed',
      (writer) => {
        writer.start = 0;
        return besideStore(writer).table(TRAILER);
      },
    ],
    ['its end leads elsewhere', (writer, start) => besideStore(writer).table(TRAILER, { isOpen: true }).end(start)],
    ['it has another catalog', (writer) => besideStore(writer).object(60, catalogWith('')).table('/Root 60 0 R')],
    ['it is encrypted', (writer) => besideStore(writer).table(`${TRAILER} /Encrypt << /Filter /Standard >>`)],
    ['an object has no entry', (writer) => besideStore(writer).raw('60 0 obj\n(hidden)\nendobj\n').table(TRAILER)],
    ['an object stands twice', (writer) => besideStore(writer).raw(`${STORE} 0 obj\n<< >>\nendobj\n`).table(TRAILER)],
    [
      'another document stands in a comment',
      (writer) => besideStore(writer).raw('% 1 0 obj << /Type /Catalog >> endobj\n').table(TRAILER),
    ],
    ['another end stands in a comment', (writer) => besideStore(writer).table(TRAILER).raw('% startxref 7 %%EOF\n')],
    ['another header comes along', (writer) => besideStore(writer.raw('%PDF-1.4\n')).table(TRAILER)],
    ['bytes stand between', (writer) => besideStore(writer.raw('Hello\n')).table(TRAILER)],
    ['it has no end', (writer) => besideStore(writer).table(TRAILER).object(60, '(more)')],
    [
      'its size hides what was signed',
      (writer) => {
        besideStore(writer).table(TRAILER);
        writer.text = writer.text.replace(/\/Size \d+(?![^]*\/Size)/, '/Size 4');
        return writer;
      },
    ],
    [
      'a section is not used',
      (writer, start) => {
        besideStore(writer).table(TRAILER, { isOpen: true });
        writer.start = start;
        return writer.object(17, '<< >>').table(TRAILER);
      },
    ],
    [
      'an object stream hides something',
      (writer) =>
        besideStore(writer).stream(60, '/Type /ObjStm /N 1 /First 5', '17 9 (hid) << /Title (x) >>').table(TRAILER),
    ],
  ])('%s', async (_, write) => {
    expect(await alone(write)).toMatchObject(refused);
  });

  it('blanks hide its end, or follow a signature alone', async () => {
    expect(await alone((writer) => besideStore(writer).table(TRAILER).raw(' '.repeat(2000)))).toMatchObject(refused);
    expect(await alone((writer) => writer.raw('\n'))).toMatchObject(refused);
  });
});

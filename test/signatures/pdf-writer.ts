import { deflateSync } from 'node:zlib';

/** Text whose characters are bytes. */
type Latin1 = string;
type Place = { offset: number; generation: number } | { container: number; index: number } | 'free';

/** Writes correct and incorrect PDFs, part by part. Remembers every position for the next cross-reference section. */
export class PdfWriter {
  text: Latin1;
  /** Where the newest section begins. */
  start = 0;
  #places = new Map<number, Place>();
  #size = 1;

  constructor(head: Latin1 = '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n') {
    this.text = head;
  }

  get bytes(): Buffer {
    return Buffer.from(this.text, 'latin1');
  }

  /** Anything between the objects. */
  raw(text: Latin1): this {
    this.text += text;
    return this;
  }

  object(number: number, body: Latin1, generation = 0): this {
    this.#set(number, { offset: this.text.length, generation });
    return this.raw(`${number} ${generation} obj\n${body}\nendobj\n`);
  }

  /** `/Length` is added, unless the dictionary has one. */
  stream(number: number, dictionary: Latin1, content: Latin1 | Buffer): this {
    const data = typeof content === 'string' ? content : content.toString('latin1');
    const length = dictionary.includes('/Length') ? '' : `/Length ${data.length}`;
    return this.object(number, `<< ${dictionary} ${length} >>\nstream\n${data}\nendstream`);
  }

  flate(number: number, dictionary: Latin1, content: Latin1 | Buffer): this {
    const data = deflateSync(typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
    return this.stream(number, `${dictionary} /Filter /FlateDecode`, data);
  }

  /** Objects within an object stream, by number. */
  objectStream(container: number, objects: Readonly<Record<number, Latin1>>, more = ''): this {
    let [head, body] = ['', ''];
    for (const [index, [number, text]] of Object.entries(objects).entries()) {
      head += `${number} ${body.length} `;
      body += `${text}\n`;
      this.#set(Number(number), { container, index });
    }
    const count = Object.keys(objects).length;
    return this.flate(container, `/Type /ObjStm /N ${count} /First ${head.length} ${more}`, head + body);
  }

  free(number: number): this {
    this.#set(number, 'free');
    return this;
  }

  /** A table of everything written since the last section. Also writes the end, unless `isOpen`. */
  table(trailer: Latin1, { isOpen = false } = {}): this {
    const numbers = [...this.#places.keys()].toSorted((one, other) => one - other);
    const start = this.text.length;
    const first = this.start === 0 ? '0 1\n0000000000 65535 f \n' : '';
    this.raw(`xref\n${first}`);
    for (const number of numbers) {
      const place = this.#places.get(number);
      const entry =
        place !== undefined && place !== 'free' && 'offset' in place
          ? `${String(place.offset).padStart(10, '0')} ${String(place.generation).padStart(5, '0')} n`
          : '0000000000 65535 f';
      this.raw(`${number} 1\n${entry} \n`);
    }
    this.raw(`trailer\n<< /Size ${this.#size} ${this.#previous} ${trailer} >>\n`);
    return isOpen ? this.#begin(start) : this.#begin(start).end();
  }

  /** A cross-reference stream of everything written since the last section. Also writes the end, unless `isOpen`. */
  crossReference(number: number, trailer: Latin1, { isOpen = false } = {}): this {
    const start = this.text.length;
    this.#set(number, { offset: start, generation: 0 });
    const previous = this.#previous;
    const numbers = [...this.#places.keys()].toSorted((one, other) => one - other);
    const rows = numbers.map((each) => row(this.#places.get(each)));
    const index = numbers.map((each) => `${each} 1`).join(' ');
    const size = `/Size ${this.#size} /W [1 4 2] /Index [${index}]`;
    this.flate(number, `/Type /XRef ${size} ${previous} ${trailer}`, Buffer.concat(rows));
    return isOpen ? this.#begin(start) : this.#begin(start).end();
  }

  end(start = this.start): this {
    return this.raw(`startxref\n${start}\n%%EOF\n`);
  }

  get #previous(): Latin1 {
    return this.start === 0 ? '' : `/Prev ${this.start}`;
  }

  #begin(start: number): this {
    this.start = start;
    this.#places = new Map();
    return this;
  }

  #set(number: number, place: Place): void {
    this.#places.set(number, place);
    this.#size = Math.max(this.#size, number + 1);
  }
}

function row(place: Place | undefined): Buffer {
  const bytes = Buffer.alloc(7);
  if (place === undefined || place === 'free') return bytes;
  const isPlain = 'offset' in place;
  bytes.writeUInt8(isPlain ? 1 : 2, 0);
  bytes.writeUInt32BE(isPlain ? place.offset : place.container, 1);
  bytes.writeUInt16BE(isPlain ? place.generation : place.index, 5);
  return bytes;
}

const PAGE = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << >> >>';
const PAGES = '<< /Type /Pages /Kids [3 0 R] /Count 1 >>';

/** A whole document: catalog 1, pages 2, page 3, content 4. */
export function plainPdf(catalog = '', writer = new PdfWriter()): PdfWriter {
  return writer
    .object(1, `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`)
    .object(2, PAGES)
    .object(3, PAGE)
    .stream(4, '', '0 0 m 9 9 l S');
}

/** Documents in the style of different programs, each with its peculiarity. All have one page, object 3. */
export const MANNERS: Record<string, () => Buffer> = {
  // An empty table leads to a stream with objects that old readers do not need.
  'Microsoft Office': () => {
    const writer = plainPdf('/StructTreeRoot 6 0 R').object(5, '<< /Producer (Microsoft Word) >>');
    writer.free(6).free(7).table('/Root 1 0 R /Info 5 0 R');
    writer.objectStream(7, { 6: '<< /Type /StructTreeRoot >>' });
    const older = writer.start;
    writer.crossReference(8, '/Root 1 0 R /Info 5 0 R', { isOpen: true });
    const stream = writer.start;
    const start = writer.text.length;
    writer.raw(`xref\n0 0\ntrailer\n<< /Size 9 /Root 1 0 R /Info 5 0 R /Prev ${older} /XRefStm ${stream} >>\n`);
    return writer.end(start).bytes;
  },
  // Lengths are separate objects, after the streams.
  LibreOffice: () =>
    new PdfWriter('%PDF-1.6\n%\xc3\xa4\xc3\xbc\xc3\xb6\xc3\x9f\n')
      .stream(4, '/Length 5 0 R', '0 0 m 9 9 l S')
      .object(5, '13')
      .object(3, PAGE)
      .object(2, PAGES)
      .object(1, '<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>')
      .object(6, '<< /Producer <FEFF004C> /CreationDate (D:20260102030405Z) >>')
      .table('/Root 1 0 R /Info 6 0 R /DocChecksum /AB ').bytes,
  // Comments, and an update whose compressed data lacks a checksum.
  Quartz: () => {
    const writer = plainPdf('', new PdfWriter('%PDF-1.3\n%\xc4\xe5\xf2\xe5\xeb\xa7\n'));
    writer.object(5, '<< /Producer (macOS Quartz PDFContext) >>').table('/Root 1 0 R /Info 5 0 R');
    const inner = '1 0 << /Type /Catalog /Pages 2 0 R /Version /1.4 >>\n';
    const data = deflateSync(Buffer.from(inner, 'latin1')).subarray(0, -4);
    writer.stream(6, '/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', data);
    const start = writer.text.length;
    const rows = [row({ container: 6, index: 0 }), row({ offset: writer.text.indexOf('6 0 obj'), generation: 0 })];
    const previous = writer.start;
    writer.stream(
      7,
      `/Type /XRef /Size 8 /W [1 4 2] /Index [1 1 6 1] /Prev ${previous} /Root 1 0 R /Info 5 0 R`,
      Buffer.concat(rows),
    );
    return writer.end(start).bytes;
  },
  // Everything is in object streams. The version is in the catalog, and a comment comes before the end.
  iText: () =>
    new PdfWriter('%PDF-1.5\n%\xe2\xe3\xcf\xd3\n')
      .stream(4, '', '0 0 m 9 9 l S')
      .objectStream(7, {
        1: '<< /Type /Catalog /Pages 2 0 R /Version /1.7 >>',
        2: PAGES,
        3: PAGE,
        5: '<< /Producer (iText) >>',
      })
      .crossReference(8, '/Root 1 0 R /Info 5 0 R', { isOpen: true })
      .raw('%iText-7.1.2\n')
      .end().bytes,
  // An update by PDFBox: generations above 0, and freed objects.
  'EU DSS': () =>
    plainPdf()
      .object(5, '(was here)')
      .table('/Root 1 0 R')
      .raw('\n% an update\n')
      .free(5)
      .object(6, '<< /Fields [] >>', 2)
      .object(1, '<< /Type /Catalog /Pages 2 0 R /AcroForm 6 2 R >>')
      .table('/Root 1 0 R').bytes,
};

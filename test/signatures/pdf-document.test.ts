import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Budget, type BudgetLimits, TooComplexError } from '../../src/signatures/pdf/budget.js';
import { PdfDocument } from '../../src/signatures/pdf/document.js';
import { FileBytes } from '../../src/signatures/pdf/file-bytes.js';
import { fieldsOf } from '../../src/signatures/pdf/form-fields.js';
import { pagesOf } from '../../src/signatures/pdf/page-tree.js';
import { PdfStructureError } from '../../src/signatures/pdf/structure-error.js';
import { MANNERS, type PdfWriter, plainPdf } from './pdf-writer.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pdf-document-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function reading<T>(
  bytes: Uint8Array,
  use: (document: PdfDocument) => Promise<T>,
  { end, limits }: { end?: number; limits?: Partial<BudgetLimits> } = {},
): Promise<T> {
  const path = join(folder, 'document.pdf');
  await writeFile(path, bytes);
  return FileBytes.with(path, async (file) =>
    use(await PdfDocument.open(file, { ...(end === undefined ? {} : { end }), budget: new Budget(limits) })),
  );
}

async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Object 5 of a document that was written. */
const five = (writer: PdfWriter) => reading(writer.bytes, (document) => document.object(5));
const content = async (document: PdfDocument) => {
  const object = await document.object(5);
  return object && document.stream(object);
};
const tooComplex = (what: string) => expect.objectContaining({ constructor: TooComplexError, what }) as Error;
const pageNumbers = async (document: PdfDocument) => (await listed(pagesOf(document))).map(({ number }) => number);
const textOf = async (document: PdfDocument, number: number) => (await document.object(number))?.value;
const fiveAndSix = (document: PdfDocument) => Promise.all([textOf(document, 5), textOf(document, 6)]);
const readTo200 = async (document: PdfDocument) => {
  for (let number = 5; number < 200; number += 1) await document.object(number).catch(ifStructure);
};

describe('a document', () => {
  it.each(Object.keys(MANNERS))('has its pages, in the manner of %s', async (manner) => {
    expect(await reading(MANNERS[manner]?.() ?? Buffer.alloc(0), pageNumbers)).toEqual([3]);
  });

  it('is read as it was when only its first bytes were there', async () => {
    const writer = plainPdf().object(5, '(first)').table('/Root 1 0 R');
    const end = writer.text.length;
    const { bytes } = writer.object(5, '(second)').object(6, '(new)').table('/Root 1 0 R');
    expect(await reading(bytes, fiveAndSix, { end })).toMatchObject([{ value: 'first' }, undefined]);
    expect(await reading(bytes, fiveAndSix)).toMatchObject([{ value: 'second' }, { value: 'new' }]);
  });

  it('has objects within object streams, also where a later section frees or replaces them', async () => {
    const writer = plainPdf().objectStream(7, { 5: '(one)', 6: '(two)' }).crossReference(8, '/Root 1 0 R');
    const before = writer.bytes;
    const { bytes } = writer.free(5).object(6, '(other)').crossReference(9, '/Root 1 0 R');
    expect(await reading(before, fiveAndSix)).toMatchObject([{ value: 'one' }, { value: 'two' }]);
    expect(await reading(bytes, fiveAndSix)).toMatchObject([undefined, { value: 'other' }]);
  });

  it('shows what its hybrid section hides from old readers', async () => {
    const bytes = MANNERS['Microsoft Office']?.() ?? Buffer.alloc(0);
    expect(await reading(bytes, (document) => textOf(document, 6))).toMatchObject({ kind: 'dictionary' });
  });

  it('has null where a reference names another generation', async () => {
    const { bytes } = plainPdf().object(5, '(third life)', 2).table('/Root 1 0 R');
    const seen = await reading(bytes, (document) =>
      Promise.all([2, 0].map((generation) => document.referred({ object: 5, generation }))),
    );
    expect(seen).toMatchObject([{ value: { value: 'third life' } }, undefined]);
  });

  it('has numbers at the end of an object stream, and objects without a value', async () => {
    const head = '5 0 6 4 ';
    const writer = plainPdf();
    writer
      .objectStream(8, { 5: '666', 6: '11942' })
      .flate(8, `/Type /ObjStm /N 2 /First ${head.length}`, `${head}666 11942`);
    const { bytes } = writer.object(10, '').crossReference(9, '/Root 1 0 R');
    expect(await reading(bytes, fiveAndSix)).toMatchObject([{ value: 666 }, { value: 11942 }]);
    expect(await reading(bytes, (document) => textOf(document, 10))).toMatchObject({ kind: 'word', value: 'null' });
  });

  it('has texts that mean the same however they are written', async () => {
    const texts = ['(A(b)\\103\\n\\\r\n\\))', '<412862290043 0A29>', '(A\\(b\\)C\r)'];
    const { bytes } = plainPdf()
      .object(5, `[${texts.join(' ')}]`)
      .table('/Root 1 0 R');
    expect(await reading(bytes, async (document) => document.items((await document.object(5))?.value))).toMatchObject([
      { value: 'A(b)C\n)' },
      { value: 'A(b)\0C\n)' },
      { value: 'A(b)C\n' },
    ]);
  });

  it('has fields that inherit what they do not say', async () => {
    const { bytes } = plainPdf('/AcroForm << /Fields [5 0 R] >>')
      .object(5, '<< /T (person) /FT /Tx /Kids [6 0 R 7 0 R] >>')
      .object(6, '<< /T (name) /V (Ana) /Kids [8 0 R] >>')
      .object(7, '<< /T (seal) /FT /Sig >>')
      .object(8, '<< /Subtype /Widget >>')
      .table('/Root 1 0 R');
    const fields = await reading(bytes, (document) => listed(fieldsOf(document)));
    expect(fields).toMatchObject([
      { number: 5, name: 'person', type: 'Tx', isWidget: false },
      { number: 6, name: 'person.name', type: 'Tx', value: { value: 'Ana' }, isWidget: false },
      { number: 8, name: 'person.name', type: 'Tx', value: { value: 'Ana' }, isWidget: true },
      { number: 7, name: 'person.seal', type: 'Sig', isWidget: false },
    ]);
  });
});

describe('what readers could read in two ways is refused', () => {
  it('an entry that leads to another object, or to nothing', async () => {
    const writer = plainPdf().object(5, '(here)').table('/Root 1 0 R');
    writer.text = writer.text.replace('5 0 obj', '6 0 obj');
    await expect(five(writer)).rejects.toThrow(PdfStructureError);
    writer.text = writer.text.replace('6 0 obj', '5 1 obj');
    await expect(five(writer)).rejects.toThrow(PdfStructureError);
    writer.text = writer.text.replace('5 1 obj', '(where)');
    await expect(five(writer)).rejects.toThrow(PdfStructureError);
  });

  it('a stream that does not end where it says', async () => {
    const { bytes } = plainPdf().stream(5, '/Length 3', 'four').table('/Root 1 0 R');
    await expect(reading(bytes, content)).rejects.toThrow(PdfStructureError);
  });

  it('an object stream whose entry names another object', async () => {
    const writer = plainPdf().objectStream(7, { 5: '(one)' });
    await expect(
      five(writer.flate(7, '/Type /ObjStm /N 1 /First 4', '6 0 (two)').crossReference(8, '/Root 1 0 R')),
    ).rejects.toThrow(PdfStructureError);
  });

  it('an object stream whose length lies within itself', async () => {
    const writer = plainPdf().objectStream(7, { 5: '(one)', 6: '40' }, '/Length 6 0 R');
    await expect(five(writer.crossReference(8, '/Root 1 0 R'))).rejects.toThrow(PdfStructureError);
  });

  it('an object stream within an object stream', async () => {
    const writer = plainPdf().objectStream(7, { 5: '(one)' });
    await expect(
      five(writer.objectStream(8, { 7: '<< /Type /ObjStm /N 1 /First 4 >>' }).crossReference(9, '/Root 1 0 R')),
    ).rejects.toThrow(PdfStructureError);
  });
});

describe('a file that takes too much is given up by name, however small it is', () => {
  it('many streams that are small each when they are inflated', async () => {
    const writer = plainPdf();
    const objects = 20;
    for (let number = 0; number < objects; number += 1)
      writer.objectStream(100 + number, { [200 + number]: `(${'x'.repeat(4 * 1024 * 1024)})` });
    const { bytes } = writer.crossReference(9, '/Root 1 0 R');
    expect(bytes.length).toBeLessThan(200_000);
    const readAll = async (document: PdfDocument) => {
      for (let number = 0; number < objects; number += 1) await document.object(200 + number);
    };
    await expect(reading(bytes, readAll)).rejects.toEqual(tooComplex('inflatedBytes'));
  });

  it('one stream that grows without end', async () => {
    const { bytes } = plainPdf()
      .flate(5, '', Buffer.alloc(80 * 1024 * 1024))
      .table('/Root 1 0 R');
    await expect(reading(bytes, content)).rejects.toEqual(tooComplex('inflatedBytes'));
  });

  it('a cross-reference stream of millions of entries', async () => {
    const writer = plainPdf();
    const start = writer.text.length;
    writer.flate(5, '/Type /XRef /Root 1 0 R /Size 9 /W [1 1 0] /Index [0 8000000]', Buffer.alloc(16_000_000));
    await expect(reading(writer.end(start).bytes, pageNumbers)).rejects.toEqual(tooComplex('entries'));
  });

  it('an object stream of millions of objects', async () => {
    const head = '1 0 '.repeat(6_000_000);
    const writer = plainPdf().flate(7, `/Type /ObjStm /N 6000000 /First ${head.length}`, head);
    const { bytes } = writer.crossReference(8, '/Root 1 0 R');
    await expect(reading(bytes, (document) => document.numbersWithin(7))).rejects.toEqual(tooComplex('values'));
  });

  it('an object stream that claims more objects than it has room for is refused', async () => {
    const writer = plainPdf().flate(7, '/Type /ObjStm /N 999999999 /First 4', '1 0 7');
    const { bytes } = writer.crossReference(8, '/Root 1 0 R');
    await expect(reading(bytes, (document) => document.numbersWithin(7))).rejects.toThrow(PdfStructureError);
  });

  it('values nested deeply', async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['<< /A ', '>>'],
    ] as const) {
      const { bytes } = plainPdf()
        .object(5, `${open.repeat(50_000)}1 ${close.repeat(50_000)}`)
        .table('/Root 1 0 R');
      await expect(reading(bytes, (document) => document.object(5))).rejects.toEqual(tooComplex('nesting'));
    }
  });

  it('a form that doubles with every level', async () => {
    const { bytes } = plainPdf('/AcroForm << /Fields 5 0 R >>')
      .object(5, '[<< /Kids 5 0 R >> << /Kids 5 0 R >>]')
      .table('/Root 1 0 R');
    await expect(reading(bytes, (document) => listed(fieldsOf(document)))).rejects.toThrow(
      /too deep|more than is allowed/,
    );
  });

  it('objects that have no end, each of which would be read to the end of the file', async () => {
    const writer = plainPdf();
    for (let number = 5; number < 200; number += 1) writer.object(number, '(');
    writer.raw(
      randomBytes(3_000_000)
        .toString('latin1')
        .replaceAll(/[()\\]/g, ' '),
    );
    const { bytes } = writer.table('/Root 1 0 R');
    await expect(reading(bytes, readTo200)).rejects.toEqual(tooComplex('parsedBytes'));
  });

  it('one budget serves all revisions of a file', async () => {
    const { bytes } = plainPdf()
      .objectStream(7, { 5: 'x'.repeat(1000) })
      .crossReference(8, '/Root 1 0 R');
    const path = join(folder, 'shared.pdf');
    await writeFile(path, bytes);
    await FileBytes.with(path, async (file) => {
      const budget = new Budget({ inflatedBytes: 2500 });
      const read = async () => (await PdfDocument.open(file, { budget })).object(5);
      await read();
      await read();
      await expect(read()).rejects.toEqual(tooComplex('inflatedBytes'));
    });
  });
});

function ifStructure(error: unknown): void {
  if (!(error instanceof PdfStructureError)) throw error;
}

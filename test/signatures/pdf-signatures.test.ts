import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { TooComplexError } from '../../src/signatures/pdf/budget.js';
import { PdfDocument } from '../../src/signatures/pdf/document.js';
import { FileBytes } from '../../src/signatures/pdf/file-bytes.js';
import { type PdfSignature, signaturesOf } from '../../src/signatures/pdf/signatures.js';
import { checkPdf } from '../../src/signatures/pdf-check.js';
import { digestOf, readContents } from '../../src/signatures/pdf/signed-bytes.js';
import { type PdfWriter, plainPdf } from './pdf-writer.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pdf-signatures-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function reading<T>(bytes: Uint8Array, use: (document: PdfDocument) => Promise<T>): Promise<T> {
  const path = join(folder, 'document.pdf');
  await writeFile(path, bytes);
  return FileBytes.with(path, async (file) => use(await PdfDocument.open(file)));
}

const found = (bytes: Uint8Array): Promise<PdfSignature[]> => reading(bytes, signaturesOf);

const ROOM = '[0 ********** ********** **********]';
const CONTENTS = '<30030101FF000000>';
const DICTIONARY = `<< /Type /Sig /SubFilter /ETSI.CAdES.detached /M (D:20260102030405+01'00') /ByteRange ${ROOM} /Contents ${CONTENTS} >>`;

/** Fills in the last `/ByteRange` placeholder, so that the whole file is covered. */
function covered(writer: PdfWriter): PdfWriter {
  const at = writer.text.lastIndexOf(ROOM);
  const start = writer.text.indexOf(CONTENTS, at);
  const end = start + CONTENTS.length;
  const range = `[0 ${start} ${end} ${writer.text.length - end}`.padEnd(ROOM.length - 1);
  writer.text = `${writer.text.slice(0, at)}${range}]${writer.text.slice(at + ROOM.length)}`;
  return writer;
}

/** A document with one signature: object 6, in field 5. */
const signed = (dictionary = DICTIONARY, field = '/FT /Sig /T (Signature1) /V 6 0 R') =>
  covered(
    plainPdf('/AcroForm << /Fields [5 0 R] /SigFlags 3 >>')
      .object(5, `<< ${field} >>`)
      .object(6, dictionary)
      .table('/Root 1 0 R'),
  );

/** The signed document with another byte range in the same place. */
function ranges(change: (range: string) => string): Buffer {
  const writer = signed();
  writer.text = writer.text.replace(/(?<=\/ByteRange )\[[^\]]*\]/, (range) => change(range).padEnd(range.length));
  return writer.bytes;
}

describe('a signature', () => {
  it('is what a field of the form has as its value', async () => {
    const { bytes } = signed();
    const [signature, ...others] = await found(bytes);
    expect(others).toEqual([]);
    expect(signature).toEqual({
      kind: 'signature',
      field: 'Signature1',
      fieldNumber: 5,
      number: 6,
      subFilter: 'ETSI.CAdES.detached',
      statedTime: new Date('2026-01-02T02:04:05Z'),
      range: {
        gap: { start: bytes.indexOf(CONTENTS), end: bytes.indexOf(CONTENTS) + CONTENTS.length },
        end: bytes.length,
      },
    });
  });

  it('has the bytes of its contents, and the digest of all others', async () => {
    const { bytes } = signed();
    const start = bytes.indexOf(CONTENTS);
    const rest = Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + CONTENTS.length)]);
    await reading(bytes, async (document) => {
      const [signature] = await signaturesOf(document);
      const range = signature?.range;
      if (range === undefined) throw new Error('no range');
      expect(await readContents(document.file, range)).toEqual(Buffer.from('30030101ff000000', 'hex'));
      expect(await digestOf(document.file, range, 'sha256')).toEqual(createHash('sha256').update(rest).digest());
    });
  });

  it('may have a field that inherits what it is, or stands in a group', async () => {
    const { bytes } = covered(
      plainPdf('/AcroForm 8 0 R')
        .object(8, '<< /Fields 9 0 R >>')
        .object(9, '[7 0 R]')
        .object(7, '<< /T (all) /FT /Sig /Kids [5 0 R] >>')
        .object(5, '<< /T (one) /V 6 0 R /Kids [10 0 R] >>')
        .object(10, '<< /Subtype /Widget >>')
        .object(6, DICTIONARY)
        .table('/Root 1 0 R'),
    );
    expect(await found(bytes)).toMatchObject([{ field: 'all.one', fieldNumber: 5, number: 6 }]);
  });

  it('may be a timestamp of the document', async () => {
    const dictionary = DICTIONARY.replace('/Type /Sig', '/Type /DocTimeStamp').replace(/ETSI\.\S+/, 'ETSI.RFC3161');
    expect(await found(signed(dictionary).bytes)).toMatchObject([{ kind: 'document-timestamp' }]);
  });

  it('stands in the order of what it covers, and counts once though two fields show it', async () => {
    const writer = signed()
      .object(1, '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [7 0 R 5 0 R 9 0 R] >> >>')
      .object(7, '<< /FT /Sig /T (Signature2) /V 8 0 R >>')
      .object(8, DICTIONARY)
      .object(9, '<< /FT /Sig /T (Signature3) /V 6 0 R >>')
      .table('/Root 1 0 R');
    const signatures = await found(covered(writer).bytes);
    expect(signatures.map(({ number }) => number)).toEqual([6, 8]);
  });

  it('is not there when the newest form has it no more', async () => {
    const writer = signed();
    expect(await found(writer.bytes)).toHaveLength(1);
    writer.object(5, '<< /FT /Sig /T (Signature1) >>').table('/Root 1 0 R');
    expect(await found(writer.bytes)).toEqual([]);
  });

  it('says what may change after it', async () => {
    const reference = '/Reference [<< /TransformMethod /DocMDP /TransformParams << /P 2 >> >>]';
    expect(await found(signed(DICTIONARY.replace('<<', `<< ${reference}`)).bytes)).toMatchObject([{ allows: 2 }]);
    const lock = '/FT /Sig /T (a) /V 6 0 R /Lock << /P 1 >>';
    expect(await found(signed(DICTIONARY, lock).bytes)).toMatchObject([{ allows: 1 }]);
  });
});

it('a file that was cut by one byte behind its signature is known by it', async () => {
  const { bytes } = signed();
  const [signature] = await found(bytes.subarray(0, -1));
  expect(signature).toMatchObject({ isCut: true });
  expect(signature).not.toHaveProperty('range');
  const path = join(folder, 'cut.pdf');
  await writeFile(path, bytes.subarray(0, -1));
  await expect(checkPdf(path, { maximumBytes: 1e6 })).rejects.toMatchObject({ code: 'PDF_TRUNCATED' });
});

describe('what only looks like a signature is none', () => {
  const words = `9 0 obj\n${DICTIONARY}\nendobj`;
  it.each([
    ['in a comment', plainPdf().raw(`% ${words.replaceAll('\n', ' ')}\n`)],
    ['in a string', plainPdf().object(5, `<< /Title (${words.replace("'00'", '')}) >>`)],
    ['in a stream', plainPdf().stream(5, '', words)],
    ['in an orphan object', plainPdf().object(5, DICTIONARY)],
    ['in an object that no section lists', plainPdf().raw(`${words}\n`)],
    ['in a field that the form does not list', plainPdf().object(5, `<< /FT /Sig /V ${DICTIONARY} >>`)],
    [
      'in a field that is no signature field',
      plainPdf('/AcroForm << /Fields [5 0 R] >>').object(5, `<< /FT /Tx /T (a) /V ${DICTIONARY} >>`),
    ],
  ])('%s', async (_, writer) => {
    expect(await found(covered(writer.table('/Root 1 0 R')).bytes)).toEqual([]);
  });
});

describe('a byte range does not fit', () => {
  it.each<[string, (range: string) => string]>([
    ['where it does not begin with the file', (range) => range.replace('[0', '[1')],
    ['where it leaves out more than the contents', (range) => range.replace(/ (\d+)/, (_, at) => ` ${Number(at) - 1}`)],
    ['where it ends behind the file', (range) => range.replace(/(\d+) *\]/, (_, length) => `${Number(length) + 9}]`)],
    ['where it has more parts', (range) => range.replace(/ *\]$/, ' 0 0]')],
    ['where it is no list', () => '(0 1 2 3)'],
    ['where it has negative numbers', (range) => range.replace(/ (\d+)/, ' -$1')],
  ])('%s', async (_, change) => {
    const [signature, ...others] = await found(ranges(change));
    expect(others).toEqual([]);
    expect(signature).toMatchObject({ kind: 'signature', number: 6 });
    expect(signature).not.toHaveProperty('range');
  });

  it.each([
    ['where the contents stand twice', DICTIONARY.replace('/Contents', '/Contents <00> /Contents')],
    ['where the contents are no hexadecimal text', DICTIONARY.replace(CONTENTS, `(${CONTENTS})`)],
    ['where the contents are an object of their own', DICTIONARY.replace('/Contents', '/Contents 4 0 R /X')],
    ['where there is none', '<< /Type /Sig >>'],
  ])('%s', async (_, dictionary) => {
    const writer = plainPdf('/AcroForm << /Fields [5 0 R] >>').object(5, '<< /FT /Sig /T (a) /V 6 0 R >>');
    const [signature] = await found(covered(writer.object(6, dictionary).table('/Root 1 0 R')).bytes);
    expect(signature).toMatchObject({ number: 6 });
    expect(signature).not.toHaveProperty('range');
  });

  it('where the dictionary lies in an object stream', async () => {
    const writer = plainPdf('/AcroForm << /Fields [5 0 R] >>').object(5, '<< /FT /Sig /T (a) /V 6 0 R >>');
    const { bytes } = writer.objectStream(7, { 6: DICTIONARY }).crossReference(8, '/Root 1 0 R');
    expect((await found(bytes)).map(({ range }) => range)).toEqual([undefined]);
  });
});

it('more signatures than anybody makes are too complex, not looked at in part', async () => {
  const numbers = Array.from({ length: 201 }, (_, index) => 10 + index);
  const fields = numbers.map((number) => `${number} 0 R`).join(' ');
  const writer = plainPdf(`/AcroForm << /Fields [${fields}] >>`);
  for (const number of numbers) writer.object(number, `<< /FT /Sig /T (a${number}) /V << /Type /Sig >> >>`);
  await expect(found(writer.table('/Root 1 0 R').bytes)).rejects.toThrow(TooComplexError);
});

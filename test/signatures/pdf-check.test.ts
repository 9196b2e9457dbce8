import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PDFDocument } from '@cantoo/pdf-lib';
import * as fc from 'fast-check';

import { VideoIdError, type FailureCode } from '../../src/messages/failures.js';
import { checkPdf, type PdfLimits } from '../../src/signatures/pdf-check.js';
import { MANNERS, PdfWriter, plainPdf } from './pdf-writer.js';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pdf-check-'));
  path = join(folder, 'document.pdf');
});
afterAll(() => rm(folder, { recursive: true }));

async function check(content: Uint8Array | string, limits: Partial<PdfLimits> = {}): Promise<FailureCode | 'accepted'> {
  await writeFile(path, content, 'latin1');
  return verdict(limits);
}

/** Of the file as it lies there. */
async function verdict(limits: Partial<PdfLimits> = {}): Promise<FailureCode | 'accepted'> {
  try {
    await checkPdf(path, { maximumBytes: 1_000_000, ...limits });
    return 'accepted';
  } catch (error) {
    if (error instanceof VideoIdError) return error.code;
    throw error;
  }
}

/** A PDF with one page and a cross-reference table. The trailer is given. */
function withTrailer(trailer: string, more = new PdfWriter()): string {
  const writer = plainPdf('', more);
  const start = writer.text.length;
  writer.table('', { isOpen: true });
  return `${writer.text.slice(0, writer.text.indexOf('trailer', start))}trailer\n${trailer}\nstartxref\n${start}\n%%EOF\n`;
}

/** A document that is certified at a level, `/P 1`. */
const certified = (level: string) =>
  plainPdf('/Perms << /DocMDP 5 0 R >>')
    .object(5, `<< /Type /Sig /Reference [<< /TransformMethod /DocMDP /TransformParams << ${level} >> >>] >>`)
    .table('/Root 1 0 R').bytes;

/** The table says that there is no object 5, but there is one. */
function beyondSize(): PdfWriter {
  const writer = plainPdf('/A 5 0 R').object(5, '(more)').table('/Root 1 0 R');
  writer.text = writer.text.replace('/Size 6', '/Size 5');
  return writer;
}

const samples = ['agreement.pdf', 'annex.pdf'].map((name) => join('samples', name));

describe('a document to be signed', () => {
  it.each(samples)('is accepted when it is a whole PDF, and its size is returned: %s', async (sample) => {
    const content = await readFile(sample);
    await expect(checkPdf(sample, { maximumBytes: content.length })).resolves.toMatchObject({
      size: content.length,
      signatures: 0,
    });
  });

  it.each(Object.keys(MANNERS))('is accepted as it is written in the manner of %s', async (manner) => {
    expect(await check(MANNERS[manner]?.() ?? '')).toBe('accepted');
  });

  it('is refused when it is empty', async () => {
    expect(await check('')).toBe('DOCUMENT_EMPTY');
  });

  it('is refused above the limit, and the refusal has limit and size', async () => {
    await writeFile(path, await readFile('samples/agreement.pdf'));
    const failure = checkPdf(path, { maximumBytes: 1000 });
    await expect(failure).rejects.toMatchObject({ code: 'DOCUMENT_TOO_LARGE', facts: { limit: 1000, size: 2698 } });
    await expect(failure).rejects.toThrow('2698 bytes, the limit is 1000');
  });

  it('is refused when it is something else', async () => {
    expect(await check('PK\u0003\u0004 a word processor file')).toBe('NOT_A_PDF');
    expect(await check(' '.repeat(1024) + withTrailer('<< /Size 9 /Root 1 0 R >>'))).toBe('NOT_A_PDF');
  });

  it('is refused when anything stands before its header, because all sent bytes must be signed', async () => {
    expect(await check(`\n${withTrailer('<< /Size 9 /Root 1 0 R >>')}`)).toBe('PDF_BYTES_BEFORE_HEADER');
    const moved = new PdfWriter('sent by a scanner\n%PDF-1.4\n');
    expect(await check(withTrailer('<< /Size 9 /Root 1 0 R >>', moved))).toBe('PDF_BYTES_BEFORE_HEADER');
  });

  it.each(samples)('is refused when its end is missing, wherever it was cut: %s', async (sample) => {
    const content = await readFile(sample);
    await writeFile(path, content);
    const accepted: number[] = [];
    for (let length = content.length - 1; length > 0; length -= 1) {
      await truncate(path, length);
      if ((await verdict()) === 'accepted') accepted.push(length);
    }
    expect(accepted).toEqual([]);
  });

  it('is refused when an update of it was cut', async () => {
    const whole = withTrailer('<< /Size 9 /Root 1 0 R >>');
    expect(await check(whole)).toBe('accepted');
    expect(await check(`${whole}7 0 obj\n<< /Ty`)).toBe('PDF_TRUNCATED');
  });

  it('is refused when its trailer names no root', async () => {
    expect(await check(withTrailer('<< /Size 2 >>'))).toBe('PDF_DAMAGED');
  });

  it('is refused when its start was lost, so that offsets lead nowhere', async () => {
    const content = await readFile('samples/agreement.pdf');
    expect(await check(Buffer.concat([Buffer.from('%PDF-1.7\n'), content.subarray(500)]))).toBe('PDF_DAMAGED');
  });

  it('is not read whole: a file of one terabyte is answered as fast as a small one', async () => {
    const size = 2 ** 40;
    const [begin, end] = withTrailer('<< /Size 9 /Root 1 0 R >>').split(/(?=xref\n0 1)/);
    const file = await open(join(folder, 'sparse.pdf'), 'w');
    await file.write(begin ?? '', 0, 'latin1');
    await file.write(
      (end ?? '').replace(/startxref\n\d+/, `startxref\n${size - 400}`).padEnd(400),
      size - 400,
      'latin1',
    );
    await file.close();
    await expect(checkPdf(join(folder, 'sparse.pdf'), { maximumBytes: 2 * size })).resolves.toMatchObject({ size });
  });

  it.each([
    ['its catalog is not there', plainPdf().table('/Root 9 0 R')],
    ['its catalog is a number', plainPdf().object(9, '7').table('/Root 9 0 R')],
    ['its page tree is not there', new PdfWriter().object(1, '<< /Type /Catalog /Pages 2 0 R >>').table('/Root 1 0 R')],
    ['its page tree has no page', plainPdf().object(2, '<< /Type /Pages /Kids [] /Count 0 >>').table('/Root 1 0 R')],
    [
      'a page is not there',
      plainPdf().object(2, '<< /Type /Pages /Kids [3 0 R 9 0 R] /Count 2 >>').table('/Root 1 0 R'),
    ],
    ['a page has another generation', plainPdf().object(2, '<< /Kids [3 1 R] /Count 1 >>').table('/Root 1 0 R')],
    ['a page is listed twice', plainPdf().object(2, '<< /Kids [3 0 R 3 0 R] /Count 2 >>').table('/Root 1 0 R')],
    [
      'its page tree leads in a circle',
      plainPdf().object(2, '<< /Kids [3 0 R 2 0 R] /Count 2 >>').table('/Root 1 0 R'),
    ],
    ['what it shows cannot be read', plainPdf('/A 5 0 R').object(5, '<< nonsense').table('/Root 1 0 R')],
    ['an object has a number beyond its size', beyondSize()],
    ['it says that it has more pages', plainPdf().object(2, '<< /Kids [3 0 R] /Count 2 >>').table('/Root 1 0 R')],
    ['it does not say how many pages', plainPdf().object(2, '<< /Kids [3 0 R] >>').table('/Root 1 0 R')],
    ['a page is a list of pages too', plainPdf().object(3, '<< /Type /Page /Kids [] /Count 0 >>').table('/Root 1 0 R')],
    ['its catalog says something twice', plainPdf('/Pages 2 0 R').table('/Root 1 0 R')],
    ['its trailer says something twice', plainPdf().table('/Root 1 0 R /Root 1 0 R')],
    [
      'a field says something twice',
      plainPdf('/AcroForm << /Fields [5 0 R] >>').object(5, '<< /T (a) /V (1) /V (2) >>').table('/Root 1 0 R'),
    ],
    [
      'its form leads in a circle',
      plainPdf('/AcroForm << /Fields [5 0 R] >>').object(5, '<< /T (a) /Kids [5 0 R] >>').table('/Root 1 0 R'),
    ],
  ])('is refused when %s', async (_, writer) => {
    expect(await check(writer.bytes)).toBe('PDF_DAMAGED');
  });

  it('may have objects that cannot be read where nothing leads to them', async () => {
    const writer = plainPdf().object(5, '<< nonsense').table('/Root 1 0 R');
    expect(await check(writer.bytes)).toBe('accepted');
    expect(await check(writer.object(1, '<< /Type /Catalog /Pages 2 0 R /A 5 0 R >>').table('/Root 1 0 R').bytes)).toBe(
      'PDF_DAMAGED',
    );
  });

  it('may say twice what nothing here depends on, as TCPDF writes it', async () => {
    const { bytes } = plainPdf('/PageMode /UseNone /PageMode /UseOutlines').table('/Root 1 0 R');
    expect(await check(bytes)).toBe('accepted');
  });

  it('is refused when its middle was overwritten', async () => {
    const bytes = plainPdf().table('/Root 1 0 R').bytes;
    expect(await check(bytes)).toBe('accepted');
    bytes.fill(0, bytes.indexOf('2 0 obj'), bytes.indexOf('4 0 obj'));
    expect(await check(bytes)).toBe('PDF_DAMAGED');
  });

  it('may have a table whose entries are not 20 bytes long', async () => {
    const odd = withTrailer('<< /Size 9 /Root 1 0 R >>').replaceAll(' \n', '\n');
    expect(await check(odd)).toBe('accepted');
  });
});

describe('an encrypted document', () => {
  it('is refused when the trailer says so', async () => {
    expect(await check(withTrailer('<< /Size 9 /Root 1 0 R /Encrypt 5 0 R >>'))).toBe('PDF_ENCRYPTED');
    expect(await check(withTrailer('<< /Size 9 /Root 1 0 R /Encry#70t << /Filter /Standard >> >>'))).toBe(
      'PDF_ENCRYPTED',
    );
  });

  it('is refused when the cross-reference stream says so', async () => {
    const content = (await readFile('samples/annex.pdf')).toString('latin1');
    const changed = content.replace('/Type /XRef', '/Type /XRef /Encrypt 9 0 R');
    expect(changed).not.toBe(content);
    expect(await check(Buffer.from(changed, 'latin1'))).toBe('PDF_ENCRYPTED');
  });

  it('is refused as a library makes it', async () => {
    const document = await PDFDocument.load(await readFile('samples/agreement.pdf'));
    document.encrypt({ userPassword: 'open', ownerPassword: 'own' });
    expect(await check(await document.save({ useObjectStreams: false }))).toBe('PDF_ENCRYPTED');
  });

  it('is refused when only the stream of a hybrid file, or an earlier section, says so', async () => {
    const hybrid = plainPdf().crossReference(5, '/Root 1 0 R /Encrypt 6 0 R', { isOpen: true });
    const stream = hybrid.start;
    hybrid.raw(`xref\n0 0\ntrailer\n<< /Root 1 0 R /XRefStm ${stream} >>\n`).end(hybrid.text.indexOf('xref\n0 0'));
    expect(await check(hybrid.bytes)).toBe('PDF_ENCRYPTED');
    const earlier = plainPdf().table('/Root 1 0 R /Encrypt 6 0 R').object(5, 'null').table('/Root 1 0 R');
    expect(await check(earlier.bytes)).toBe('PDF_ENCRYPTED');
  });

  it('is not confused with one that speaks about encryption', async () => {
    const words = new PdfWriter().object(5, '<< /Encrypt 3 0 R >>');
    expect(
      await check(withTrailer('<< /Size 9 /Root 1 0 R /Info << /Title (/Encrypt \\) 1 0 R) /Encrypt 7 >> >>', words)),
    ).toBe('accepted');
  });
});

describe('hostile bytes', () => {
  const words = [
    'xref\n0 1\n',
    'trailer\n<<',
    '/Prev ',
    '/XRefStm ',
    '/Root 1 0 R',
    '>>',
    'startxref\n',
    '%%EOF',
    '(',
    '<',
    '[',
    '9',
  ];

  it('are refused, never crash or hang the check', async () => {
    const piece = fc.oneof(
      fc.constantFrom(...words),
      fc.integer({ min: -5, max: 2 ** 53 }).map(String),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
        expect(await check(`%PDF-1.7\n${pieces.join('')}`)).toMatch(/^PDF_(TRUNCATED|DAMAGED)$/);
      }),
      { numRuns: 500 },
    );
  });

  it('with any offset after startxref are refused', async () => {
    const whole = withTrailer('<< /Size 9 /Root 1 0 R >>');
    const right = String(whole.indexOf('xref\n0 1'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.nat(400), fc.maxSafeNat()), async (offset) => {
        fc.pre(Math.abs(offset - Number(right)) > 1);
        expect(await check(whole.replace(`startxref\n${right}`, `startxref\n${offset}`))).toMatch(
          /^PDF_(TRUNCATED|DAMAGED)$/,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('that lead from section to section in a circle are refused', async () => {
    const whole = withTrailer('<< /Size 9 /Root 1 0 R /Prev 00000000 >>');
    const start = String(whole.indexOf('xref\n0 1')).padStart(8, '0');
    expect(await check(whole.replace('00000000 >>', `${start} >>`))).toBe('PDF_DAMAGED');
  });
});

describe('a certified document', () => {
  it('is refused where nothing may be added, for another signature breaks its certification', async () => {
    expect(await check(certified('/P 1'))).toBe('PDF_CERTIFIED');
    expect(await check(certified('/P 1'), { certified: 'accept' })).toBe('accepted');
  });

  it.each(['/P 2', '/P 3', ''])('is taken where signatures may be added: %p', async (level) => {
    expect(await check(certified(level))).toBe('accepted');
  });

  it('is refused also where only the lock of a signed field says so', async () => {
    const locked = plainPdf('/AcroForm << /Fields [5 0 R] >>')
      .object(5, '<< /FT /Sig /T (a) /V << /Type /Sig >> /Lock << /Type /SigFieldLock /Action /All /P 1 >> >>')
      .table('/Root 1 0 R');
    expect(await check(locked.bytes)).toBe('PDF_CERTIFIED');
  });
});

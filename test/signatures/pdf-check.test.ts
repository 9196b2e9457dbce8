import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PDFDocument } from '@cantoo/pdf-lib';
import * as fc from 'fast-check';

import { VideoIdError, type FailureCode } from '../../src/messages/failures.js';
import { checkPdf } from '../../src/signatures/pdf-check.js';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pdf-check-'));
  path = join(folder, 'document.pdf');
});
afterAll(() => rm(folder, { recursive: true }));

async function check(content: Uint8Array | string, maximumBytes = 1_000_000): Promise<FailureCode | 'accepted'> {
  await writeFile(path, content, 'latin1');
  try {
    await checkPdf(path, { maximumBytes });
    return 'accepted';
  } catch (error) {
    if (error instanceof VideoIdError) return error.code;
    throw error;
  }
}

/** A PDF of one object and a table, whose trailer is given. */
function withTrailer(trailer: string, content = '1 0 obj\n<< /Type /Catalog >>\nendobj\n'): string {
  const head = `%PDF-1.4\n${content}`;
  return `${head}xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n${trailer}\nstartxref\n${head.length}\n%%EOF\n`;
}

const samples = ['agreement.pdf', 'annex.pdf'].map((name) => join('samples', name));

describe('a document to be signed', () => {
  it.each(samples)('is accepted when it is a whole PDF, and its size is told: %s', async (sample) => {
    const content = await readFile(sample);
    await expect(checkPdf(sample, { maximumBytes: content.length })).resolves.toEqual({ size: content.length });
  });

  it('is refused when it is empty', async () => {
    expect(await check('')).toBe('DOCUMENT_EMPTY');
  });

  it('is refused above the limit, and the refusal tells limit and size', async () => {
    await writeFile(path, await readFile('samples/agreement.pdf'));
    const failure = checkPdf(path, { maximumBytes: 1000 });
    await expect(failure).rejects.toMatchObject({ code: 'DOCUMENT_TOO_LARGE', facts: { limit: 1000, size: 2698 } });
    await expect(failure).rejects.toThrow('2698 bytes, the limit is 1000');
  });

  it('is refused when it is something else', async () => {
    expect(await check('PK\u0003\u0004 a word processor file')).toBe('NOT_A_PDF');
    expect(await check(' '.repeat(1024) + withTrailer('<< /Root 1 0 R >>'))).toBe('NOT_A_PDF');
  });

  it.each(samples)('is refused when its end is missing, wherever it was cut: %s', async (sample) => {
    const content = await readFile(sample);
    const accepted: number[] = [];
    for (let length = content.length - 1; length > 0; length -= 1) {
      if ((await check(content.subarray(0, length))) === 'accepted') accepted.push(length);
    }
    expect(accepted).toEqual([]);
  });

  it('is refused when an update of it was cut', async () => {
    const whole = withTrailer('<< /Root 1 0 R >>');
    expect(await check(whole)).toBe('accepted');
    expect(await check(`${whole}7 0 obj\n<< /Ty`)).toBe('PDF_TRUNCATED');
  });

  it('is refused when its trailer names no root', async () => {
    expect(await check(withTrailer('<< /Size 2 >>'))).toBe('PDF_TRUNCATED');
  });

  it('is refused when its start was lost, so that offsets lead nowhere', async () => {
    const content = await readFile('samples/agreement.pdf');
    expect(await check(Buffer.concat([Buffer.from('%PDF-1.7\n'), content.subarray(500)]))).toBe('PDF_TRUNCATED');
  });

  it('is not read whole: a file of one terabyte is answered as fast as a small one', async () => {
    const size = 2 ** 40;
    const table = 'xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R >>\n';
    const end = `${table}startxref\n${size - 200}\n%%EOF`;
    const file = await open(join(folder, 'sparse.pdf'), 'w');
    await file.write('%PDF-1.7\n', 0, 'latin1');
    await file.write(end.padEnd(200), size - 200, 'latin1');
    await file.close();
    await expect(checkPdf(join(folder, 'sparse.pdf'), { maximumBytes: 2 * size })).resolves.toEqual({ size });
  });

  it('may have bytes before its header, as readers allow', async () => {
    expect(await check(`\nsent by a scanner\n${withTrailer('<< /Root 1 0 R >>')}`)).toBe('accepted');
  });

  it('may have a table whose entries are not 20 bytes long', async () => {
    const odd = withTrailer('<< /Root 1 0 R >>').replaceAll(' \n', '\n');
    expect(await check(odd)).toBe('accepted');
  });
});

describe('an encrypted document', () => {
  it('is refused when the trailer says so', async () => {
    expect(await check(withTrailer('<< /Root 1 0 R /Encrypt 5 0 R >>'))).toBe('PDF_ENCRYPTED');
    expect(await check(withTrailer('<< /Root 1 0 R /Encry#70t << /Filter /Standard >> >>'))).toBe('PDF_ENCRYPTED');
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
    const stream = '4 0 obj\n<< /Type /XRef /Encrypt 5 0 R /Root 1 0 R >>\nstream\nendstream\nendobj\n';
    for (const key of ['XRefStm', 'Prev']) {
      expect(await check(withTrailer(`<< /Root 1 0 R /${key} 9 >>`, stream))).toBe('PDF_ENCRYPTED');
    }
  });

  it('is not confused with one that speaks about encryption', async () => {
    const words = '1 0 obj\n<< /Type /Catalog >>\nendobj\n2 0 obj\n<< /Encrypt 3 0 R >>\nendobj\n';
    expect(
      await check(withTrailer('<< /Root 1 0 R /Info << /Title (/Encrypt \\) 1 0 R) /Encrypt 7 >> >>', words)),
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
        expect(await check(`%PDF-1.7\n${pieces.join('')}`)).toBe('PDF_TRUNCATED');
      }),
      { numRuns: 500 },
    );
  });

  it('with any offset after startxref are refused', async () => {
    const whole = withTrailer('<< /Root 1 0 R >>');
    const right = String(whole.indexOf('xref'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.nat(400), fc.maxSafeNat()), async (offset) => {
        fc.pre(Math.abs(offset - Number(right)) > 1);
        expect(await check(whole.replace(`startxref\n${right}`, `startxref\n${offset}`))).toBe('PDF_TRUNCATED');
      }),
      { numRuns: 300 },
    );
  });

  it('that lead from section to section in a circle end the walk', async () => {
    const whole = withTrailer('<< /Root 1 0 R /Prev 00000000 >>');
    expect(await check(whole.replace('00000000 >>', `${String(whole.indexOf('xref')).padStart(8, '0')} >>`))).toBe(
      'accepted',
    );
  });
});

/**
 * Makes `src/probe/pages.ts`, the two PDFs that a probe signs if it is given none: `node dist/local/make-probe-pages.js`.
 * The second is signed once, by a key that is thrown away. So it is made once, and not at every build.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PDFDocument, StandardFonts } from '@cantoo/pdf-lib';
import { TestAuthority } from '../sandbox/signing/certificates.js';
import { signPdf } from '../sandbox/signing/pdf-signing.js';

const MADE = new Date('2026-01-01T00:00:00Z');
/** Milliseconds: 20 years. */
const LIFETIME = 20 * 365 * 86_400_000;

async function page(words: string): Promise<Uint8Array> {
  const document = await PDFDocument.create({ updateMetadata: false });
  document.setTitle('Probe of a provider');
  document.setProducer('videoid-worker');
  document.setCreationDate(MADE);
  document.setModificationDate(MADE);
  const font = await document.embedFont(StandardFonts.Helvetica);
  document.addPage([595.28, 841.89]).drawText(words, { x: 72, y: 752, size: 14, font });
  return document.save({ updateFieldAppearances: false });
}

function constant(name: string, comment: string, bytes: Uint8Array): string {
  const text = gzipSync(bytes, { level: 9 }).toString('base64');
  const lines = text.match(/.{1,110}/g)?.map((line) => `  '${line}',`) ?? [];
  return `/** ${comment} */\nexport const ${name} = [\n${lines.join('\n')}\n].join('');\n`;
}

const folder = await mkdtemp(join(tmpdir(), 'videoid-pages-'));
try {
  const authority = await TestAuthority.open(folder);
  const signer = await authority.issue('ecdsa', { commonName: 'Probe of a provider' }, LIFETIME);
  const plain = await page('This page is signed as a test. It has no legal effect.');
  const second = await page('This page was signed before, as a test. It has no legal effect.');
  const signed = await signPdf(second, signer, { form: 'appended', at: MADE });
  await writeFile(
    join('src', 'probe', 'pages.ts'),
    [
      '// Made by local/make-probe-pages.ts. PDFs, compressed with gzip, in base64.\n',
      constant('PLAIN_PAGE', 'A page without a signature.', plain),
      constant(
        'SIGNED_PAGE',
        'A page with one signature. Its key was thrown away, and its certificate leads to no root.',
        signed,
      ),
    ].join('\n'),
  );
  process.stdout.write(
    `${[plain, signed].map((bytes) => createHash('sha256').update(bytes).digest('hex')).join('\n')}\n`,
  );
} finally {
  await rm(folder, { recursive: true });
}

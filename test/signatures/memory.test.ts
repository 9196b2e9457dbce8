import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { PDFDocument } from '@cantoo/pdf-lib';
import { transform } from '@swc/core';

import { makeAuthority } from './authority.js';
import { signPdf } from './signer.js';

const MEBIBYTE = 1024 * 1024;
/** Bytes. Reading the whole file only once would take 20 MiB. */
const MOST_GROWTH = 12 * MEBIBYTE;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memory-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** In a separate process: verifies the small file until memory is stable, then the large one. */
const PROGRAM = `
const { checkPdf } = require('./signatures/pdf-check.js');
const { verifyPdfSignature } = require('./signatures/verification/verification.js');
const [small, large] = JSON.parse(process.argv[2]);
async function verify({ path, roots, original }) {
  await checkPdf(path, { maximumBytes: 30e6 });
  return (await verifyPdfSignature(path, { roots, original })).verification.result;
}
// The resource usage also contains what the parent used before it forked.
let peak = 0;
const sample = () => { peak = Math.max(peak, process.memoryUsage.rss()); };
(async () => {
  for (let round = 0; round < 30; round += 1) await verify(small);
  sample();
  const before = peak;
  const sampling = setInterval(sample, 1);
  const result = await verify(large);
  clearInterval(sampling);
  sample();
  console.log(JSON.stringify({ result, before, growth: peak - before }));
})();
`;

async function compile(): Promise<string> {
  for (const part of ['messages', 'signatures']) {
    for (const name of await readdir(join('src', part), { recursive: true })) {
      if (!name.endsWith('.ts')) continue;
      const source = await readFile(join('src', part, name), 'utf8');
      const { code } = await transform(source, {
        filename: name,
        swcrc: false,
        module: { type: 'commonjs' },
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      });
      const compiled = join(folder, part, name.replace(/ts$/, 'js'));
      await mkdir(dirname(compiled), { recursive: true });
      await writeFile(compiled, code);
    }
  }
  const program = join(folder, 'program.js');
  await writeFile(program, PROGRAM);
  return program;
}

describe('a process that verifies a file of 20 MB', () => {
  it('grows by far less than the file', async () => {
    const authority = await makeAuthority();
    const document = await PDFDocument.load(await readFile('samples/agreement.pdf'));
    await document.attach(randomBytes(20 * MEBIBYTE), 'weight.bin');
    const originals = {
      small: await readFile('samples/agreement.pdf'),
      large: Buffer.from(await document.save({ useObjectStreams: false })),
    };
    const orders = [];
    for (const [name, original] of Object.entries(originals)) {
      const path = join(folder, `${name}.pdf`);
      await writeFile(path, await signPdf(original, { signer: authority.rsa, chain: [authority.intermediate] }));
      const sha256 = createHash('sha256').update(original).digest('hex');
      orders.push({
        path,
        roots: [authority.root.certificate.toString()],
        original: { sha256, size: original.length },
      });
    }
    const { stdout } = await promisify(execFile)(process.execPath, [await compile(), JSON.stringify(orders)], {
      env: { ...process.env, NODE_PATH: resolve('node_modules') },
    });
    const measured: unknown = JSON.parse(stdout);
    expect(originals.large.length).toBeGreaterThan(20 * MEBIBYTE);
    expect(measured).toMatchObject({ result: 'passed' });
    expect(measured).toHaveProperty('growth', expect.any(Number));
    const { growth } = Object(measured) as { growth: number };
    expect(growth).toBeLessThan(MOST_GROWTH);
  });
});

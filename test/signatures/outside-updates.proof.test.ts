import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { outsideTool } from '../../local/outside-tools.js';
import { verifyPdfSignature } from '../../src/signatures/verification/verification.js';
import { makeAuthority, type Authority, type Identity } from './authority.js';
import { makeValidators, PyHanko, type Validator } from './outside-validators.js';
import { MANNERS, PdfWriter, plainPdf } from './pdf-writer.js';
import { makeRevocationList } from './revocation-maker.js';
import { LAYOUTS } from './rich-pdf.js';

/** If the tools are missing, installing them takes minutes. */
const INSTALLING = 900_000;
/** Without the fields that are already signed, which nobody signed here. */
const unsigned = { 7: '<< /Fields [8 0 R] >>' };
const DOCUMENTS: Record<string, () => Buffer> = {
  ...MANNERS,
  // pyHanko does not read object streams that lack a checksum at the end.
  Quartz: () => plainPdf('', new PdfWriter('%PDF-1.3\n%\xc4\xe5\xf2\xe5\xeb\xa7\n')).table('/Root 1 0 R').bytes,
  'everything by itself': () => LAYOUTS.plain(unsigned).bytes,
  'object streams': () => LAYOUTS.compressed(unsigned).bytes,
};

let folder: string;
let authority: Authority;
let validators: Record<string, Validator>;
let pyhanko: PyHanko;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outside-updates-'));
  authority = await makeAuthority();
  pyhanko = await PyHanko.start();
  validators = await makeValidators(join(folder, 'root'), authority.root.certificate.toString(), pyhanko);
  await mkdir(join(folder, 'documents'));
  for (const [name, make] of Object.entries(DOCUMENTS))
    await writeFile(join(folder, 'documents', `${name}.pdf`), make());
  const chain = [authority.intermediate, authority.root];
  const lists = await Promise.all(chain.map(written));
  const { command } = await outsideTool('pyhanko');
  await promisify(execFile)(command, [
    join(import.meta.dirname, 'sign-levels.py'),
    join(folder, 'documents'),
    ...(await identityFiles('signer', [authority.rsa, ...chain])),
    ...(await identityFiles('stamps', [authority.timestamps, ...chain])),
    ...lists,
  ]);
}, INSTALLING);
afterAll(async () => {
  await pyhanko.close();
  await rm(folder, { recursive: true });
});

async function identityFiles(name: string, chain: [Identity, ...Identity[]]): Promise<[string, string]> {
  const [key, certificates] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  await writeFile(key, chain[0].key.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(certificates, chain.map(({ certificate }) => certificate.toString()).join(''));
  return [key, certificates];
}

async function written(issuer: Identity): Promise<string> {
  const path = join(folder, `${issuer.certificate.serialNumber}.crl`);
  await writeFile(path, makeRevocationList(issuer));
  return path;
}

describe('long-term signatures by pyHanko are recognised here, and accepted by pyHanko, in the manner of', () => {
  it.each(Object.keys(DOCUMENTS))('%s', async (name) => {
    const original = DOCUMENTS[name]?.() ?? Buffer.alloc(0);
    const order = {
      roots: [authority.root.certificate.toString()],
      original: { sha256: createHash('sha256').update(original).digest('hex'), size: original.length },
    };
    for (const level of ['LT', 'LTA']) {
      const file = join(folder, 'documents', `${name}.${level}`);
      expect((await verifyPdfSignature(file, order)).verification).toMatchObject({
        result: 'indeterminate',
        reasons: ['validation-material-appended'],
        facts: { documentTimestamps: level === 'LTA' ? '1' : '0' },
      });
    }
    expect(await validators['pyhanko']?.(join(folder, 'documents', `${name}.LTA`))).toBe(true);
  });
});

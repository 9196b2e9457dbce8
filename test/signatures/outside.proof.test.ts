import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeAuthority, makeIdentity, type Authority } from './authority.js';
import { verifyPdfSignature } from '../../src/signatures/verification/verification.js';
import { appendStore, appendTimestamp, makeValidators, PyHanko, type Validator } from './outside-validators.js';
import { signPdf, withAppendedRevision, type SignOrder } from './signer.js';

/** If the tools are missing, installing them takes minutes. */
const INSTALLING = 900_000;
const SAMPLES = ['agreement.pdf', 'annex.pdf'];

let folder: string;
let authority: Authority;
let validators: Record<string, Validator>;
let strangers: Record<string, Validator>;
let pyhanko: PyHanko;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outside-'));
  authority = await makeAuthority();
  const other = await makeIdentity({ name: 'Another Root', issues: {} });
  pyhanko = await PyHanko.start();
  validators = await makeValidators(join(folder, 'root'), authority.root.certificate.toString(), pyhanko);
  strangers = await makeValidators(join(folder, 'other'), other.certificate.toString(), pyhanko);
}, INSTALLING);
afterAll(async () => {
  await pyhanko.close();
  await rm(folder, { recursive: true });
});

const agreed = { ours: true, pdfsig: true, pyhanko: true };
const refused = { ours: false, pdfsig: false, pyhanko: false };

async function validatorsOn(file: Buffer, by = validators): Promise<Record<string, boolean>> {
  const path = join(folder, 'signed.pdf');
  await writeFile(path, file);
  const verdicts: Record<string, boolean> = {};
  for (const [name, validator] of Object.entries(by)) verdicts[name] = await validator(path);
  return verdicts;
}

function signed(sample: string, more: Partial<SignOrder> = {}): Promise<Buffer> {
  return readFile(join('samples', sample)).then((original) =>
    signPdf(original, { signer: authority.rsa, chain: [authority.intermediate], ...more }),
  );
}

describe('our verification, pdfsig and pyHanko', () => {
  it.each(SAMPLES)('pass what RSA, RSA-PSS and ECDSA signed: %s', async (sample) => {
    expect(await validatorsOn(await signed(sample))).toEqual(agreed);
    expect(await validatorsOn(await signed(sample, { pss: true, digest: 'sha512' }))).toEqual(agreed);
    expect(await validatorsOn(await signed(sample, { signer: authority.ecdsa }))).toEqual(agreed);
  });

  it('pass a second signature, and one with a timestamp', async () => {
    const timestamp = { authority: authority.timestamps, chain: [authority.intermediate], at: new Date() };
    const once = await signed('annex.pdf', { timestamp });
    expect(await validatorsOn(once)).toEqual(agreed);
    const chain = [authority.intermediate];
    expect(await validatorsOn(await signPdf(once, { signer: authority.ecdsa, chain }))).toEqual(agreed);
  });

  it.each(SAMPLES)('refuse content that was changed: %s', async (sample) => {
    const file = await signed(sample);
    const place = file.indexOf('stream\n') + 20;
    file[place] = (file[place] ?? 0) ^ 1;
    expect(await validatorsOn(file)).toEqual(refused);
  });

  it('refuse a signature value that was changed', async () => {
    const file = await signed('agreement.pdf');
    const start = file.indexOf('/Contents <') + '/Contents <'.length;
    const digits = file.toString('latin1', start, file.indexOf('>', start)).replace(/(00)+$/, '').length;
    const place = start + digits - 20;
    file.write(file[place] === 0x30 ? '1' : '0', place, 'latin1');
    expect(await validatorsOn(file)).toEqual(refused);
  });

  it.each(SAMPLES)('refuse a revision appended after signing: %s', async (sample) => {
    expect(await validatorsOn(await withAppendedRevision(await signed(sample)))).toEqual(refused);
  });

  it.each(SAMPLES)('know validation material that pyHanko appended from anything else: %s', async (sample) => {
    const path = join(folder, 'long-term.pdf');
    await writeFile(path, await signed(sample));
    await appendStore(path);
    const order = { roots: [authority.root.certificate.toString()] };
    const appended = { result: 'indeterminate', reasons: ['validation-material-appended'] };
    expect(await verifyPdfSignature(path, order)).toMatchObject({ verification: appended });
    expect(await validators['pyhanko']?.(path)).toBe(true);
    await appendTimestamp(folder, path, authority.timestamps, [authority.intermediate]);
    expect(await verifyPdfSignature(path, order)).toMatchObject({
      verification: { ...appended, facts: { documentTimestamps: '1' } },
    });
    expect(await validators['pyhanko']?.(path)).toBe(true);
  });

  it('refuse a chain to another root', async () => {
    expect(await validatorsOn(await signed('agreement.pdf'), strangers)).toEqual(refused);
  });

  it('refuse a file without a signature', async () => {
    expect(await validatorsOn(await readFile('samples/agreement.pdf'))).toEqual(refused);
  });
});

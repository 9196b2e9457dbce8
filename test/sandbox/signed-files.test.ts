import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentInfo, SignedData } from 'pkijs';
import { outsideTool } from '../../local/outside-tools.js';
import { X509Certificate } from '../../sandbox/signing/x509.js';
import { pdf, Stand } from './support.js';

let stand: Stand;
let folder: string;
beforeAll(async () => {
  if (spawnSync('pdfsig', ['-v']).error !== undefined) {
    throw new Error('pdfsig is not installed; it comes with poppler-utils and judges the signed files here');
  }
  folder = mkdtempSync(join(tmpdir(), 'signed-'));
  stand = await Stand.start({ settings: { behaviour: { algorithm: 'ecdsa' } } }); // RSA keys take long to make
});
afterAll(async () => {
  await stand.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await stand.control.resetSettings();
});

/** What pdfsig says about a file. */
function verdictOn(file: Buffer): string {
  const path = join(folder, 'checked.pdf');
  writeFileSync(path, file);
  return execFileSync('pdfsig', ['-nocert', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

async function signed(original: Buffer, body: Record<string, unknown> = {}): Promise<{ document: Buffer; pk: number }> {
  const { pk } = await stand.createReady();
  const uid = await stand.uploadOne(pk, original);
  const secret = await stand.code(pk);
  expect(await stand.api('POST', `/sign/${pk}`, { secret, ...body })).toMatchObject({ status: 200 });
  return { document: await stand.file(`/document/${pk}/${uid}?document_type=signed`), pk };
}

describe.each(['rsa', 'ecdsa'])('with %s', (algorithm) => {
  beforeEach(async () => stand.setting({ algorithm }));

  test.each([false, true])(
    'pdfsig finds document and contract valid (cross-reference stream: %s)',
    async (objectStreams) => {
      const original = await pdf('to be signed', { objectStreams });
      const { document, pk } = await signed(original);
      expect(verdictOn(document)).toContain('Signature is Valid');
      expect(verdictOn(document)).toContain('Total document signed');
      expect(document.subarray(0, original.length).equals(original)).toBe(true);
      const contract = await stand.file(`/contract/${pk}`);
      expect(verdictOn(contract)).toContain('Signature is Valid');
    },
  );

  test('a file saved anew is valid and no longer begins with what was uploaded', async () => {
    await stand.setting({ signedFile: 'rewritten' });
    const original = await pdf('to be saved anew');
    const { document } = await signed(original);
    expect(verdictOn(document)).toContain('Signature is Valid');
    expect(document.subarray(0, original.length).equals(original)).toBe(false);
  });
});

test('a file that was signed before keeps its first signature valid', async () => {
  const { document: once } = await signed(await pdf('signed twice'));
  const { document: twice } = await signed(once);
  expect(verdictOn(twice).match(/Signature is Valid/g)).toHaveLength(2);
});

test('a visible signature stands where it was asked for', async () => {
  const appearance = { text: ['Firmado por: %(CN)s', 'Fecha: %(DATE)s'], position: '30,100,265,150', page: 0 };
  const { document } = await signed(await pdf('visible'), { signature: { appearance } });
  expect(verdictOn(document)).toContain('Signature is Valid');
  expect(document.toString('latin1')).toMatch(/\/Rect \[ 30 100 265 150 \]/);
});

test('a file of 20 MB is signed', async () => {
  const original = await pdf('large', { extra: randomBytes(20_000_000) });
  const { document } = await signed(original);
  expect(verdictOn(document)).toContain('Signature is Valid');
  expect(document.subarray(0, original.length).equals(original)).toBe(true);
});

test('the signature is PAdES baseline B-T and its certificate chains to the exported root', async () => {
  const { document } = await signed(await pdf('attributes'));
  const hex = /\/Contents <([0-9a-f]+)>/.exec(document.toString('latin1'))?.[1] ?? '';
  const cms = ContentInfo.fromBER(Uint8Array.from(Buffer.from(hex, 'hex')).buffer);
  const data = new SignedData({ schema: cms.content });
  const types = data.signerInfos[0]?.signedAttrs?.attributes.map((attribute) => attribute.type);
  expect(types?.sort()).toEqual(['1.2.840.113549.1.9.16.2.47', '1.2.840.113549.1.9.3', '1.2.840.113549.1.9.4']);
  expect(document.toString('latin1')).toContain('/SubFilter /ETSI.CAdES.detached');

  const [end, issuing] = (data.certificates ?? []).map(
    (each) => new X509Certificate(new Uint8Array(each.toSchema(true).toBER())),
  );
  const root = new X509Certificate(readFileSync(stand.sandbox.roots, 'utf8'));
  if (end === undefined || issuing === undefined) throw new Error('the chain is not in the signature');
  expect(await issuing.verify({ publicKey: root.publicKey })).toBe(true);
  expect(await end.verify({ publicKey: issuing.publicKey })).toBe(true);
});

test('every signature has a certificate of its own', async () => {
  const [one, other] = [await signed(await pdf('one')), await signed(await pdf('other'))];
  expect(await serial(one.pk)).not.toEqual(await serial(other.pk));
});

test('the contract that is signed is the contract that was shown', async () => {
  const { pk } = await stand.createReady();
  await stand.uploadOne(pk, await pdf('one'));
  const shown = await stand.file(`/contract/${pk}`);
  await stand.sign(pk);
  const after = await stand.file(`/contract/${pk}`);
  expect(after.subarray(0, shown.length).equals(shown)).toBe(true);
  await stand.setting({ contractAfterSigning: 'unsigned' });
  expect((await stand.file(`/contract/${pk}`)).equals(shown)).toBe(true);
});

test('a damaged file is not valid, and an unsigned one has no signature', async () => {
  const { pk } = await stand.createReady();
  const uid = await stand.uploadOne(pk, await pdf('one'));
  await stand.sign(pk);
  await stand.faults({ name: 'file-damaged' });
  expect(verdictOn(await stand.file(`/document/${pk}/${uid}?document_type=signed`))).toContain('Digest Mismatch');
  await stand.faults({ name: 'file-unsigned' });
  expect((await stand.file(`/document/${pk}/${uid}?document_type=signed`)).includes('/ByteRange')).toBe(false);
  await stand.faults();
});

async function serial(pk: number): Promise<unknown> {
  return (await stand.inside(pk)).certificate;
}

const TIMESTAMP = '1.2.840.113549.1.9.16.2.14';

function cmsIn(document: Buffer): SignedData {
  const hex = /\/Contents <([0-9a-f]+)>/.exec(document.toString('latin1'))?.[1] ?? '';
  return new SignedData({ schema: ContentInfo.fromBER(Uint8Array.from(Buffer.from(hex, 'hex')).buffer).content });
}

const isStamped = (document: Buffer) =>
  cmsIn(document).signerInfos[0]?.unsignedAttrs?.attributes.some(({ type }) => type === TIMESTAMP) ?? false;

test('a signature has a timestamp that pyHanko trusts, or none where a setting says so', async () => {
  const { document } = await signed(await pdf('stamped'));
  expect(isStamped(document)).toBe(true);
  const path = join(folder, 'stamped.pdf');
  writeFileSync(path, document);
  const { command, arguments: before } = await outsideTool('pyhanko');
  const options = ['--trust', stand.sandbox.roots, '--trust-replace', '--no-revocation-check', '--pretty-print'];
  const said = execFileSync(command, [...before, 'sign', 'validate', ...options, path], { encoding: 'utf8' });
  expect(said).toContain('The signature is judged VALID');
  expect(said).toContain('The TSA certificate is trusted.');

  await stand.setting({ signatureLevel: 'B-B' });
  const { document: plain } = await signed(await pdf('not stamped'));
  expect(isStamped(plain)).toBe(false);
  expect(verdictOn(plain)).toContain('Signature is Valid');
});

test('the RAO may sign the contract too, or alone', async () => {
  await stand.setting({ contractSigners: 'signer-and-rao' });
  const { pk } = await signed(await pdf('countersigned'));
  const both = verdictOn(await stand.file(`/contract/${pk}`));
  expect(both.match(/Signature is Valid/g)).toHaveLength(2);
  expect(both).toContain('Sandbox RAO');
  await stand.setting({ contractSigners: 'rao' });
  const { pk: other } = await signed(await pdf('signed by the RAO'));
  const alone = verdictOn(await stand.file(`/contract/${other}`));
  expect(alone.match(/Signer Certificate Common Name/g)).toHaveLength(1);
  expect(alone).toContain('Sandbox RAO');
});

test('signatures that a document brings are taken away where a setting says so', async () => {
  const { document: once } = await signed(await pdf('signed twice'));
  await stand.setting({ earlierSignatures: 'stripped' });
  const { document: again } = await signed(once);
  expect(verdictOn(again).match(/Signature is Valid/g)).toHaveLength(1);
});

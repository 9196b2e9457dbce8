import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PDFDocument } from '@cantoo/pdf-lib';

import type { Verification } from '../../src/messages/outcome.js';
import { mayPass, REASONS, resultOf } from '../../src/signatures/reasons.js';
import { verifyPdfSignature } from '../../src/signatures/verification/verification.js';
import { makeAuthority, makeIdentity, type Authority, type Identity } from './authority.js';
import {
  signPdf,
  withAppendedRevision,
  withDocumentTimestamp,
  withStore,
  type DocumentTimestampOrder,
  type SignOrder,
  type StoreOrder,
} from './signer.js';

let folder: string;
let path: string;
let authority: Authority;
let other: Identity;
let agreement: Buffer;
let annex: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verification-'));
  path = join(folder, 'signed.pdf');
  [authority, other, agreement, annex] = await Promise.all([
    makeAuthority(),
    makeIdentity({ name: 'Another Root', issues: {} }),
    readFile('samples/agreement.pdf'),
    readFile('samples/annex.pdf'),
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

function orderOf(more: Partial<SignOrder> = {}): SignOrder {
  return { signer: authority.rsa, chain: [authority.intermediate], ...more };
}

function digestOf(original: Buffer): { sha256: string; size: number } {
  return { sha256: createHash('sha256').update(original).digest('hex'), size: original.length };
}

async function verify(file: Buffer, original?: Buffer, roots: Identity[] = [authority.root]): Promise<Verification> {
  await writeFile(path, file);
  const { verification } = await verifyPdfSignature(path, {
    roots: roots.map(({ certificate }) => certificate.toString()),
    ...(original === undefined ? {} : { original: digestOf(original) }),
  });
  return verification;
}

function changedAt(file: Buffer, place: number): Buffer {
  const copy = Buffer.from(file);
  copy[place] = (copy[place] ?? 0) ^ 1;
  return copy;
}

const passed = { result: 'passed', reasons: [] };
const failed = (...reasons: string[]) => ({ result: 'failed', reasons });
const indeterminate = (...reasons: string[]) => ({ result: 'indeterminate', reasons });

describe('a signed file passes', () => {
  it('when RSA PKCS#1, RSA-PSS or ECDSA signed it, over a table or a cross-reference stream', async () => {
    const keys = [
      {},
      { pss: true },
      { signer: authority.ecdsa },
      { digest: 'sha512' },
      { pss: true, digest: 'sha384' },
    ] as const;
    for (const original of [agreement, annex]) {
      for (const key of keys) {
        expect(await verify(await signPdf(original, orderOf(key)), original)).toMatchObject(passed);
      }
    }
  });

  it('and the facts tell how it was signed, without a name', async () => {
    const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 3_600_000);
    const signer = await makeIdentity({ name: 'Canary Name', issuer: authority.intermediate });
    const order = { signer, chain: [authority.intermediate], statedTime: at, pss: true };
    const { facts } = await verify(await signPdf(agreement, order), agreement);
    expect(facts).toEqual({
      signatures: '1',
      earlierSignatures: '0',
      documentTimestamps: '0',
      revocation: 'not-checked',
      subFilter: 'ETSI.CAdES.detached',
      digestAlgorithm: 'sha256',
      signatureAlgorithm: 'RSA-PSS',
      timestamp: 'absent',
      signingTime: at.toISOString(),
      signingTimeSource: 'dictionary',
      signerSerialNumber: signer.certificate.serialNumber,
      signerCertificateSha256: createHash('sha256').update(signer.certificate.raw).digest('hex'),
      qcCompliance: 'not-stated',
      qcSscd: 'not-stated',
      rootCertificateSha256: createHash('sha256').update(authority.root.certificate.raw).digest('hex'),
    });
    expect(JSON.stringify(facts)).not.toContain('Canary');
  });

  it('when it was signed before it was uploaded, and the earlier signature is counted', async () => {
    const uploaded = await signPdf(agreement, orderOf({ signer: authority.ecdsa }));
    const verification = await verify(await signPdf(uploaded, orderOf()), uploaded);
    expect(verification).toMatchObject({ ...passed, facts: { signatures: '2', earlierSignatures: '1' } });
  });

  it('when its text speaks of /ByteRange', async () => {
    const document = await PDFDocument.load(agreement);
    document.setTitle('/ByteRange [0 10 20 99999999]');
    document.setSubject('7 0 obj << /ByteRange [0 10 20 99999999] /Contents <00> >>');
    await document.attach(await signPdf(annex, orderOf()), 'signed-annex.pdf');
    const original = Buffer.from(await document.save({ useObjectStreams: false }));
    expect(await verify(await signPdf(original, orderOf()), original)).toMatchObject(passed);
  });

  it('when a timestamp holds: its time counts, also for a certificate that has expired since', async () => {
    const stamped = new Date(Math.floor(Date.now() / 1000) * 1000 - 20 * 86_400_000);
    const [from, to] = [new Date(stamped.getTime() - 3_600_000), new Date(stamped.getTime() + 3_600_000)];
    const root = await makeIdentity({ name: 'Old Root', issues: {}, from });
    const signer = await makeIdentity({ name: 'Short-lived', issuer: root, from, to });
    const stamps = await makeIdentity({ name: 'Stamps', issuer: root, from, timeStamping: true });
    const timestamp = { authority: stamps, chain: [], at: stamped };
    const file = await signPdf(agreement, { signer, chain: [], timestamp, statedTime: new Date() });
    expect(await verify(file, agreement, [root])).toMatchObject({
      ...passed,
      facts: { timestamp: 'present', signingTimeSource: 'timestamp', signingTime: stamped.toISOString() },
    });
  });
});

describe('a file fails', () => {
  it('without a signature', async () => {
    expect(await verify(agreement, agreement)).toMatchObject(failed('no-signature'));
  });

  it('when it has only the signature it was uploaded with', async () => {
    const uploaded = await signPdf(agreement, orderOf());
    expect(await verify(uploaded, uploaded)).toMatchObject(failed('no-new-signature'));
  });

  it('when a byte of the content was changed', async () => {
    const file = await signPdf(agreement, orderOf());
    expect(await verify(changedAt(file, 500))).toMatchObject(failed('digest-mismatch'));
    expect((await verify(changedAt(file, file.lastIndexOf('/M (D:2') + 8))).reasons).toContain('digest-mismatch');
  });

  it('when a byte was changed of what is signed in the CMS, and no change crashes the check', async () => {
    const file = await signPdf(agreement, orderOf({ signer: authority.ecdsa, chain: [] }));
    const start = file.indexOf('/Contents <') + '/Contents <'.length;
    const cms = Buffer.from(file.toString('latin1', start, file.indexOf('>', start)), 'hex');
    const [certificate, algorithm] = [authority.ecdsa.certificate.raw, Buffer.from('300a06082a8648ce3d040302', 'hex')];
    const from = cms.indexOf(certificate);
    const attributes = cms.indexOf(Buffer.from('2a864886f70d010903', 'hex')) - 4;
    const scheme = cms.indexOf(algorithm, attributes);
    const signed = (byte: number) =>
      (byte >= from && byte < from + certificate.length) ||
      (byte >= attributes && byte < scheme) ||
      byte >= scheme + algorithm.length;
    const notFailed: number[] = [];
    // Every third, with each bit in turn: all of them take a minute and find nothing else.
    for (let byte = 0; byte < 4 + cms.readUInt16BE(2); byte += 3) {
      const copy = Buffer.from(file);
      const value = (cms[byte] ?? 0) ^ (1 << (byte % 8));
      copy.write(value.toString(16).padStart(2, '0'), start + byte * 2, 'latin1');
      const { result } = await verify(copy, agreement, [authority.root, authority.intermediate]);
      if (signed(byte) && result !== 'failed') notFailed.push(byte);
    }
    expect(notFailed).toEqual([]);
  });

  it('when the padding of the signature hides other bytes', async () => {
    const file = await signPdf(agreement, orderOf());
    file.write('41', file.indexOf('> /ByteRange') - 2, 'latin1');
    expect(await verify(file, agreement)).toMatchObject(failed('cms-unreadable'));
  });

  it('when something was appended after it was signed', async () => {
    const file = await signPdf(agreement, orderOf());
    expect(await verify(await withAppendedRevision(file), agreement)).toMatchObject(
      failed('byte-range-not-whole-file'),
    );
    expect(await verify(Buffer.concat([file, Buffer.from('\n')]), agreement)).toMatchObject(
      failed('byte-range-not-whole-file'),
    );
  });

  it('when it was cut', async () => {
    const file = await signPdf(agreement, orderOf());
    expect((await verify(file.subarray(0, -1), agreement)).reasons).toContain('byte-range-malformed');
  });

  it('when the byte range leaves out more than the signature', async () => {
    const file = await signPdf(agreement, orderOf());
    const [whole, start = '', end = ''] = /\[0 (\d{10}) (\d{10})/.exec(file.toString('latin1')) ?? [];
    const wider = `[0 ${String(Number(start) - 1).padStart(10, '0')} ${end}`;
    expect(whole).toBeDefined();
    file.write(wider, file.indexOf(`[0 ${start}`), 'latin1');
    expect(await verify(file, agreement)).toMatchObject(failed('byte-range-malformed'));
  });

  it('when the chain leads to another root', async () => {
    const file = await signPdf(agreement, orderOf());
    expect(await verify(file, agreement, [other])).toMatchObject(failed('chain-not-trusted'));
  });

  it('when its certificate copies the name of the root that is trusted', async () => {
    const forgedRoot = await makeIdentity({ name: 'Test Root', issues: {} });
    const signer = await makeIdentity({ name: 'Forger', issuer: forgedRoot });
    const file = await signPdf(agreement, { signer, chain: [forgedRoot] });
    expect(await verify(file, agreement)).toMatchObject(failed('chain-not-trusted'));
  });

  it('when a signer, or an authority below its path length, issued the certificate', async () => {
    const bySigner = await makeIdentity({ name: 'Issued by a signer', issuer: authority.rsa });
    const file = await signPdf(agreement, { signer: bySigner, chain: [authority.rsa, authority.intermediate] });
    expect((await verify(file, agreement)).result).toBe('failed');
    const tooDeep = await makeIdentity({ name: 'Too deep', issuer: authority.intermediate, issues: {} });
    const signer = await makeIdentity({ name: 'Far below', issuer: tooDeep });
    const deep = await signPdf(agreement, { signer, chain: [tooDeep, authority.intermediate] });
    expect(await verify(deep, agreement)).toMatchObject(failed('certificate-unsuitable'));
  });

  it('when the signed attributes name another certificate', async () => {
    const file = await signPdf(agreement, orderOf({ named: authority.ecdsa }));
    expect(await verify(file, agreement)).toMatchObject(failed('signing-certificate-mismatch'));
  });

  it('when another key made the signature value', async () => {
    const mixed = { certificate: authority.rsa.certificate, key: authority.timestamps.key };
    expect(await verify(await signPdf(agreement, orderOf({ signer: mixed })), agreement)).toMatchObject(
      failed('signature-invalid'),
    );
  });
});

describe('a file is indeterminate', () => {
  it('without a root to measure it against', async () => {
    expect(await verify(await signPdf(agreement, orderOf()), agreement, [])).toMatchObject(
      indeterminate('no-roots-configured'),
    );
  });

  it('when it does not begin with what was uploaded', async () => {
    const rewritten = Buffer.from(await (await PDFDocument.load(agreement)).save({ useObjectStreams: false }));
    expect(await verify(await signPdf(rewritten, orderOf()), agreement)).toMatchObject(
      indeterminate('content-rewritten'),
    );
    expect(await verify(await signPdf(annex, orderOf()), agreement)).toMatchObject(indeterminate('content-rewritten'));
  });

  it('when the sub-filter is unknown, though all that could be checked holds', async () => {
    expect(await verify(await signPdf(agreement, orderOf({ subFilter: 'x.unknown' })), agreement)).toMatchObject(
      indeterminate('sub-filter-unknown'),
    );
  });

  it('when its timestamp is of something else, of no known authority, or not by an authority for timestamps', async () => {
    const at = new Date();
    const chain = [authority.intermediate];
    const ofOther = { authority: authority.timestamps, chain, at, over: Buffer.from('another signature') };
    expect(await verify(await signPdf(agreement, orderOf({ timestamp: ofOther })), agreement)).toMatchObject(
      indeterminate('timestamp-invalid'),
    );
    const unknown = await makeIdentity({ name: 'Stamps', issuer: other, timeStamping: true });
    for (const each of [unknown, authority.rsa]) {
      const timestamp = { authority: each, chain, at };
      expect(await verify(await signPdf(agreement, orderOf({ timestamp })), agreement)).toMatchObject(
        indeterminate('timestamp-not-trusted'),
      );
    }
  });
});

describe('what may pass', () => {
  const facts = {};

  it('is what passed, and what is indeterminate for allowed reasons alone', () => {
    expect(mayPass({ result: 'passed', reasons: [], facts }, [])).toBe(true);
    const rewritten: Verification = { result: 'indeterminate', reasons: ['content-rewritten'], facts };
    expect(mayPass(rewritten, [])).toBe(false);
    expect(mayPass(rewritten, ['content-rewritten'])).toBe(true);
    expect(mayPass({ ...rewritten, reasons: ['content-rewritten', 'timestamp-invalid'] }, ['content-rewritten'])).toBe(
      false,
    );
  });

  it('is never what failed, whatever is allowed', () => {
    const all = Object.keys(REASONS);
    expect(mayPass({ result: 'failed', reasons: ['digest-mismatch'], facts }, all)).toBe(false);
  });

  it('fails for good when one of several reasons is a failure', () => {
    expect(resultOf(['content-rewritten', 'digest-mismatch'])).toBe('failed');
  });
});

async function withMaterial(original: Buffer, order?: StoreOrder): Promise<Buffer> {
  return withStore(await signPdf(original, orderOf()), Buffer.from(authority.root.certificate.raw), order);
}

describe('what follows the signature', () => {
  it('is told apart when it is validation material, once or twice, and may pass by a setting', async () => {
    for (const original of [agreement, annex]) {
      const file = await withMaterial(original);
      const once = await verify(file, original);
      expect(once).toMatchObject(indeterminate('validation-material-appended'));
      expect(mayPass(once, ['validation-material-appended'])).toBe(true);
      const twice = await withStore(file, Buffer.from(authority.intermediate.certificate.raw));
      expect(await verify(twice, original)).toMatchObject(indeterminate('validation-material-appended'));
    }
  });

  const harmful: [string, StoreOrder][] = [
    ['a page is replaced', { more: (page) => [[page, '<< /Type /Page >>']] }],
    ['an object comes along that nothing leads to', { more: (_, next) => [[next, '(Hello)']] }],
    ['the catalog opens something', { catalog: { key: 'OpenAction', value: 'Anything' } }],
    ['a certificate is something that a page can show', { certificate: Buffer.from('0 0 300 300 re f') }],
    ['a certificate brings more than itself', { certificate: Buffer.from([0x30, 0x01, 0x00, 0x20, 0x66]) }],
    [
      'the update leads past what was signed',
      { last: (file) => file.write('/Prev 1', file.lastIndexOf('/Prev '), 'latin1') },
    ],
    [
      'readers are led elsewhere at the end',
      { last: (file) => file.write('startxref\n7', file.lastIndexOf('startxref'), 'latin1') },
    ],
  ];
  it.each(harmful)('fails when %s', async (_, order) => {
    for (const original of [agreement, annex]) {
      const { result, reasons } = await verify(await withMaterial(original, order), original);
      expect(result).toBe('failed');
      expect(reasons).toContain('byte-range-not-whole-file');
    }
  });
});

async function stampedAfter(original: Buffer, more: Partial<DocumentTimestampOrder> = {}): Promise<Buffer> {
  const order = { authority: authority.timestamps, chain: [authority.intermediate], at: new Date(), ...more };
  return withDocumentTimestamp(await withMaterial(original), order);
}

const replaced = (what: RegExp, by: string) => ({ alter: (text: string) => text.replace(what, by) });
const inField = (what: RegExp, by: string) => ({
  alter: (text: string) => (text.includes('/FT') ? text.replace(what, by) : text),
});
describe('a document timestamp after the signature', () => {
  it('is validation material, once or twice, and may pass by a setting', async () => {
    for (const original of [agreement, annex]) {
      const once = await stampedAfter(original);
      expect(await verify(once, original)).toMatchObject({
        ...indeterminate('validation-material-appended'),
        facts: { documentTimestamps: '1' },
      });
      const order = { authority: authority.timestamps, chain: [authority.intermediate], at: new Date() };
      const twice = await withDocumentTimestamp(
        await withStore(once, Buffer.from(authority.rsa.certificate.raw)),
        order,
      );
      expect(await verify(twice, original)).toMatchObject(indeterminate('validation-material-appended'));
    }
  });

  it('counts only where it holds and leads to a root', async () => {
    const foreign = await makeIdentity({ name: 'Stamps', issuer: other, timeStamping: true });
    expect(await verify(await stampedAfter(agreement, { authority: foreign, chain: [] }), agreement)).toMatchObject(
      indeterminate('validation-material-appended', 'timestamp-not-trusted'),
    );
    expect(await verify(await stampedAfter(agreement, { over: Buffer.from('another') }), agreement)).toMatchObject(
      indeterminate('validation-material-appended', 'timestamp-invalid'),
    );
  });

  const harmful: [string, Partial<DocumentTimestampOrder>][] = [
    ['shows something', inField(/\/Rect \[0 0 0 0\]/, '/Rect [0 0 300 300]')],
    ['has an appearance', inField(/\/F 132/, '/F 132 /AP << /N 1 0 R >>')],
    ['does something when it is clicked', inField(/\/F 132/, '/F 132 /A << /S /URI /URI (x) >>')],
    ['is a field of another kind', inField(/\/FT \/Sig/, '/FT /Tx')],
    ['changes the page it lies on', replaced(/\/MediaBox \[[^\]]*\]/, '/MediaBox [0 0 100 100]')],
    ['takes an annotation off the page', replaced(/\/Annots \[\d+ 0 R/, '/Annots [')],
    ['puts an annotation of others on the page', replaced(/\/Annots \[/, '/Annots [1 0 R ')],
    ['takes a field out of the form', replaced(/\/Fields \[\d+ 0 R/, '/Fields [')],
    ['has the form filled in anew', replaced(/\/SigFlags 3/, '/SigFlags 3 /NeedAppearances true')],
    ['is a signature of nobody', { dictionary: '/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161' }],
    [
      'leads to something else',
      { dictionary: '/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /Reference [1 0 R]' },
    ],
  ];
  it.each(harmful)('fails when it %s', async (_, order) => {
    for (const original of [agreement, annex]) {
      const { result, reasons } = await verify(await stampedAfter(original, order), original);
      expect(result).toBe('failed');
      expect(['byte-range-not-whole-file', 'no-signature']).toContain(reasons[0]);
    }
  });
});

import { createHash } from 'node:crypto';

import { PDFDocument } from '@cantoo/pdf-lib';

import type { Verification } from '../../src/messages/outcome.js';
import { mayPass, REASONS, resultOf } from '../../src/signatures/reasons.js';
import { makeIdentity, type Identity } from './authority.js';
import { signPdf, withAppendedRevision } from './signer.js';
import { failed, indeterminate, passed, secondsAgo, Workbench } from './workbench.js';

let at: Workbench;
let other: Identity;
let agreement: Buffer;
let annex: Buffer;
beforeAll(async () => {
  at = await Workbench.open();
  ({ agreement, annex } = at);
  other = await makeIdentity({ name: 'Another Root', issues: {} });
});
afterAll(() => at.close());

function changedAt(file: Buffer, place: number): Buffer {
  const copy = Buffer.from(file);
  copy[place] = (copy[place] ?? 0) ^ 1;
  return copy;
}

describe('a signed file passes', () => {
  it('when RSA PKCS#1, RSA-PSS or ECDSA signed it, over a table or a cross-reference stream', async () => {
    const keys = [
      {},
      { pss: true },
      { signer: at.authority.ecdsa },
      { digest: 'sha512' },
      { pss: true, digest: 'sha384' },
    ] as const;
    for (const original of [agreement, annex]) {
      for (const key of keys) {
        expect(await at.verify(await at.sign(original, key), original)).toMatchObject(passed);
      }
    }
  });

  it('and the facts show how it was signed, without a name', async () => {
    const stated = secondsAgo(3600);
    const signer = await makeIdentity({ name: 'Canary Name', issuer: at.authority.intermediate });
    const { facts } = await at.verify(await at.sign(agreement, { signer, statedTime: stated, pss: true }), agreement);
    expect(facts).toEqual({
      signatures: '1',
      earlierSignatures: '0',
      documentTimestamps: '0',
      revocation: 'not-checked',
      subFilter: 'ETSI.CAdES.detached',
      digestAlgorithm: 'sha256',
      signatureAlgorithm: 'RSA-PSS',
      timestamp: 'absent',
      signingTime: stated.toISOString(),
      signingTimeSource: 'dictionary',
      signerSerialNumber: signer.certificate.serialNumber,
      signerCertificateSha256: createHash('sha256').update(signer.certificate.raw).digest('hex'),
      qcCompliance: 'not-stated',
      qcSscd: 'not-stated',
      rootCertificateSha256: createHash('sha256').update(at.authority.root.certificate.raw).digest('hex'),
    });
    expect(JSON.stringify(facts)).not.toContain('Canary');
  });

  it('when it was signed before it was uploaded, and the earlier signature is counted', async () => {
    const uploaded = await at.sign(agreement, { signer: at.authority.ecdsa });
    const verification = await at.verify(await at.sign(uploaded), uploaded);
    expect(verification).toMatchObject({ ...passed, facts: { signatures: '2', earlierSignatures: '1' } });
  });

  it('when its text speaks of /ByteRange', async () => {
    const document = await PDFDocument.load(agreement);
    document.setTitle('/ByteRange [0 10 20 99999999]');
    document.setSubject('7 0 obj << /ByteRange [0 10 20 99999999] /Contents <00> >>');
    await document.attach(await at.sign(annex), 'signed-annex.pdf');
    const original = Buffer.from(await document.save({ useObjectStreams: false }));
    expect(await at.verify(await at.sign(original), original)).toMatchObject(passed);
  });

  it('when a timestamp holds: its time counts, also for a certificate that has expired since', async () => {
    const stamped = secondsAgo(20 * 86_400);
    const [from, to] = [new Date(stamped.getTime() - 3_600_000), new Date(stamped.getTime() + 3_600_000)];
    const root = await makeIdentity({ name: 'Old Root', issues: {}, from });
    const signer = await makeIdentity({ name: 'Short-lived', issuer: root, from, to });
    const stamps = await makeIdentity({ name: 'Stamps', issuer: root, from, timeStamping: true });
    const timestamp = { authority: stamps, chain: [], at: stamped };
    const file = await signPdf(agreement, { signer, chain: [], timestamp, statedTime: new Date() });
    expect(await at.verify(file, agreement, [root])).toMatchObject({
      ...passed,
      facts: { timestamp: 'present', signingTimeSource: 'timestamp', signingTime: stamped.toISOString() },
    });
  });
});

describe('a file fails', () => {
  it('without a signature', async () => {
    expect(await at.verify(agreement, agreement)).toMatchObject(failed('no-signature'));
  });

  it('when it has only the signature it was uploaded with', async () => {
    const uploaded = await at.sign(agreement);
    expect(await at.verify(uploaded, uploaded)).toMatchObject(failed('no-new-signature'));
  });

  it('when a byte of the content was changed', async () => {
    const file = await at.sign(agreement);
    expect(await at.verify(changedAt(file, 500))).toMatchObject(failed('digest-mismatch'));
    expect((await at.verify(changedAt(file, file.lastIndexOf('/M (D:2') + 8))).reasons).toContain('digest-mismatch');
  });

  it('when a signed byte of the CMS was changed, and no change crashes the check', async () => {
    const file = await at.sign(agreement, { signer: at.authority.ecdsa, chain: [] });
    const start = file.indexOf('/Contents <') + '/Contents <'.length;
    const cms = Buffer.from(file.toString('latin1', start, file.indexOf('>', start)), 'hex');
    const [certificate, algorithm] = [
      at.authority.ecdsa.certificate.raw,
      Buffer.from('300a06082a8648ce3d040302', 'hex'),
    ];
    const from = cms.indexOf(certificate);
    const attributes = cms.indexOf(Buffer.from('2a864886f70d010903', 'hex')) - 4;
    const scheme = cms.indexOf(algorithm, attributes);
    const signed = (byte: number) =>
      (byte >= from && byte < from + certificate.length) ||
      (byte >= attributes && byte < scheme) ||
      byte >= scheme + algorithm.length;
    const notFailed: number[] = [];
    // Every third byte, with a different bit each time. Testing all takes a minute and finds nothing more.
    for (let byte = 0; byte < 4 + cms.readUInt16BE(2); byte += 3) {
      const copy = Buffer.from(file);
      const value = (cms[byte] ?? 0) ^ (1 << (byte % 8));
      copy.write(value.toString(16).padStart(2, '0'), start + byte * 2, 'latin1');
      const { result } = await at.verify(copy, agreement, [at.authority.root, at.authority.intermediate]);
      if (signed(byte) && result !== 'failed') notFailed.push(byte);
    }
    expect(notFailed).toEqual([]);
  });

  it('when the padding of the signature hides other bytes', async () => {
    const file = await at.sign(agreement);
    file.write('41', file.indexOf('> /ByteRange') - 2, 'latin1');
    expect(await at.verify(file, agreement)).toMatchObject(failed('cms-unreadable'));
  });

  it('when something was appended after it was signed', async () => {
    const file = await at.sign(agreement);
    expect(await at.verify(await withAppendedRevision(file), agreement)).toMatchObject(
      failed('byte-range-not-whole-file'),
    );
    expect(await at.verify(Buffer.concat([file, Buffer.from('\n')]), agreement)).toMatchObject(
      failed('byte-range-not-whole-file'),
    );
  });

  it('when it was cut', async () => {
    const file = await at.sign(agreement);
    expect((await at.verify(file.subarray(0, -1), agreement)).reasons).toContain('byte-range-malformed');
  });

  it('when the byte range leaves out more than the signature', async () => {
    const file = await at.sign(agreement);
    const [whole, start = '', end = ''] = /\[0 (\d{10}) (\d{10})/.exec(file.toString('latin1')) ?? [];
    const wider = `[0 ${String(Number(start) - 1).padStart(10, '0')} ${end}`;
    expect(whole).toBeDefined();
    file.write(wider, file.indexOf(`[0 ${start}`), 'latin1');
    expect(await at.verify(file, agreement)).toMatchObject(failed('byte-range-malformed'));
  });

  it('when the chain leads to another root', async () => {
    const file = await at.sign(agreement);
    expect(await at.verify(file, agreement, [other])).toMatchObject(failed('chain-not-trusted'));
  });

  it('when its certificate copies the name of the root that is trusted', async () => {
    const forgedRoot = await makeIdentity({ name: 'Test Root', issues: {} });
    const signer = await makeIdentity({ name: 'Forger', issuer: forgedRoot });
    const file = await signPdf(agreement, { signer, chain: [forgedRoot] });
    expect(await at.verify(file, agreement)).toMatchObject(failed('chain-not-trusted'));
  });

  it('when a signer, or an authority below its path length, issued the certificate', async () => {
    const bySigner = await makeIdentity({ name: 'Issued by a signer', issuer: at.authority.rsa });
    const file = await signPdf(agreement, { signer: bySigner, chain: [at.authority.rsa, at.authority.intermediate] });
    expect((await at.verify(file, agreement)).result).toBe('failed');
    const tooDeep = await makeIdentity({ name: 'Too deep', issuer: at.authority.intermediate, issues: {} });
    const signer = await makeIdentity({ name: 'Far below', issuer: tooDeep });
    const deep = await signPdf(agreement, { signer, chain: [tooDeep, at.authority.intermediate] });
    expect(await at.verify(deep, agreement)).toMatchObject(failed('certificate-unsuitable'));
  });

  it('when the signed attributes name another certificate', async () => {
    const file = await at.sign(agreement, { named: at.authority.ecdsa });
    expect(await at.verify(file, agreement)).toMatchObject(failed('signing-certificate-mismatch'));
  });

  it('when another key made the signature value', async () => {
    const mixed = { certificate: at.authority.rsa.certificate, key: at.authority.timestamps.key };
    expect(await at.verify(await at.sign(agreement, { signer: mixed }), agreement)).toMatchObject(
      failed('signature-invalid'),
    );
  });
});

describe('a file is indeterminate', () => {
  it('without a root to measure it against', async () => {
    expect(await at.verify(await at.sign(agreement), agreement, [])).toMatchObject(
      indeterminate('no-roots-configured'),
    );
  });

  it('when it does not begin with what was uploaded', async () => {
    const rewritten = Buffer.from(await (await PDFDocument.load(agreement)).save({ useObjectStreams: false }));
    expect(await at.verify(await at.sign(rewritten), agreement)).toMatchObject(indeterminate('content-rewritten'));
    expect(await at.verify(await at.sign(annex), agreement)).toMatchObject(indeterminate('content-rewritten'));
  });

  it('when the sub-filter is unknown, though all that could be checked holds', async () => {
    expect(await at.verify(await at.sign(agreement, { subFilter: 'x.unknown' }), agreement)).toMatchObject(
      indeterminate('sub-filter-unknown'),
    );
  });

  it('when its timestamp is of something else, of no known authority, or not by an authority for timestamps', async () => {
    const chain = [at.authority.intermediate];
    const ofOther = {
      authority: at.authority.timestamps,
      chain,
      at: new Date(),
      over: Buffer.from('another signature'),
    };
    expect(await at.verify(await at.sign(agreement, { timestamp: ofOther }), agreement)).toMatchObject(
      indeterminate('timestamp-invalid'),
    );
    const unknown = await makeIdentity({ name: 'Stamps', issuer: other, timeStamping: true });
    for (const each of [unknown, at.authority.rsa]) {
      const timestamp = { authority: each, chain, at: new Date() };
      expect(await at.verify(await at.sign(agreement, { timestamp }), agreement)).toMatchObject(
        indeterminate('timestamp-not-trusted'),
      );
    }
  });
});

describe('a verification that may pass', () => {
  const facts = {};

  it('is a passed one, or an indeterminate one with only allowed reasons', () => {
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

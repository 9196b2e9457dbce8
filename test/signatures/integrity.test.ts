import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PASSABLE_REASONS } from '../../src/messages/verification-reasons.js';
import { mayPass } from '../../src/signatures/reasons.js';
import { signPdfWith } from './signer.js';
import { Workbench } from './workbench.js';

let at: Workbench;
beforeAll(async () => {
  at = await Workbench.open();
});
afterAll(() => at.close());

/** OpenSSL has no option for this: elements of indefinite length, which end with a mark. */
const BER = 'ber';

/** Of a ContentInfo: headers of four bytes, the first around the identifier and the second, which is around the rest. */
function withoutLengths(der: Buffer): Buffer {
  const [identifier, signedData] = [der.subarray(4, 15), der.subarray(19)];
  const [open, wrap, ends] = ['3080', 'a080', '00000000'].map((hex) => Buffer.from(hex, 'hex')) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  return Buffer.concat([open, identifier, wrap, signedData, ends]);
}

/** Has OpenSSL make the CMS. */
async function signedByOpenSsl(options: string[]): Promise<Buffer> {
  const [key, certificate, others, content] = ['key.pem', 'signer.pem', 'others.pem', 'content'].map((name) =>
    join(at.folder, name),
  ) as [string, string, string, string];
  await writeFile(key, at.authority.rsa.key.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(certificate, at.authority.rsa.certificate.toString());
  await writeFile(others, at.authority.intermediate.certificate.toString());
  return signPdfWith(at.agreement, { subFilter: 'adbe.pkcs7.detached' }, async (bytes) => {
    await writeFile(content, bytes);
    const signer = ['-signer', certificate, '-inkey', key, '-certfile', others, '-in', content];
    const more = options.filter((option) => option !== BER);
    const der = execFileSync('openssl', ['cms', '-sign', '-binary', '-outform', 'DER', ...signer, ...more], {
      maxBuffer: 1e7,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return options.includes(BER) ? withoutLengths(der) : der;
  });
}

const changed = (file: Buffer): Buffer => {
  const copy = Buffer.from(file);
  copy[500] = (copy[500] ?? 0) ^ 1;
  return copy;
};

describe('whether the signed bytes are those that were signed', () => {
  it('has its own reason if it could not be checked; this reason comes first and never passes', async () => {
    for (const order of [{ digestOid: '2.999.5' }, { schemeOid: '2.999.6' }]) {
      const verification = await at.verify(await at.sign(at.agreement, order));
      expect(verification).toMatchObject({
        result: 'indeterminate',
        reasons: ['integrity-not-checked', 'algorithm-unsupported'],
      });
      expect(mayPass(verification, [...PASSABLE_REASONS, 'integrity-not-checked'])).toBe(false);
    }
  });

  it('is checked under a sub-filter that nobody knows, as far as it is a CMS', async () => {
    const file = await at.sign(at.agreement, { subFilter: 'x.unknown' });
    expect((await at.verify(file)).reasons).toEqual(['sub-filter-unknown']);
    expect((await at.verify(changed(file))).reasons).toEqual(['digest-mismatch', 'sub-filter-unknown']);
    expect(
      await at.verify(await at.sign(at.agreement, { subFilter: 'x.unknown', cms: Buffer.from('0500', 'hex') })),
    ).toMatchObject({
      result: 'failed',
      reasons: ['cms-unreadable'],
    });
  });

  it('is checked where the value is over the content itself, for want of signed attributes', async () => {
    const file = await signedByOpenSsl(['-noattr']);
    expect((await at.verify(file)).reasons).toEqual(['signed-attributes-missing']);
    expect((await at.verify(changed(file))).reasons).toEqual(['signature-invalid', 'signed-attributes-missing']);
  });

  it('is checked in BER as in DER, with a key identifier as with issuer and number, and with RSA-PSS', async () => {
    for (const options of [[BER], ['-keyid'], ['-md', 'sha512'], ['-md', 'sha3-256']]) {
      const file = await signedByOpenSsl(options);
      expect(await at.verify(file)).toMatchObject({ result: 'passed', reasons: [] });
      expect((await at.verify(changed(file))).reasons).toEqual(['digest-mismatch']);
    }
    expect(await at.verify(await signedByOpenSsl(['-keyopt', 'rsa_padding_mode:pss']))).toMatchObject({
      result: 'passed',
    });
  });

  it('is checked of old forms too, which are weak all the same', async () => {
    const md5 = await signedByOpenSsl(['-md', 'md5']);
    expect((await at.verify(md5)).reasons).toEqual(['algorithm-weak']);
    expect((await at.verify(changed(md5))).reasons).toEqual(['digest-mismatch', 'algorithm-weak']);
    expect(await at.verify(await at.sign(at.agreement, { subFilter: 'adbe.x509.rsa_sha1' }))).toMatchObject({
      result: 'failed',
      reasons: ['integrity-not-checked', 'algorithm-weak'],
    });
  });

  it('fails for a broken signature before a good one', async () => {
    const broken = await at.sign(at.agreement, { contentDigest: Buffer.alloc(32) });
    const good = await at.sign(broken, { signer: at.authority.ecdsa });
    expect(await at.verify(good)).toMatchObject({ result: 'failed', reasons: ['digest-mismatch'] });
  });
});

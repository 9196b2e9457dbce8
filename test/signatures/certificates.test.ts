import type { Verification } from '../../src/messages/outcome.js';
import { rsaKey } from '../rsa-keys.js';
import { makeIdentity, type Identity } from './authority.js';
import {
  curveKey,
  explicitPolicy,
  hostName,
  makeUnusual,
  oid,
  permittedHost,
  permittedOrganisation,
  policies,
  purposes,
  sequence,
  statements,
  type UnusualOrder,
} from './certificate-maker.js';
import { signPdf, type SignOrder } from './signer.js';
import { failed, indeterminate, passed, Workbench } from './workbench.js';

const DAY = 86_400_000;
let at: Workbench;
beforeAll(async () => {
  at = await Workbench.open();
});
afterAll(() => at.close());

async function verify(order: SignOrder, roots?: Identity[]): Promise<Verification> {
  return at.verify(await signPdf(at.agreement, order), undefined, roots);
}

/** Signed by a signer whose certificate comes from the intermediate authority. */
async function signedBy(order: Omit<UnusualOrder, 'name' | 'issuer'>): Promise<Verification> {
  const signer = await makeUnusual({ name: 'Unusual', issuer: at.authority.intermediate, ...order });
  return verify({ signer, chain: [at.authority.intermediate] });
}

/** Signed by a signer below an unusual authority. */
async function signedBelow(
  order: Omit<UnusualOrder, 'name' | 'issuer'>,
  signer: Omit<UnusualOrder, 'name' | 'issuer'> = {},
): Promise<Verification> {
  const issuer = await makeUnusual({
    name: 'Unusual Authority',
    issuer: at.authority.root,
    issues: { depth: 0 },
    ...order,
  });
  const leaf = await makeUnusual({ name: 'Below', issuer, ...signer });
  return verify({ signer: leaf, chain: [issuer] });
}

describe('what proves nothing any more fails', () => {
  it('in the signer’s certificate: MD5, SHA-1, RSA below 2048 bits, curves of 192 bits', async () => {
    expect(await signedBy({ digest: 'md5' })).toMatchObject(failed('algorithm-weak'));
    expect(await signedBy({ digest: 'sha1' })).toMatchObject(failed('algorithm-weak'));
    expect(await signedBy({ key: rsaKey(1024) })).toMatchObject(failed('algorithm-weak'));
    expect(await signedBy({ key: curveKey('prime192v1') })).toMatchObject(failed('algorithm-weak'));
    expect(await signedBy({ key: curveKey('brainpoolP256r1') })).toMatchObject(passed);
  });

  it('in an issuing certificate, and in the key of the root', async () => {
    expect(await signedBelow({ digest: 'sha1' })).toMatchObject(failed('algorithm-weak'));
    expect(await signedBelow({ key: rsaKey(1024) })).toMatchObject(failed('algorithm-weak'));
    expect(await signedBelow({ key: curveKey('prime192v1') })).toMatchObject(failed('algorithm-weak'));
  });

  it('but not in what a root says of itself, which nobody relies on', async () => {
    const root = await makeIdentity({ name: 'Old Root', issues: {} });
    const old = await makeUnusual({ name: 'Old Root', issuer: root, key: root.key, digest: 'sha1', issues: {} });
    const signer = await makeIdentity({ name: 'Below an old root', issuer: old });
    expect(await verify({ signer, chain: [] }, [old])).toMatchObject(passed);
  });

  it('in the signature itself, which is checked all the same', async () => {
    const chain = [at.authority.intermediate];
    expect(await verify({ signer: at.authority.rsa, chain, digest: 'sha1' })).toMatchObject(failed('algorithm-weak'));
    const mixed = { certificate: at.authority.rsa.certificate, key: at.authority.timestamps.key };
    const { reasons } = await verify({ signer: mixed, chain, digest: 'sha1' });
    expect(reasons).toEqual(['signature-invalid', 'algorithm-weak']);
  });
});

const PURPOSE = { tls: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2', mail: '1.3.6.1.5.5.7.3.4' };

describe('a certificate that is made for something else fails as a signer', () => {
  it.each([
    ['a TLS server', [PURPOSE.tls]],
    ['a TLS server and client', [PURPOSE.tls, PURPOSE.client]],
    ['answers about revocation', ['1.3.6.1.5.5.7.3.9']],
    ['timestamps', ['1.3.6.1.5.5.7.3.8']],
  ])('%s', async (_, values) => {
    expect(await signedBy({ extensions: [purposes(...values)] })).toMatchObject(failed('certificate-unsuitable'));
  });

  it('an authority', async () => {
    const { root, intermediate } = at.authority;
    expect(await verify({ signer: intermediate, chain: [] })).toMatchObject(failed('certificate-unsuitable'));
    expect(await verify({ signer: root, chain: [] })).toMatchObject(failed('certificate-unsuitable'));
  });

  it('below an authority for TLS servers alone', async () => {
    expect(await signedBelow({ extensions: [purposes(PURPOSE.tls)] })).toMatchObject(failed('certificate-unsuitable'));
  });

  it.each([
    ['e-mail and logging in', [PURPOSE.client, PURPOSE.mail]],
    ['documents', ['1.3.6.1.5.5.7.3.36']],
    ['a purpose of its issuer', ['2.999.7']],
  ])('%s is no other use', async (_, values) => {
    expect(await signedBy({ extensions: [purposes(...values)] })).toMatchObject(passed);
  });
});

const before = () => ({ from: new Date(Date.now() - 20 * DAY), to: new Date(Date.now() - 10 * DAY) });

describe('a certificate that is not valid now', () => {
  const notValid = indeterminate('certificate-not-valid-at-signing-time');

  it('is indeterminate, whatever time the signer claims', async () => {
    const signer = await makeIdentity({ name: 'Expired', issuer: at.authority.intermediate, ...before() });
    const chain = [at.authority.intermediate];
    const claimed = new Date(Date.now() - 15 * DAY);
    expect(await verify({ signer, chain })).toMatchObject(notValid);
    expect(await verify({ signer, chain, signingTime: claimed })).toMatchObject(notValid);
    expect(await verify({ signer, chain, statedTime: claimed })).toMatchObject(notValid);
    const future = { from: new Date(Date.now() + DAY), to: new Date(Date.now() + 2 * DAY) };
    const early = await makeIdentity({ name: 'Early', issuer: at.authority.intermediate, ...future });
    expect(await verify({ signer: early, chain, statedTime: new Date(Date.now() + 1.5 * DAY) })).toMatchObject(
      notValid,
    );
  });

  it('is not helped by a timestamp outside of its time, or of an authority that nobody trusts', async () => {
    const old = { from: new Date(Date.now() - 60 * DAY) };
    const root = await makeIdentity({ name: 'Old Root', issues: {}, ...old });
    const stamps = await makeIdentity({ name: 'Stamps', issuer: root, timeStamping: true, ...old });
    const signer = await makeIdentity({ name: 'Expired', issuer: root, ...before() });
    const daysAgo = (days: number) => new Date(Date.now() - days * DAY);
    const stamped = (authorityOfTime: Identity, days: number) =>
      verify({ signer, chain: [], timestamp: { authority: authorityOfTime, chain: [], at: daysAgo(days) } }, [root]);
    expect(await stamped(stamps, 15)).toMatchObject(passed);
    expect(await stamped(stamps, 5)).toMatchObject(notValid);
    expect(await stamped(stamps, 25)).toMatchObject(notValid);
    const { reasons } = await stamped(at.authority.timestamps, 15);
    expect(reasons).toEqual(['timestamp-not-trusted', 'certificate-not-valid-at-signing-time']);
  });

  it('may be valid now and claim another time: the claim does no harm either', async () => {
    const { rsa: signer, intermediate } = at.authority;
    const verification = await verify({ signer, chain: [intermediate], signingTime: new Date('2020-01-01') });
    expect(verification).toMatchObject({ ...passed, facts: { signingTimeSource: 'signed-attribute' } });
  });
});

const QC = { compliance: '0.4.0.1862.1.1', sscd: '0.4.0.1862.1.4', type: '0.4.0.1862.1.6', esign: '0.4.0.1862.1.6.1' };
const unchecked = indeterminate('certificate-constraints-unchecked');

describe('a critical extension of a certificate', () => {
  it('is accepted if its statements are known (RFC 3739), and is reported', async () => {
    const values = [
      sequence(oid(QC.compliance)),
      sequence(oid(QC.sscd)),
      sequence(oid(QC.type), sequence(oid(QC.esign))),
    ];
    for (const critical of [true, false]) {
      const verification = await signedBy({
        extensions: [statements(critical, ...values), policies('0.4.0.194112.1.2')],
      });
      expect(verification).toMatchObject(passed);
      expect(verification.facts).toMatchObject({
        qcCompliance: 'stated',
        qcSscd: 'stated',
        qcType: 'esign',
        certificateLevel: 'QCP-n-qscd',
      });
    }
  });

  it('is indeterminate by name where a critical statement or extension is unknown', async () => {
    const unknown = sequence(oid('2.999.3'));
    expect(await signedBy({ extensions: [statements(true, unknown)] })).toMatchObject(unchecked);
    expect(await signedBy({ extensions: [statements(false, unknown)] })).toMatchObject(passed);
    expect(await signedBy({ extensions: [['2.999.4', true, sequence()]] })).toMatchObject(unchecked);
    expect(await signedBelow({ extensions: [['2.999.4', true, sequence()]] })).toMatchObject(unchecked);
  });

  it('is followed for policies', async () => {
    const asking = { extensions: [explicitPolicy(0), policies('2.5.29.32.0')] };
    expect(await signedBelow(asking, { extensions: [policies('2.999.1')] })).toMatchObject(passed);
    expect(await signedBelow(asking)).toMatchObject(failed('certificate-unsuitable'));
    const narrow = { extensions: [explicitPolicy(0), policies('2.999.2')] };
    expect(await signedBelow(narrow, { extensions: [policies('2.999.1')] })).toMatchObject(
      failed('certificate-unsuitable'),
    );
  });

  it('is followed for names, or indeterminate where a kind of name is not compared', async () => {
    expect(await signedBelow({ extensions: [permittedHost('example.com')] })).toMatchObject(passed);
    expect(
      await signedBelow({ extensions: [permittedHost('example.com')] }, { extensions: [hostName('www.example.com')] }),
    ).toMatchObject(unchecked);
    expect(await signedBelow({ extensions: [permittedOrganisation('Another Orchard')] })).toMatchObject(
      failed('certificate-unsuitable'),
    );
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Verification } from '../../src/messages/outcome.js';
import { verifyPdfSignature } from '../../src/signatures/verification/verification.js';
import { makeAuthority, makeIdentity, type Authority } from './authority.js';
import type { TimestampOrder } from './cms-maker.js';
import { signPdf, withDocumentTimestamp, type SignOrder } from './signer.js';

const DAY = 86_400_000;
let folder: string;
let authority: Authority;
let agreement: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'timestamps-'));
  [authority, agreement] = await Promise.all([makeAuthority(), readFile('samples/agreement.pdf')]);
});
afterAll(() => rm(folder, { recursive: true }));

async function verify(file: Buffer): Promise<Verification> {
  const path = join(folder, 'signed.pdf');
  await writeFile(path, file);
  return (await verifyPdfSignature(path, { roots: [authority.root.certificate.toString()] })).verification;
}

const signed = (more: Partial<SignOrder>) =>
  signPdf(agreement, { signer: authority.rsa, chain: [authority.intermediate], ...more });
const stamp = (more: Partial<TimestampOrder> = {}): TimestampOrder => ({
  authority: authority.timestamps,
  chain: [authority.intermediate],
  at: new Date(Math.floor(Date.now() / 1000) * 1000),
  ...more,
});
const passed = { result: 'passed', reasons: [] };
const indeterminate = (...reasons: string[]) => ({ result: 'indeterminate', reasons });

it('a timestamp with SHA-1 is unsupported, and one with SHA-1 that does not hold is invalid', async () => {
  expect(await verify(await signed({ timestamp: stamp({ imprint: 'sha1' }) }))).toMatchObject(
    indeterminate('timestamp-unsupported'),
  );
  expect(await verify(await signed({ timestamp: stamp({ digest: 'sha1' }) }))).toMatchObject(
    indeterminate('timestamp-unsupported'),
  );
  const over = { ...stamp({ imprint: 'sha1' }), over: Buffer.from('another signature') };
  expect(await verify(await signed({ timestamp: over }))).toMatchObject(indeterminate('timestamp-invalid'));
});

it('of two timestamps the earliest that can be trusted counts', async () => {
  const [early, late] = [stamp(), stamp({ at: new Date(Math.floor(Date.now() / 1000) * 1000 + 5000) })];
  const order = { timestamp: late, moreTimestamps: [early] };
  expect(await verify(await signed(order))).toMatchObject({
    ...passed,
    facts: { timestamp: 'present', signingTimeSource: 'timestamp', signingTime: early.at.toISOString() },
  });
  const stranger = await makeIdentity({ name: 'Stranger', issues: {}, timeStamping: true });
  const untrusted = stamp({ authority: stranger, chain: [] });
  expect(await verify(await signed({ timestamp: untrusted, moreTimestamps: [early] }))).toMatchObject(passed);
  expect(await verify(await signed({ timestamp: untrusted, moreTimestamps: [untrusted] }))).toMatchObject(
    indeterminate('timestamp-not-trusted'),
  );
});

it('a document timestamp proves the time of the signatures that it is over', async () => {
  const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 15 * DAY);
  const [from, to] = [new Date(at.getTime() - DAY), new Date(at.getTime() + DAY)];
  const root = await makeIdentity({ name: 'Old Root', issues: {}, from });
  const stamps = await makeIdentity({ name: 'Stamps', issuer: root, from, timeStamping: true });
  const signer = await makeIdentity({ name: 'Expired', issuer: root, from, to });
  const file = await withDocumentTimestamp(await signPdf(agreement, { signer, chain: [] }), {
    authority: stamps,
    chain: [],
    at,
  });
  const path = join(folder, 'stamped.pdf');
  await writeFile(path, file);
  const { verification } = await verifyPdfSignature(path, { roots: [root.certificate.toString()] });
  expect(verification).toMatchObject({
    ...indeterminate('validation-material-appended'),
    facts: { signingTimeSource: 'timestamp', signingTime: at.toISOString() },
  });
});

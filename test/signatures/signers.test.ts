import { PDFDocument } from '@cantoo/pdf-lib';

import type { Verification } from '../../src/messages/outcome.js';
import { mayPass } from '../../src/signatures/reasons.js';
import type { SignedFile } from '../../src/signatures/verification/signed-file.js';
import { verdictsOfRequest, type VerdictRules } from '../../src/signatures/verification/verdicts.js';
import { makeIdentity, type Identity } from './authority.js';
import { makeUnusual, oid, sequence, statements } from './certificate-maker.js';
import { signPdf, withAppendedRevision } from './signer.js';
import { failed, indeterminate, passed, secondsAgo, Workbench } from './workbench.js';

const MINUTE = 60_000;
let at: Workbench;
let signer: Identity;
let another: Identity;
let rao: Identity;
let agreement: Buffer;
let annex: Buffer;
let contract: Buffer;

beforeAll(async () => {
  at = await Workbench.open();
  ({ agreement, annex } = at);
  const { intermediate: issuer } = at.authority;
  [signer, another, rao] = await Promise.all([
    makeIdentity({ name: 'The Signer', issuer }),
    makeIdentity({ name: 'Another Person', issuer }),
    makeIdentity({ name: 'The Operator', issuer }),
  ]);
  contract = await contractOf();
});
afterAll(() => at.close());

async function contractOf(): Promise<Buffer> {
  const document = await PDFDocument.create();
  document.addPage().drawText('The contract');
  return Buffer.from(await document.save({ useObjectStreams: false }));
}

const USUAL: VerdictRules = {
  clockTolerance: 5 * MINUTE,
  requires: [],
  documentSigners: { others: 0, certificates: [] },
  contractSigners: { others: 1, certificates: [] },
  earlierSignatures: 'kept',
};

/** Signed by these signers, one after the other. */
async function by(original: Buffer, ...signers: Identity[]): Promise<Buffer> {
  let file = original;
  for (const one of signers) file = await at.sign(file, { signer: one });
  return file;
}

interface Verdicts {
  documents: Pick<Verification, 'result' | 'reasons'>[];
  contract: Pick<Verification, 'result' | 'reasons'>;
  signer: string | undefined;
}

const withoutFacts = ({ result, reasons }: Verification) => ({ result, reasons });

/** Each document and the contract: as it came, and as it was accepted, if that is not the sample. */
async function verdictsOn(
  documents: [Buffer, Buffer][],
  signedContract: [Buffer, Buffer],
  rules: Partial<VerdictRules> = {},
): Promise<Verdicts> {
  const files: SignedFile[] = [];
  for (const [file, original] of documents) files.push(await at.look(file, original));
  const verdicts = verdictsOfRequest(files, await at.look(...signedContract), { ...USUAL, ...rules });
  const { signerCertificate: der } = verdicts;
  return {
    documents: verdicts.documents.map(withoutFacts),
    contract: withoutFacts(verdicts.contract),
    signer: [signer, another, rao].find(({ certificate }) => der && certificate.raw.equals(der))?.certificate.subject,
  };
}

describe('the signer of a request', () => {
  it('has signed all documents and the contract', async () => {
    const documents: [Buffer, Buffer][] = [
      [await by(agreement, signer), agreement],
      [await by(annex, signer), annex],
    ];
    expect(await verdictsOn(documents, [await by(contract, signer), contract])).toEqual({
      documents: [passed, passed],
      contract: passed,
      signer: signer.certificate.subject,
    });
  });

  it('is reported as different if another person’s signed copy came in place of a document', async () => {
    const documents: [Buffer, Buffer][] = [
      [await by(agreement, signer), agreement],
      [await by(annex, another), annex],
    ];
    const signedContract: [Buffer, Buffer] = [await by(contract, signer), contract];
    expect((await verdictsOn(documents, signedContract)).documents).toEqual([passed, failed('signer-differs')]);
    expect((await verdictsOn(documents, [contract, contract])).documents).toEqual([
      failed('signer-differs'),
      failed('signer-differs'),
    ]);
  });

  it('is reported as different if a contract was signed only by another certificate', async () => {
    const document: [Buffer, Buffer] = [await by(agreement, another), agreement];
    const verdicts = await verdictsOn([document], [await by(contract, signer), contract]);
    expect(verdicts.contract).toEqual(indeterminate('contract-signed-by-another'));
  });

  it('is unclear if two certificates signed everything, unless a setting names one of them', async () => {
    const both: [Buffer, Buffer] = [await by(agreement, signer, rao), agreement];
    const contractByBoth: [Buffer, Buffer] = [await by(contract, signer, rao), contract];
    expect((await verdictsOn([both], contractByBoth)).documents).toEqual([indeterminate('signer-unclear')]);
    const named = { others: 1, certificates: [rao.certificate.fingerprint256.replaceAll(':', '').toLowerCase()] };
    expect(await verdictsOn([both], contractByBoth, { documentSigners: named })).toEqual({
      documents: [passed],
      contract: passed,
      signer: signer.certificate.subject,
    });
  });

  it('signs once', async () => {
    const twice: [Buffer, Buffer] = [await by(agreement, signer, signer), agreement];
    expect((await verdictsOn([twice], [await by(contract, signer), contract])).documents).toEqual([
      indeterminate('signer-signed-twice'),
    ]);
  });
});

describe('signatures beside the signer’s', () => {
  it('pass on the contract, as many and by whom a setting says', async () => {
    const document: [Buffer, Buffer] = [await by(agreement, signer), agreement];
    for (const file of [await by(contract, signer, rao), await by(contract, rao, signer)]) {
      expect((await verdictsOn([document], [file, contract])).contract).toEqual(passed);
      const none = { contractSigners: { others: 0, certificates: [] } };
      expect((await verdictsOn([document], [file, contract], none)).contract).toEqual(
        indeterminate('other-signature-not-allowed'),
      );
      const others = { contractSigners: { others: 1, certificates: ['0'.repeat(64)] } };
      expect((await verdictsOn([document], [file, contract], others)).contract).toEqual(
        indeterminate('other-signature-not-allowed'),
      );
    }
  });

  it('pass on no document unless a setting says so', async () => {
    const document: [Buffer, Buffer] = [await by(agreement, signer, rao), agreement];
    const signedContract: [Buffer, Buffer] = [await by(contract, signer), contract];
    expect((await verdictsOn([document], signedContract)).documents).toEqual([
      indeterminate('other-signature-not-allowed'),
    ]);
    const allowed = { documentSigners: { others: 1, certificates: [] } };
    expect((await verdictsOn([document], signedContract, allowed)).documents).toEqual([passed]);
  });

  it('must lead to a root, and be intact', async () => {
    const document: [Buffer, Buffer] = [await by(agreement, signer), agreement];
    const root = await makeIdentity({ name: 'Another Root', issues: {} });
    const stranger = await makeIdentity({ name: 'Stranger', issuer: root });
    const byStranger = await signPdf(await by(contract, signer), { signer: stranger, chain: [] });
    expect((await verdictsOn([document], [byStranger, contract])).contract).toEqual(
      indeterminate('other-signature-not-trusted'),
    );
    const broken = await signPdf(contract, {
      signer: rao,
      chain: [at.authority.intermediate],
      contentDigest: Buffer.alloc(32),
    });
    expect((await verdictsOn([document], [await by(broken, signer), contract])).contract).toEqual(
      failed('digest-mismatch'),
    );
  });

  it('do not cover up what was changed after the signer signed', async () => {
    const changed = await withAppendedRevision(await by(contract, signer));
    const verdicts = await verdictsOn([[await by(agreement, signer), agreement]], [await by(changed, rao), contract]);
    expect(verdicts.contract).toEqual(indeterminate('changed-between-signatures'));
    expect(mayPass({ ...indeterminateFacts, reasons: verdicts.contract.reasons }, verdicts.contract.reasons)).toBe(
      false,
    );
  });
});

const indeterminateFacts: Verification = { result: 'indeterminate', reasons: [], facts: {} };

describe('signatures that were there when the signer accepted', () => {
  it('are ignored, even if they are foreign or broken', async () => {
    const root = await makeIdentity({ name: 'Another Root', issues: {} });
    const before = await signPdf(agreement, { signer: root, chain: [], contentDigest: Buffer.alloc(32) });
    const verdicts = await verdictsOn([[await by(before, signer), before]], [await by(contract, signer), contract]);
    expect(verdicts.documents).toEqual([passed]);
  });

  it('must survive, unless a setting says that the provider takes them away', async () => {
    const before = await by(agreement, another);
    const signedContract: [Buffer, Buffer] = [await by(contract, signer), contract];
    const plain = await PDFDocument.load(before);
    plain
      .getForm()
      .getFields()
      .forEach((field) => plain.getForm().removeField(field));
    const stripped = await by(Buffer.from(await plain.save({ useObjectStreams: false })), signer);
    expect((await verdictsOn([[stripped, before]], signedContract)).documents).toEqual([
      indeterminate('content-rewritten', 'earlier-signature-lost'),
    ]);
    const lenient = { earlierSignatures: 'may-be-lost' as const };
    expect((await verdictsOn([[stripped, before]], signedContract, lenient)).documents).toEqual([
      indeterminate('content-rewritten'),
    ]);
  });

  it('are no signature of this request', async () => {
    const before = await by(agreement, signer);
    const verdicts = await verdictsOn([[before, before]], [await by(contract, signer), contract]);
    expect(verdicts.documents).toEqual([failed('no-new-signature')]);
  });
});

const stamped = async (original: Buffer, time: Date): Promise<[Buffer, Buffer]> => {
  const timestamp = { authority: at.authority.timestamps, chain: [at.authority.intermediate], at: time };
  return [await signPdf(original, { signer, chain: [at.authority.intermediate], timestamp }), original];
};

describe('what was accepted', () => {
  it('was not signed before, by a trusted timestamp, except for the difference of clocks', async () => {
    const signedContract: [Buffer, Buffer] = [await by(contract, signer), contract];
    const acceptedAt = Date.now() - 10 * MINUTE;
    const verdictAt = async (time: Date) =>
      (await verdictsOn([await stamped(agreement, time)], signedContract, { acceptedAt })).documents[0];
    expect(await verdictAt(secondsAgo(60 * 60))).toEqual(failed('signed-before-acceptance'));
    expect(await verdictAt(secondsAgo(12 * 60))).toEqual(passed);
    expect(await verdictAt(secondsAgo(60))).toEqual(passed);
  });

  it('is not said to be signed before by what the signer claims', async () => {
    const claimed = await signPdf(agreement, {
      signer,
      chain: [at.authority.intermediate],
      signingTime: secondsAgo(3600),
      statedTime: secondsAgo(3600),
    });
    const verdicts = await verdictsOn([[claimed, agreement]], [await by(contract, signer), contract], {
      acceptedAt: Date.now(),
    });
    expect(verdicts.documents).toEqual([passed]);
  });
});

const states = (...oids: string[]) => ({
  extensions: [statements(false, ...oids.map((each) => sequence(oid(each))))],
});

const verdictFor = async (one: Identity, rules: Partial<VerdictRules>) =>
  (await verdictsOn([[await by(agreement, one), agreement]], [await by(contract, one), contract], rules)).documents[0];

it('a certificate says of itself what a setting requires, or the file fails', async () => {
  const { intermediate: issuer } = at.authority;
  const qualified = await makeUnusual({ name: 'Qualified', issuer, ...states('0.4.0.1862.1.1', '0.4.0.1862.1.4') });
  const requires = { requires: ['qc-compliance', 'qc-sscd'] } satisfies Partial<VerdictRules>;
  expect(await verdictFor(qualified, requires)).toEqual(passed);
  expect(await verdictFor(signer, requires)).toEqual(failed('certificate-lacks-required'));
  expect(await verdictFor(signer, {})).toEqual(passed);
  expect(await verdictFor(qualified, { requires: ['qc-type-esign'] })).toEqual(failed('certificate-lacks-required'));
});

const signedDocuments = async (): Promise<[Buffer, Buffer][]> => [[await by(agreement, signer), agreement]];

describe('a contract after signing', () => {
  it('may be unsigned', async () => {
    expect((await verdictsOn(await signedDocuments(), [contract, contract])).contract).toEqual(failed('no-signature'));
  });

  it('that is no PDF for every reader is indeterminate by name', async () => {
    const moved = Buffer.concat([Buffer.from('\n'), contract]);
    expect((await verdictsOn(await signedDocuments(), [moved, contract])).contract).toEqual(
      indeterminate('contract-unreadable', 'contract-rewritten'),
    );
    const page = Buffer.from('<html>Please log in</html>');
    expect((await verdictsOn(await signedDocuments(), [page, contract])).contract).toEqual(
      indeterminate('contract-unreadable'),
    );
  });
});

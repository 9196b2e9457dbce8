import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultOrder } from '../../sandbox/client/sandbox-client.js';
import type { StartInput } from '../../src/client.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People, SAMPLES } from '../installation/people.js';
import { MORE_AUTHORITIES } from '../installation/shared-settings.js';
import { makeAuthority } from '../signatures/authority.js';
import { signPdf } from '../signatures/signer.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
  await at.provider.settings({ behaviour: USUAL });
});
afterAll(() => at.close());

/** How the provider signs, unless a test says otherwise. */
const USUAL = {
  contractAfterSigning: 'signed',
  contractSigners: 'signer',
  earlierSignatures: 'kept',
  signedFile: 'appended',
};

/** The settings of one registration authority. A caller who starts a request cannot change them. */
const UNDER_STRICT = { registrationAuthority: MORE_AUTHORITIES.strict };

const OPERATOR = { kind: 'operator', id: 'desk' } as const;

/** A signed request whose signed file arrives damaged or changed. */
async function withFault(fault: FaultOrder, policy: object = {}) {
  const people = await People.start(at, { policy });
  await people.throughTo('code');
  const id = await people.fault(fault);
  await people.sign();
  return { people, id };
}

describe('a signed file that is not as it should be', () => {
  test.each(['file-damaged', 'file-unsigned'])('(%s) deletes nothing and waits for an operator', async (name) => {
    const { people, id } = await withFault({ name, endpoint: 'get-document' });
    const { attention, stage } = await people.attention('VERIFICATION_NOT_PASSED');
    expect(stage).toBe('archiving');
    expect(attention).toMatchObject({
      leavesByItself: false,
      remedies: expect.arrayContaining(['retry', 'accept-files']),
    });
    const before = await people.provider();
    expect(before.documents).toHaveLength(1);
    expect(before.calls['delete-document']).toBeUndefined();

    await at.provider.removeFault(id);
    await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
    expect(await people.outcome()).toMatchObject({
      outcome: 'signed',
      cleanup: 'done',
      documents: [{ verification: { result: 'passed', reasons: [] } }],
    });
    expect((await people.provider()).documents).toEqual([]);
  });

  test('may be accepted by an operator, and is recorded as what it is', async () => {
    const { people } = await withFault({ name: 'file-damaged', endpoint: 'get-document' });
    await people.attention('VERIFICATION_NOT_PASSED');
    await at.client.resolve(people.reference, {
      remedy: 'accept-files',
      actor: OPERATOR,
      note: 'seen with the provider',
    });
    const outcome = await people.outcome();
    expect(outcome).toMatchObject({ outcome: 'signed', cleanup: 'done' });
    expect(outcome.documents[0]?.verification.result).toBe('failed');
    expect(outcome.documents[0]?.verification.reasons).not.toEqual([]);
    const { events } = await at.client.status(people.reference);
    expect(events).toContainEqual(
      expect.objectContaining({
        what: 'resolved',
        actor: OPERATOR,
        facts: expect.objectContaining({ remedy: 'accept-files' }),
      }),
    );
  });

  test('is accepted as it was seen, whatever the provider gives by then', async () => {
    const { people, id } = await withFault({ name: 'answer-503', endpoint: 'get-document' });
    const { attention } = await people.attention('PROVIDER_BUSY');
    expect(attention?.remedies).toEqual(['retry', 'give-up']);
    const blindly = at.client.resolve(people.reference, { remedy: 'accept-files', actor: OPERATOR });
    await expect(blindly).rejects.toMatchObject({ code: 'UNKNOWN_REMEDY' });
    const damaged = await people.fault({ name: 'file-damaged', endpoint: 'get-document' });
    await at.provider.removeFault(id);
    const { attention: seen } = await people.attention('VERIFICATION_NOT_PASSED');
    // Between the look and the decision, the file has changed.
    await at.provider.removeFault(damaged);
    await people.fault({ name: 'file-unsigned', endpoint: 'get-document' });
    await at.client.resolve(people.reference, { remedy: 'accept-files', actor: OPERATOR });
    const outcome = await people.outcome();
    expect(outcome.documents[0]?.verification.reasons).toContain('digest-mismatch');
    const hashes = [...outcome.documents, outcome.contract].map((file) => file?.sha256);
    expect(seen?.facts?.['files']).toBe(hashes.join(' '));
    const { words } = await at.client.why(people.reference);
    expect(words).toContain('document 1: failed');
    expect(words).not.toContain('verified');
  });

  test('cannot be given up: it is signed', async () => {
    const { people } = await withFault({ name: 'file-damaged', endpoint: 'get-document' });
    await people.attention('VERIFICATION_NOT_PASSED');
    const cancelled = at.client.cancel(people.reference, { actor: OPERATOR, reason: 'no more patience' });
    await expect(cancelled).rejects.toMatchObject({ code: 'NOT_NOW' });
    const givenUp = at.client.resolve(people.reference, { remedy: 'cancel', actor: OPERATOR });
    await expect(givenUp).rejects.toMatchObject({ code: 'UNKNOWN_REMEDY' });
    expect((await people.provider()).documents).toHaveLength(1);
  });
});

describe('a certificate that is issued before the signed files are there', () => {
  test('is waited for', async () => {
    const { people } = await withFault({ name: 'files-late', ms: 700 });
    expect(await people.outcome()).toMatchObject({
      outcome: 'signed',
      documents: [{ verification: { result: 'passed' } }],
    });
  });

  test('needs an operator when it takes too long, and nothing is deleted meanwhile', async () => {
    const { people } = await withFault({ name: 'files-late' }, { retrieve: { filesWithin: 400 } });
    await people.attention('SIGNED_FILES_MISSING');
    const before = await people.provider();
    expect(before.documents).toHaveLength(1);
    expect(before.calls['delete-document']).toBeUndefined();
    await at.provider.putFilesTogether(await people.requestPk());
    await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
    expect(await people.outcome()).toMatchObject({
      outcome: 'signed',
      documents: [{ verification: { result: 'passed' } }],
    });
  });
});

test('trouble that makes way for other trouble while it is tried again and again: why says what it is now', async () => {
  const { people } = await withFault({ name: 'files-late' }, { retrieve: { filesWithin: 3_600_000 } });
  const busy = await people.fault({ name: 'answer-503', endpoint: 'get-document' });
  await people.attention('PROVIDER_BUSY');
  await at.provider.removeFault(busy);
  const why = await eventually(async () => {
    const now = await at.client.why(people.reference);
    return now.code === 'SIGNED_FILES_MISSING' && now;
  });
  expect(why).toMatchObject({ state: 'retrying', leavesByItself: true, tried: { step: 'retrieve' } });
  expect(why.words).toContain('signed, copy not yet stored');
  await at.provider.putFilesTogether(await people.requestPk());
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
});

test('a contract that the provider gives unsigned is recorded, and is no fault', async () => {
  const { people } = await withFault({ name: 'file-unsigned', endpoint: 'get-contract' });
  expect(await people.outcome()).toMatchObject({
    outcome: 'signed',
    contract: { signed: false },
    documents: [{ verification: { result: 'passed' } }],
  });
});

test('another signed contract than the accepted one deletes nothing and waits for an operator', async () => {
  const { people, id } = await withFault({ name: 'file-swapped', endpoint: 'get-contract' });
  const { attention } = await people.attention('VERIFICATION_NOT_PASSED');
  expect(attention?.words).toMatch(/the contract indeterminate: .*\(contract-rewritten\)/);
  expect((await people.provider()).documents).toHaveLength(1);
  await at.provider.removeFault(id);
  await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
  expect(await people.outcome()).toMatchObject({
    outcome: 'signed',
    contract: { signed: true, verification: { result: 'passed' } },
  });
});

test('another signed contract may pass where a setting says so', async () => {
  const people = await People.start(at, UNDER_STRICT);
  await people.finishVideo();
  await people.askForCode();
  await people.fault({ name: 'file-swapped', endpoint: 'get-contract' });
  await people.sign();
  expect(await people.outcome()).toMatchObject({
    outcome: 'signed',
    contract: { signed: true, verification: { result: 'indeterminate', reasons: ['contract-rewritten'] } },
  });
});

test('where the provider hands out no contract after signing, the one that was shown is kept on an operator’s word', async () => {
  const { people } = await withFault({ name: 'answer-other', endpoint: 'get-contract', code: 404, text: 'Not found' });
  const { attention, toAccept } = await people.untilStatus((status) => status.attention !== undefined);
  expect(attention).toMatchObject({ step: 'retrieve', leavesByItself: false, remedies: ['retry', 'skip', 'give-up'] });
  await at.client.resolve(people.reference, { remedy: 'skip', actor: OPERATOR });
  const outcome = await people.outcome();
  expect(outcome).toMatchObject({
    outcome: 'signed',
    cleanup: 'done',
    documents: [{ verification: { result: 'passed' } }],
    contract: { signed: false },
  });
  expect(outcome.contract?.sha256).toBe(toAccept?.contract);
});

test('roots that are away are named by their setting, and a retry finds them when they are back', async () => {
  const [path = ''] = at.config.environments['sandbox']?.roots ?? [];
  const pem = readFileSync(path, 'utf8');
  await at.kill('worker');
  await at.startWorker(); // it has not read them yet
  const people = await People.start(at);
  await people.throughTo('code');
  rmSync(path);
  try {
    await people.sign();
    const { attention } = await people.attention('BAD_SETTING');
    expect(attention?.words).toContain(path);
    expect(attention?.words).toContain('environments.sandbox.roots');
  } finally {
    writeFileSync(path, pem);
  }
  await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
});

test('another person’s signed copy of a document does not pass', async () => {
  const samples = ['agreement.pdf', 'annex.pdf'];
  const documents = samples.map((name) => ({ name, content: join(SAMPLES, name) }));
  // The fault is spent by one call, also if the provider has no document at this address.
  await at.provider.settings({ behaviour: { documentPath: 'both' } });
  const people = await People.start(at, { documents });
  await people.throughTo('code');
  const id = await people.fault({ name: 'file-of-another', endpoint: 'get-document', times: 1 });
  await people.sign();
  const { attention } = await people.attention('VERIFICATION_NOT_PASSED');
  expect(attention?.words).toMatch(/document 1 failed: .*\(signer-differs\)/);
  await at.provider.removeFault(id);
  await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
  const outcome = await people.outcome();
  const signers = outcome.documents.map(({ verification }) => verification.facts['signerCertificateSha256']);
  expect(new Set([...signers, outcome.contract?.verification.facts['signerCertificateSha256']]).size).toBe(1);
});

/** A request that was signed while the provider behaved in another way than usual. */
async function signedUnder(behaviour: object, start: Partial<StartInput> = {}): Promise<People> {
  await at.provider.settings({ behaviour });
  try {
    const people = await People.start(at, start);
    await people.finishVideo();
    if (start.registrationAuthority === undefined) await people.approve();
    await people.askForCode();
    await people.sign();
    return people;
  } finally {
    await at.provider.settings({ behaviour: USUAL });
  }
}

describe('a provider with ways of its own', () => {
  test('may have the RAO sign the contract after the signer, as often as a setting allows', async () => {
    const people = await signedUnder({ contractSigners: 'signer-and-rao' });
    expect(await people.outcome()).toMatchObject({
      contract: { signed: true, verification: { result: 'passed', facts: { signatures: '2' } } },
    });
    const strict = await signedUnder({ contractSigners: 'signer-and-rao' }, UNDER_STRICT);
    const { attention } = await strict.attention('VERIFICATION_NOT_PASSED');
    expect(attention?.words).toMatch(/the contract indeterminate: .*\(other-signature-not-allowed\)/);
  });

  test('cannot have the RAO alone sign the contract without somebody looking', async () => {
    const people = await signedUnder({ contractSigners: 'rao' });
    const { attention } = await people.attention('VERIFICATION_NOT_PASSED');
    expect(attention?.words).toMatch(/the contract indeterminate: .*\(contract-signed-by-another\)/);
  });

  test('is noticed when it takes away a signature that a document had', async () => {
    const { rsa: signer, intermediate } = await makeAuthority();
    const sealed = await signPdf(readFileSync(join(SAMPLES, 'annex.pdf')), { signer, chain: [intermediate] });
    const documents = [{ name: 'sealed.pdf', content: sealed }];
    expect(await (await signedUnder({}, { documents })).outcome()).toMatchObject({
      documents: [{ verification: { result: 'passed', facts: { signatures: '2', earlierSignatures: '1' } } }],
    });
    const people = await signedUnder({ earlierSignatures: 'stripped', signedFile: 'rewritten' }, { documents });
    const { attention } = await people.attention('VERIFICATION_NOT_PASSED');
    expect(attention?.words).toContain('earlier-signature-lost');
  });

  test('issues certificates that say what a setting requires, or not, by profile', async () => {
    const qualified = await signedUnder({}, UNDER_STRICT);
    expect(await qualified.outcome()).toMatchObject({
      documents: [{ verification: { result: 'passed', facts: { qcCompliance: 'stated', qcSscd: 'stated' } } }],
    });
    const normalized = await signedUnder({}, { ...UNDER_STRICT, profile: 'PFnubeNC' });
    const { attention } = await normalized.attention('VERIFICATION_NOT_PASSED');
    expect(attention?.words).toContain('certificate-lacks-required');
    const usual = await signedUnder({}, { profile: 'PFnubeNC' });
    expect(await usual.outcome()).toMatchObject({
      documents: [{ verification: { result: 'passed', facts: { qcCompliance: 'not-stated' } } }],
    });
  });
});

test('a contract that is no PDF for every reader is kept as it came, on an operator’s word', async () => {
  const { people } = await withFault({ name: 'file-unreadable', endpoint: 'get-contract' });
  const { attention } = await people.attention('VERIFICATION_NOT_PASSED');
  expect(attention?.words).toMatch(/the contract indeterminate: .*\(contract-unreadable\)/);
  await at.client.resolve(people.reference, { remedy: 'accept-files', actor: OPERATOR });
  const outcome = await people.outcome();
  expect(outcome).toMatchObject({
    outcome: 'signed',
    cleanup: 'done',
    contract: { verification: { result: 'indeterminate', reasons: ['contract-unreadable'] } },
  });
  const { stream } = await at.client.contract(people.reference, { signed: true });
  const kept = createHash('sha256')
    .update(Buffer.concat(await stream.toArray()))
    .digest('hex');
  expect(attention?.facts?.['files']).toContain(kept);
});

test('where the provider never hands out a signed file, an operator can give up: nothing is deleted there', async () => {
  const { people } = await withFault({ name: 'answer-other', endpoint: 'get-document', code: 403, text: 'Forbidden' });
  const { attention } = await people.untilStatus((status) => status.attention !== undefined);
  expect(attention?.remedies).toEqual(['retry', 'give-up']);
  await at.client.resolve(people.reference, { remedy: 'give-up', actor: OPERATOR, note: 'asked for it by mail' });
  const outcome = await people.outcome();
  expect(outcome).toMatchObject({
    outcome: 'signed',
    reason: 'signed-files-missing',
    cleanup: 'left',
    documents: [],
    contract: { signed: true },
    missing: { documents: [1], contract: false },
  });
  expect((await people.provider()).documents).toHaveLength(1);
  const { words } = await at.client.why(people.reference);
  expect(words).toContain('Not here: signed document 1.');
});

test('an operator who gives up keeps a file that is not signed, and nothing is deleted at the provider', async () => {
  const { people } = await withFault({ name: 'answer-other', endpoint: 'get-document', code: 200, text: 'Not ready' });
  await people.untilStatus((status) => status.attention?.remedies.includes('give-up') === true);
  await at.client.resolve(people.reference, { remedy: 'give-up', actor: OPERATOR });
  expect(await people.outcome()).toMatchObject({
    outcome: 'signed',
    cleanup: 'left',
    documents: [{ verification: { result: 'failed', reasons: ['not-a-pdf'] } }],
  });
  expect((await people.provider()).documents).toHaveLength(1);
  const { words } = await at.client.why(people.reference);
  expect(words).toContain('Nothing was deleted at the provider');
});

import { open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import type { ArchiveFile } from '../../src/archive/archive.js';
import type { VerificationReason } from '../../src/signatures/reasons.js';
import { verifyPdfSignature } from '../../src/signatures/verification/verification.js';
import { failureOf } from './step-failure.js';
import { type RequestAtWork, Workplace } from './workplace.js';

let at: Workplace;
beforeAll(async () => {
  at = await Workplace.open();
});
afterAll(() => at.close());

const CHANGED = { code: 'ARCHIVED_FILE_CHANGED', retries: false, temporary: false };

const CHANGES: Record<string, (path: string) => Promise<void>> = {
  'a bit of it flipped': async (path) => {
    const file = await open(path, 'r+');
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 900);
    await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, 900);
    await file.close();
  },
  'more after its end': (path) => writeFile(path, '\n', { flag: 'a' }),
  'a link in its place': async (path) => {
    await writeFile(`${path}.elsewhere`, await readFile(path));
    await rm(path);
    await symlink(`${path}.elsewhere`, path);
  },
};

async function pathOf(request: RequestAtWork, file: ArchiveFile): Promise<string> {
  return (await at.archive.locateFile(request.key, file)).location;
}

describe('a document that is another one than was accepted at the start', () => {
  test.each(Object.entries(CHANGES))('(%s) is not signed: it never goes up', async (_name, change) => {
    const request = await (await at.newRequest()).reach('ENROLLREADY');
    const path = await pathOf(request, { kind: 'document', index: 2 });
    const content = await readFile(path);
    await change(path);
    const { words, ...failure } = await failureOf(request.upload());
    expect(failure).toMatchObject(CHANGED);
    expect(words).toContain('Document 2 was changed');
    expect(words).toContain('then retry. Or cancel');
    expect(words).not.toContain('annex');
    const accepted = request.documents.map(({ sha256 }) => sha256);
    for (const { sha256 } of (await request.provider()).documents) expect(accepted).toContain(sha256);

    await rm(path);
    await writeFile(path, content);
    const { documents } = await request.upload();
    expect(documents.map(({ sha256 }) => sha256)).toEqual(accepted);
    expect((await request.provider()).documents.map(({ sha256 }) => sha256)).toEqual(accepted);
  });

  test('is not signed either where somebody has changed the record with it: the request remembers', async () => {
    const request = await (await at.newRequest()).reach('ENROLLREADY');
    const [first] = request.documents;
    if (first === undefined) throw new Error('there is a first document');
    request.documents[0] = { ...first, sha256: '0'.repeat(64) };
    expect(await failureOf(request.upload())).toMatchObject(CHANGED);
    expect((await request.provider()).documents).toEqual([]);
  });
});

test('the contract that the signer was shown is kept in the end only if it is that one', async () => {
  const request = await (await at.newRequest()).reach('ISSUED');
  const path = await pathOf(request, { kind: 'contract' });
  await writeFile(path, (await readFile(path)).toReversed());
  const order = { ...request.retrieveOrder(), contractAsShown: true };
  expect(await failureOf(request.try((activities) => activities.retrieve(request.key, order)))).toMatchObject(CHANGED);
  expect((await request.provider()).documents).toHaveLength(2);
});

test('a signed file that changes before it is verified is neither passed nor let pass', async () => {
  const request = await (await at.newRequest()).reach('ISSUED');
  const changing = at.changingOnce('signed', async (path) => CHANGES['a bit of it flipped']?.(path));
  const order = { ...request.retrieveOrder(), mayPass: ['content-rewritten', 'no-roots-configured'] };
  const retrieve = at.try((activities) => activities.retrieve(request.key, order), 1, changing);
  const { words, ...failure } = await failureOf(retrieve);
  expect(failure).toMatchObject(CHANGED);
  expect(words).toContain('Signed document 1 was changed');
  expect(await request.retrieve()).toMatchObject({ documents: [{ verification: { result: 'passed' } }, {}] });
});

test('a signed file that changed is fetched again, also where an operator has accepted what came', async () => {
  const request = await (await at.newRequest()).reach('ISSUED');
  await request.retrieve();
  const path = await pathOf(request, { kind: 'signed', index: 1 });
  await CHANGES['a bit of it flipped']?.(path);
  const order = { ...request.retrieveOrder(), accepted: 'what somebody accepted' };
  const { documents } = await request.try((activities) => activities.retrieve(request.key, order));
  expect(documents).toMatchObject([{ verification: { result: 'passed' } }, { verification: { result: 'passed' } }]);
});

test('an operator who gives up on a file that the archive has lost ends the request without it', async () => {
  const request = await (await at.newRequest()).reach('ISSUED');
  const changing = at.changingOnce('signed', async (path) => CHANGES['more after its end']?.(path));
  const order = { ...request.retrieveOrder(), giveUp: true };
  const retrieved = await at.try((activities) => activities.retrieve(request.key, order), 1, changing);
  expect(retrieved).toMatchObject({ documents: [{ index: 2 }], missing: { documents: [1] } });
});

test('after giving up, a file that is not signed is kept, and the request notes that nobody has looked at it', async () => {
  const request = await (await at.newRequest()).reach('ISSUED');
  const order = { ...request.retrieveOrder(), giveUp: true };
  const retrieve = () => request.try((activities) => activities.retrieve(request.key, order));
  expect(await retrieve()).not.toHaveProperty('unseen');
  const another = await (await at.newRequest()).reach('ISSUED');
  await another.fault({ name: 'file-unsigned', endpoint: 'get-document' });
  const givenUp = { ...another.retrieveOrder(), giveUp: true };
  expect(await another.try((activities) => activities.retrieve(another.key, givenUp))).toMatchObject({
    documents: [{ verification: { reasons: ['no-signature'] } }, {}],
    unseen: true,
  });
});

test.each([409, 412, 425])(
  'signed files that are not there yet are waited for, also where HTTP %i says so',
  async (code) => {
    const request = await (await at.newRequest()).reach('ISSUED');
    await request.fault({ name: 'answer-other', endpoint: 'get-document', code, text: 'Document has not been signed' });
    expect(await failureOf(request.retrieve())).toMatchObject({ code: 'SIGNED_FILES_MISSING', retries: true });
  },
);

test('a contract that could not be checked to its end does not pass as an unsigned one', async () => {
  const request = await (await at.newRequest()).reach('ISSUED');
  const reasons: VerificationReason[] = ['verification-took-too-long'];
  let files = 0;
  const slow = at.verifying(async (path, order) => {
    files += 1;
    if (files <= request.documents.length) return verifyPdfSignature(path, order);
    const file = { reasons, facts: {}, added: [] };
    return { verification: { result: 'indeterminate', reasons, facts: {} }, file };
  });
  const retrieve = at.try((activities) => activities.retrieve(request.key, request.retrieveOrder()), 1, slow);
  expect(await failureOf(retrieve)).toMatchObject({
    code: 'VERIFICATION_NOT_PASSED',
    words: expect.stringMatching(/the contract indeterminate: .* \(verification-took-too-long\)/) as string,
  });
});

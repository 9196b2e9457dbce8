import type { FaultOrder } from '../../sandbox/client/sandbox-client.js';
import { readFile } from 'node:fs/promises';
import { workflowIdOf } from '../../src/messages/request.js';
import { recordsOf } from '../archive/records-of.js';
import { failureOf } from './step-failure.js';
import { type RequestAtWork, Workplace } from './workplace.js';

let at: Workplace;
beforeAll(async () => {
  at = await Workplace.open();
});
afterAll(() => at.close());

const ready = async () => (await at.newRequest()).reach('ENROLLREADY');

const allow = (download: object) => Object.assign(at.config.policy.download, download);

const takes = (deletionWithoutType: string, deletionByType: string) =>
  at.provider.settings({ behaviour: { deletionWithoutType, deletionByType } });

async function uploads(request: RequestAtWork): Promise<unknown> {
  const { done } = await request.provider();
  return { up: done['upload'], deleted: done['delete-documents'] };
}

async function storedContract(request: RequestAtWork): Promise<string> {
  return readFile((await at.archive.locateFile(request.key, { kind: 'contract' })).location, 'latin1');
}

describe('trouble with the contract repeats the contract alone', () => {
  test.each<[string, FaultOrder, string]>([
    ['not answered', { name: 'answer-503' }, 'PROVIDER_BUSY'],
    ['cut', { name: 'answer-cut' }, 'PROVIDER_UNREACHABLE'],
    ['refused', { name: 'answer-other', code: 400, text: '{"detail":"Missing parameters"}' }, 'PROVIDER_REFUSED'],
    ['no PDF', { name: 'file-no-pdf' }, 'PROVIDER_FILE_NOT_A_PDF'],
    ['too large', { name: 'file-grown', bytes: 30_000_000 }, 'DOWNLOAD_TOO_LARGE'],
  ])('(%s)', async (_name, fault, code) => {
    const request = await ready();
    await request.fault({ endpoint: 'get-contract', ...fault });
    expect(await failureOf(request.upload())).toMatchObject({ code });
    const before = (await request.provider()).documents;
    const { documents } = await request.upload(2);
    expect(documents.map(({ uid }) => uid)).toEqual(before.map(({ uid }) => uid));
    expect(await uploads(request)).toEqual({ up: 2, deleted: undefined });
  });
});

test('documents of which the last did not go up are all uploaded again', async () => {
  const request = await ready();
  await request.fault({ name: 'answer-lost', endpoint: 'upload', nth: 2 });
  await failureOf(request.upload());
  const { documents } = await request.upload(2);
  expect((await request.provider()).documents.map(({ uid }) => uid)).toEqual(documents.map(({ uid }) => uid));
  expect(await uploads(request)).toEqual({ up: 4, deleted: 1 });
});

test('a deletion that is carried out late takes nothing away unseen', async () => {
  const request = await ready();
  await request.fault({ name: 'answer-lost', endpoint: 'upload', nth: 2 });
  await failureOf(request.upload());
  await request.fault({ name: 'connection-cut-before', endpoint: 'delete-documents' });
  await failureOf(request.upload(2)); // the provider may still carry it out
  const held = await request.fault({ name: 'hold-after', endpoint: 'upload', nth: 2 });
  const third = failureOf(request.upload(3));
  while ((await at.provider.held(held)) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await at.deleteAll(request.ids.requestPk); // now it is carried out
  await at.provider.release(held);
  expect(await third).toMatchObject({ code: 'PROVIDER_ANSWER_UNKNOWN', retries: true });
  const { documents } = await request.upload(4);
  expect((await request.provider()).documents.map(({ uid }) => uid)).toEqual(documents.map(({ uid }) => uid));
});

describe('a contract that came and is no PDF', () => {
  test('waits for a decision, and an operator may have it kept as it came', async () => {
    const request = await ready();
    const text = 'The contract is sent to you by post.';
    await request.fault({ name: 'file-no-pdf', endpoint: 'get-contract', times: 2, text });
    const refused = { code: 'PROVIDER_FILE_NOT_A_PDF', retries: false, temporary: false };
    expect(await failureOf(request.upload())).toMatchObject(refused);
    const { contract, documents } = await request.upload(1, { contractAsItCame: true });
    expect(contract.size).toBe(text.length);
    expect(await storedContract(request)).toBe(text);
    expect(documents).toHaveLength(2);
    expect(await uploads(request)).toEqual({ up: 2, deleted: undefined });
  });

  test('is fetched again by a retry', async () => {
    const request = await ready();
    await request.fault({ name: 'file-no-pdf', endpoint: 'get-contract' });
    await failureOf(request.upload());
    await request.upload();
    expect(await storedContract(request)).toMatch(/^%PDF-/);
  });
});

test('what comes before the header of a contract is kept as it came', async () => {
  const request = await ready();
  await request.fault({ name: 'file-prefixed', endpoint: 'get-contract', text: 'made for you\r\n' });
  await request.upload();
  expect(await storedContract(request)).toMatch(/^made for you\r\n%PDF-/);
});

describe('how large a file of the provider may be', () => {
  const before = { maximumGrowth: 20_000_000, maximumContract: 20_000_000 };
  afterEach(() => allow(before));

  test.each(['yes', 'no'])(
    'a contract over it is not kept (length stated: %s); raised, it is taken',
    async (stated) => {
      const request = await ready();
      await request.fault({ name: 'file-grown', endpoint: 'get-contract', bytes: 21_000_000, stated, times: 2 });
      const { words, ...failure } = await failureOf(request.upload());
      expect(failure).toMatchObject({ code: 'DOWNLOAD_TOO_LARGE', retries: false, temporary: false });
      expect(words).toContain('raise policy.download.maximumContract');
      await expect(at.archive.locateFile(request.key, { kind: 'contract' })).rejects.toMatchObject({
        code: 'DOCUMENT_NOT_FOUND',
      });
      const asStarted = { ...before };
      allow({ maximumContract: 30_000_000 }); // in the settings of the worker. The request keeps the policy of its start
      const order = { requestPk: request.ids.requestPk, documents: request.documents, download: asStarted };
      const { contract } = await request.try((activities) => activities.upload(request.key, order));
      expect(contract.size).toBeGreaterThan(21_000_000);
    },
  );

  test('a signed document may be so much larger than the one that went up', async () => {
    const request = await (await at.newRequest()).reach('ISSUED');
    await request.fault({ name: 'file-grown', endpoint: 'get-document', bytes: 21_000_000 });
    const { words, ...failure } = await failureOf(request.retrieve());
    expect(failure).toMatchObject({ code: 'DOWNLOAD_TOO_LARGE', retries: false });
    expect(words).toContain('raise policy.download.maximumGrowth');
    expect((await request.provider()).documents).toHaveLength(2);
    expect(await request.retrieve()).toMatchObject({ documents: [{ index: 1 }, { index: 2 }] });
  });
});

describe('cleaning', () => {
  afterEach(() => at.provider.resetSettings());

  test.each([
    ['every-kind', 'nowhere'],
    ['original', 'query'],
    ['original', 'path'],
  ])('leaves nothing signed where a deletion takes %s and a kind is named by %s', async (...sides) => {
    const request = await (await at.newRequest()).reach('ISSUED');
    await takes(...sides);
    await request.clean();
    expect((await request.provider()).documents).toEqual([]);
  });

  test('is not done while a signed copy stays', async () => {
    const request = await (await at.newRequest()).reach('ISSUED');
    await takes('original', 'nowhere');
    expect(await failureOf(request.clean())).toMatchObject({ code: 'FILES_LEFT_AT_PROVIDER', retries: false });
    await takes('original', 'query');
    await request.clean(2);
    expect((await request.provider()).documents).toEqual([]);
  });

  test('knows the documents of an upload that ended at the contract', async () => {
    const request = await ready();
    await request.fault({ name: 'file-no-pdf', endpoint: 'get-contract' });
    await failureOf(request.upload());
    await request.clean();
    const { documents, done } = await request.provider();
    expect(documents).toEqual([]);
    expect(done).toMatchObject({ 'delete-document': 2 });
  });
});

function records() {
  return recordsOf(at.config.archive.directory);
}

function forgetUploads({ key }: RequestAtWork): void {
  records().changeRows('delete from uploads where request = ?', workflowIdOf(key));
}

async function restored(): Promise<RequestAtWork> {
  const request = await (await at.newRequest()).reach('ISSUED');
  forgetUploads(request);
  records().changeRows("delete from files where request = ? and kind <> 'document'", workflowIdOf(request.key));
  request.uploaded = [];
  request.contract = { sha256: '', size: 0 };
  return request;
}

describe('a request that is signed, whose archive is restored from before the upload,', () => {
  test('is not uploaded again, which would delete what is signed', async () => {
    const request = await restored();
    expect(await failureOf(request.upload())).toMatchObject({ code: 'SIGNED_FILES_MISSING', retries: false });
    expect((await request.provider()).documents).toHaveLength(2);
  });

  test('says what to restore. With it, its files are fetched', async () => {
    const request = await (await at.newRequest()).reach('ISSUED');
    const uploaded = await at.archive.readUploads(request.key);
    forgetUploads(request);
    request.uploaded = [];
    expect(await failureOf(request.retrieve())).toMatchObject({
      code: 'SIGNED_FILES_MISSING',
      words: expect.stringMatching(/Restore a newer copy of the archive/) as string,
    });
    if (uploaded) await at.archive.writeUploads(request.key, uploaded);
    expect(await request.retrieve(2)).toMatchObject({ documents: [{ index: 1 }, { index: 2 }] });
  });

  test('keeps what can be fetched if somebody gives up, and names the rest', async () => {
    const request = await restored();
    const order = { ...request.retrieveOrder(), giveUp: true };
    const retrieved = await request.try((activities) => activities.retrieve(request.key, order));
    expect(retrieved).toMatchObject({ documents: [], missing: { documents: [1, 2], contract: false } });
    expect((await request.provider()).documents).toHaveLength(2);
  });
});

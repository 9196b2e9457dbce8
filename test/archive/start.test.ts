import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { openArchive } from '../../src/archive/file-archive.js';
import {
  addDocuments,
  keyOf,
  newArchive,
  newDirectory,
  recordOf,
  removeDirectories,
  startedRequest,
  textOf,
} from './sample-start.js';

afterEach(removeDirectories);

describe('a start', () => {
  it('is read back as it was committed', async () => {
    const { archive } = await newArchive();
    const incoming = await archive.begin();
    const documents = await addDocuments(incoming, { 'b.pdf': 'B', 'a.pdf': 'A' });
    const record = recordOf(keyOf('order-1'), documents, { automaticOfficer: 'anna' });
    expect(await incoming.commit(record)).toBe('created');
    expect(await archive.readRequest(keyOf('order-1'))).toEqual(record);
    const { stream, size } = await archive.openFile(keyOf('order-1'), { kind: 'document', index: 2 });
    expect([await textOf(stream), size]).toEqual(['A', 1]);
  });

  it('takes documents by path and hashes them on the way', async () => {
    const { archive } = await newArchive();
    const source = join(await newDirectory(), 'given.pdf');
    const content = Buffer.alloc(300_000, 'pdf');
    await writeFile(source, content);
    const incoming = await archive.begin();
    const added = await incoming.addDocument({ name: 'given.pdf' }, source);
    expect(added).toMatchObject({ size: 300_000, sha256: createHash('sha256').update(content).digest('hex') });
    expect(await readFile(added.path)).toEqual(content);
  });

  it('keeps a name in its composed form', async () => {
    const { archive } = await newArchive();
    const incoming = await archive.begin();
    const { size, sha256 } = await incoming.addDocument({ name: 'e\u0301.pdf' }, Readable.from(['x']));
    await incoming.commit(recordOf(keyOf('nfc'), [{ index: 1, name: '\u00e9.pdf', size, sha256 }]));
    const { path } = await archive.locateFile(keyOf('nfc'), { kind: 'document', index: 1 });
    expect(path.endsWith('/documents/\u00e9.pdf')).toBe(true);
  });

  it('refuses names that cannot be kept, and twice the same', async () => {
    const { archive } = await newArchive();
    const incoming = await archive.begin();
    await incoming.addDocument({ name: 'a.pdf' }, Readable.from(['x']));
    await expect(incoming.addDocument({ name: '../secret-name' }, Readable.from(['x']))).rejects.toMatchObject({
      code: 'BAD_DOCUMENT_NAME',
      field: 'documents[2]',
      message: expect.not.stringContaining('secret-name'),
    });
    await expect(incoming.addDocument({ name: 'A.PDF' }, Readable.from(['x']))).rejects.toMatchObject({
      code: 'DUPLICATE_DOCUMENT_NAME',
      field: 'documents[2]',
    });
  });

  it('refuses twice the same name also when both come at the same moment', async () => {
    const { archive } = await newArchive();
    const incoming = await archive.begin();
    const added = await Promise.allSettled([
      incoming.addDocument({ name: 'a.pdf' }, Readable.from(['x'])),
      incoming.addDocument({ name: 'a.pdf' }, Readable.from(['y'])),
    ]);
    expect(added.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it.each(['missing', 'directory'])('refuses a document path that is %s without repeating it', async (kind) => {
    const { archive } = await newArchive();
    const path = join(await newDirectory(), 'secret-name');
    if (kind === 'directory') await mkdir(path);
    const incoming = await archive.begin();
    const refusal = await incoming.addDocument({ name: 'a.pdf' }, path).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'DOCUMENT_NOT_FOUND', field: 'documents[1]' });
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain('secret-name');
  });

  it('leaves nothing behind when it is discarded, or when its stream breaks', async () => {
    const { archive, directory } = await newArchive();
    const incoming = await archive.begin();
    const broken = new Readable({ read() {} });
    broken.push('half');
    broken.destroy(new Error('the line went dead'));
    await expect(incoming.addDocument({ name: 'a.pdf' }, broken)).rejects.toThrow('the line went dead');
    const [begun = ''] = await readdir(join(directory, 'incoming'));
    expect(await readdir(join(directory, 'incoming', begun, 'documents'))).toEqual([]);
    await incoming.discard();
    await incoming.discard();
    expect(await readdir(join(directory, 'incoming'))).toEqual([]);
    expect(await archive.listReferences('signature')).toEqual([]);
  });

  it('is not committed when the record describes other documents', async () => {
    const { archive, directory } = await newArchive();
    const incoming = await archive.begin();
    const documents = await addDocuments(incoming, { 'a.pdf': 'A' });
    const other = documents.map((document) => ({ ...document, sha256: '0'.repeat(64) }));
    await expect(incoming.commit(recordOf(keyOf('x'), other))).rejects.toMatchObject({
      code: 'BAD_INPUT',
      field: 'documents',
    });
    await expect(incoming.commit(recordOf(keyOf('x'), []))).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(incoming.commit(recordOf(keyOf('x'), documents, { workflowId: 'signature-y' }))).rejects.toMatchObject(
      {
        code: 'BAD_INPUT',
        field: 'workflowId',
      },
    );
    await expect(incoming.commit(recordOf(keyOf('../x'), documents))).rejects.toMatchObject({ code: 'BAD_REFERENCE' });
    expect(await readdir(join(directory, 'requests'))).toEqual([]);
    expect(await incoming.commit(recordOf(keyOf('x'), documents))).toBe('created');
  });

  it('does not replace an earlier one, and leaves nothing of itself', async () => {
    const { archive, directory } = await newArchive();
    await startedRequest(archive, keyOf('taken'), { 'a.pdf': 'first' });
    const incoming = await archive.begin();
    const documents = await addDocuments(incoming, { 'b.pdf': 'second' });
    expect(await incoming.commit(recordOf(keyOf('taken'), documents))).toBe('exists');
    expect((await archive.readRequest(keyOf('taken'))).documents.map(({ name }) => name)).toEqual(['a.pdf']);
    expect(await readdir(join(directory, 'requests', 'taken', '1', 'documents'))).toEqual(['a.pdf']);
    expect(await readdir(join(directory, 'incoming'))).toEqual([]);
  });

  it('wins or loses whole against others of the same reference at the same moment', async () => {
    const { directory } = await newArchive();
    for (let round = 0; round < 20; round += 1) {
      const key = keyOf(`race-${round}`);
      const answers = await Promise.all(
        ['p', 'q', 'r'].map(async (who) => {
          const archive = await openArchive({ directory, reserveBytes: 0 });
          const incoming = await archive.begin();
          const documents = await addDocuments(incoming, { [`${who}-1.pdf`]: who, [`${who}-2.pdf`]: `${who}${who}` });
          return { who, answer: await incoming.commit(recordOf(key, documents, { profile: who })) };
        }),
      );
      expect(answers.map(({ answer }) => answer).sort()).toEqual(['created', 'exists', 'exists']);
      const winner = answers.find(({ answer }) => answer === 'created')?.who;
      const archive = await openArchive({ directory, reserveBytes: 0 });
      expect((await archive.readRequest(key)).profile).toBe(winner);
      const stored = await readdir(join(directory, 'requests', key.reference, '1', 'documents'));
      expect(stored.sort()).toEqual([`${winner}-1.pdf`, `${winner}-2.pdf`]);
    }
    expect(await readdir(join(directory, 'incoming'))).toEqual([]);
  });
});

describe('references and attempts', () => {
  it('are listed per flow', async () => {
    const { archive, directory } = await newArchive();
    await startedRequest(archive, keyOf('b'));
    await startedRequest(archive, keyOf('b', 2));
    await startedRequest(archive, keyOf('a'));
    await startedRequest(archive, keyOf('b', 1, 'enrolment'));
    await mkdir(join(directory, 'requests', 'crashed-before-its-attempt'));
    expect(await archive.listReferences('signature')).toEqual(['a', 'b']);
    expect(await archive.listReferences('enrolment')).toEqual(['b']);
    expect(await archive.latestAttempt('signature', 'b')).toBe(2);
    expect(await archive.latestAttempt('enrolment', 'b')).toBe(1);
    expect(await archive.latestAttempt('signature', 'none')).toBe(0);
  });

  it('count the tenth attempt as later than the ninth', async () => {
    const { archive } = await newArchive();
    for (let attempt = 1; attempt <= 10; attempt += 1)
      await startedRequest(archive, keyOf('many', attempt), { 'a.pdf': 'A' });
    expect(await archive.latestAttempt('signature', 'many')).toBe(10);
  });

  it('take the documents of the attempt before', async () => {
    const { archive } = await newArchive();
    await startedRequest(archive, keyOf('again'), { 'a.pdf': 'A' });
    const { path } = await archive.locateFile(keyOf('again'), { kind: 'document', index: 1 });
    const incoming = await archive.begin();
    const { size, sha256 } = await incoming.addDocument({ name: 'a.pdf' }, path);
    await incoming.commit(recordOf(keyOf('again', 2), [{ index: 1, name: 'a.pdf', size, sha256 }]));
    expect((await archive.readRequest(keyOf('again', 2))).previousAttempt).toBe(1);
  });

  it('are not found when they are not there', async () => {
    const { archive } = await newArchive();
    const missing = expect.objectContaining({ code: 'REQUEST_NOT_FOUND' });
    const key = keyOf('none');
    await expect(archive.readRequest(key)).rejects.toEqual(missing);
    await expect(archive.mark(key, 'create')).rejects.toEqual(missing);
    await expect(archive.readOutcome(key)).rejects.toEqual(missing);
    await expect(archive.storeFile(key, { kind: 'contract' }, Readable.from(['x']))).rejects.toEqual(missing);
  });

  it('are not read from a record that is damaged or lies in a wrong place', async () => {
    const { archive, directory } = await newArchive();
    await startedRequest(archive, keyOf('one'));
    await startedRequest(archive, keyOf('two'));
    const place = join(directory, 'requests', 'two', '1', 'request.json');
    await writeFile(place, await readFile(join(directory, 'requests', 'one', '1', 'request.json')));
    await expect(archive.readRequest(keyOf('two'))).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
    await writeFile(place, '{"version":1');
    await expect(archive.readRequest(keyOf('two'))).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
  });
});

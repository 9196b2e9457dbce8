import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { addDocuments, keyOf, newDirectory, recordOf, textOf } from '../sample-start.js';
import { DAY, type TestedArchive } from './tested-archive.js';

const text = (words: string): Readable => Readable.from([Buffer.from(words)]);

const refused = (field: string) => expect.objectContaining({ code: 'BAD_INPUT', field });

/** How requests begin. */
export function describeStarts(given: () => TestedArchive): void {
  /** What is in the store and in the records, to be compared. */
  const kept = async () => ({ objects: await given().place.objects(), intents: await given().intents() });

  it('is read back as it was committed', async () => {
    const { archive } = given();
    const key = given().newKey('enrolment');
    const incoming = await archive.begin();
    const documents = await addDocuments(incoming, { 'b.pdf': 'B', 'a.pdf': 'A' });
    const record = recordOf(key, documents, {
      automaticOfficer: 'anna',
      startKey: 'c'.repeat(64),
      signer: { email: 'e@example.com', phone: '+34600000001', expected: { documentNumber: 'X1', name: 'Ana É' } },
      enrolment: {
        secureElement: '2',
        validityTime: '730',
        fields: { title: 'Director', given_name: 'Ana \u{1F600} \u0000' },
        untilIssued: true,
        preauthLink: false,
      },
    });
    expect(await incoming.commit(record)).toBe('created');
    expect(await archive.readRequest(key)).toEqual(record);
    const { stream, size } = await archive.openFile(key, { kind: 'document', index: 2 });
    expect([await textOf(stream), size]).toEqual(['A', 1]);
  });

  it('takes documents by path and hashes them on the way', async () => {
    const source = join(await newDirectory(), 'given.pdf');
    const content = Buffer.alloc(300_000, 'pdf');
    await writeFile(source, content);
    const incoming = await given().archive.begin();
    const added = await incoming.addDocument({ name: 'given.pdf' }, source);
    expect(added).toEqual({ size: 300_000, sha256: createHash('sha256').update(content).digest('hex') });
    expect(Buffer.concat(await (await incoming.open(1)).toArray()).equals(content)).toBe(true);
    await incoming.discard();
  });

  it('keeps a name in its composed form', async () => {
    const { archive } = given();
    const key = given().newKey();
    const incoming = await archive.begin();
    const { size, sha256 } = await incoming.addDocument({ name: 'e\u0301.pdf' }, text('x'));
    const document = { index: 1, size, sha256 };
    const decomposed = recordOf(key, [{ ...document, name: 'e\u0301.pdf' }]);
    await expect(incoming.commit(decomposed)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await incoming.commit(recordOf(key, [{ ...document, name: '\u00e9.pdf' }]));
    expect((await archive.readRequest(key)).documents[0]?.name).toBe('\u00e9.pdf');
  });

  it('refuses names that cannot be kept, and twice the same', async () => {
    const incoming = await given().archive.begin();
    await incoming.addDocument({ name: 'a.pdf' }, text('x'));
    await expect(incoming.addDocument({ name: '../secret-name' }, text('x'))).rejects.toMatchObject({
      code: 'BAD_DOCUMENT_NAME',
      field: 'documents[2]',
      message: expect.not.stringContaining('secret-name'),
    });
    await expect(incoming.addDocument({ name: 'A.PDF' }, text('x'))).rejects.toMatchObject({
      code: 'DUPLICATE_DOCUMENT_NAME',
      field: 'documents[2]',
    });
    await incoming.discard();
  });

  it('refuses twice the same name also when both come at the same moment', async () => {
    const incoming = await given().archive.begin();
    const added = await Promise.allSettled([
      incoming.addDocument({ name: 'a.pdf' }, text('x')),
      incoming.addDocument({ name: 'a.pdf' }, text('y')),
    ]);
    expect(added.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await incoming.discard();
  });

  it('takes documents that come at the same moment in their order', async () => {
    const key = given().newKey();
    const incoming = await given().archive.begin();
    const names = ['c.pdf', 'a.pdf', 'b.pdf'];
    const added = await Promise.all(names.map((name) => incoming.addDocument({ name }, text(name))));
    const documents = added.map((digest, at) => ({ index: at + 1, name: names[at] ?? '', ...digest }));
    expect(await incoming.commit(recordOf(key, documents))).toBe('created');
    for (const [at, name] of names.entries()) {
      const { stream } = await given().archive.openFile(key, { kind: 'document', index: at + 1 });
      expect(await textOf(stream)).toBe(name);
    }
  });

  it.each(['missing', 'directory'])('refuses a document path that is %s without repeating it', async (kind) => {
    const path = join(await newDirectory(), 'secret-name');
    if (kind === 'directory') await mkdir(path);
    const incoming = await given().archive.begin();
    const refusal = await incoming.addDocument({ name: 'a.pdf' }, path).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'DOCUMENT_NOT_FOUND', field: 'documents[1]' });
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain('secret-name');
    await incoming.discard();
  });

  it('shows a document to a check before it is stored, and passes its refusal on', async () => {
    const before = await kept();
    const incoming = await given().archive.begin();
    const refusal = new Error('not a PDF');
    let seen = '';
    const check = async (path: string): Promise<void> => {
      seen = await readFile(path, 'utf8');
      throw refusal;
    };
    await expect(incoming.addDocument({ name: 'a.pdf' }, text('content'), { check })).rejects.toBe(refusal);
    expect(seen).toBe('content');
    await incoming.discard();
    expect(await kept()).toEqual(before);
  });

  it('leaves nothing behind when it is discarded, or when its stream breaks', async () => {
    const before = await kept();
    const incoming = await given().archive.begin();
    await incoming.addDocument({ name: 'b.pdf' }, text('whole'));
    const broken = new Readable({ read() {} });
    broken.push('half');
    broken.destroy(new Error('the line went dead'));
    await expect(incoming.addDocument({ name: 'a.pdf' }, broken)).rejects.toThrow('the line went dead');
    await incoming.discard();
    await incoming.discard();
    expect(await kept()).toEqual(before);
  });

  it('leaves nothing behind when it is discarded while a document is being added', async () => {
    const before = await kept();
    const incoming = await given().archive.begin();
    const adding = incoming.addDocument({ name: 'a.pdf' }, Readable.from([Buffer.alloc(3_000_000, 'a')]));
    const refusing = incoming.addDocument({ name: 'a.pdf' }, text('again'));
    await expect(refusing).rejects.toMatchObject({ code: 'DUPLICATE_DOCUMENT_NAME' });
    await incoming.discard();
    await adding.catch(() => undefined);
    expect(await kept()).toEqual(before);
  });

  it('cannot be used after its end', async () => {
    const key = given().newKey();
    const committed = await given().archive.begin();
    await committed.commit(recordOf(key, []));
    const discarded = await given().archive.begin();
    await discarded.discard();
    for (const ended of [committed, discarded]) {
      await expect(ended.addDocument({ name: 'a.pdf' }, text('x'))).rejects.toThrow('already committed or discarded');
      await expect(ended.commit(recordOf(key, []))).rejects.toThrow('already committed or discarded');
      await ended.discard();
    }
    expect((await given().archive.readRequest(key)).reference).toBe(key.reference);
  });

  it('is not committed when the record describes other documents', async () => {
    const { archive } = given();
    const key = given().newKey();
    const incoming = await archive.begin();
    const documents = await addDocuments(incoming, { 'a.pdf': 'A' });
    const other = documents.map((document) => ({ ...document, sha256: '0'.repeat(64) }));
    await expect(incoming.commit(recordOf(key, other))).rejects.toEqual(refused('documents'));
    await expect(incoming.commit(recordOf(key, []))).rejects.toEqual(refused('documents'));
    const elsewhere = recordOf(key, documents, { workflowId: 'signature-y' });
    await expect(incoming.commit(elsewhere)).rejects.toEqual(refused('workflowId'));
    await expect(incoming.commit(recordOf(keyOf('../x'), documents))).rejects.toMatchObject({ code: 'BAD_REFERENCE' });
    expect(await archive.latestAttempt('signature', key.reference)).toBe(0);
    expect(await incoming.commit(recordOf(key, documents))).toBe('created');
  });

  it('is not committed with a document that a sweep took for a leftover', async () => {
    const { archive } = given();
    const key = given().newKey();
    const incoming = await archive.begin();
    const documents = await addDocuments(incoming, { 'a.pdf': 'A' });
    await given().age(2 * DAY);
    await archive.sweep();
    await expect(incoming.commit(recordOf(key, documents))).rejects.toMatchObject({
      code: 'ARCHIVE_UNAVAILABLE',
      facts: { reason: 'write took too long' },
    });
    await expect(archive.readRequest(key)).rejects.toMatchObject({ code: 'REQUEST_NOT_FOUND' });
    await incoming.discard();
  });

  it('does not replace an earlier one, and leaves nothing of itself', async () => {
    const { archive } = given();
    const key = await given().start(undefined, { 'a.pdf': 'first' });
    const before = await kept();
    const incoming = await archive.begin();
    const documents = await addDocuments(incoming, { 'b.pdf': 'second' });
    expect(await incoming.commit(recordOf(key, documents))).toBe('exists');
    expect((await archive.readRequest(key)).documents.map(({ name }) => name)).toEqual(['a.pdf']);
    expect(await textOf((await archive.openFile(key, { kind: 'document', index: 1 })).stream)).toBe('first');
    expect(await kept()).toEqual(before);
  });
}

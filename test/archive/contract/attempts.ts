import { keyOf, recordOf, textOf } from '../sample-start.js';
import type { TestedArchive } from './tested-archive.js';

const placeOf = (namespaceId: string) => ({ namespace: 'n', namespaceId, clusterId: 'c', address: 'a:1' });

/** References and their attempts. */
export function describeAttempts(given: () => TestedArchive): void {
  it('are listed per flow, sorted by their bytes', async () => {
    const { archive } = given();
    for (const reference of ['list-b', 'list-B', 'list-_', 'list-1', 'list.a'])
      await given().start(keyOf(reference), {});
    await given().start(keyOf('list-b', 2), {});
    await given().start(keyOf('list-e', 1, 'enrolment'), {});
    const listed = async (flow: 'signature' | 'enrolment') =>
      (await archive.listReferences(flow)).filter((reference) => reference.startsWith('list'));
    expect(await listed('signature')).toEqual(['list-1', 'list-B', 'list-_', 'list-b', 'list.a']);
    expect(await listed('enrolment')).toEqual(['list-e']);
    expect(await archive.latestAttempt('signature', 'list-b')).toBe(2);
    expect(await archive.latestAttempt('enrolment', 'list-b')).toBe(0);
    expect(await archive.latestAttempt('signature', 'list-x')).toBe(0);
  });

  it('are apart when their references differ in capitals alone, or in the flow', async () => {
    const { archive } = given();
    await given().start(keyOf('Case'), { 'a.pdf': 'capital' });
    await given().start(keyOf('case'), { 'a.pdf': 'small' });
    await given().start(keyOf('case', 1, 'enrolment'), { 'a.pdf': 'enrolment' });
    for (const [key, words] of [
      [keyOf('Case'), 'capital'],
      [keyOf('case'), 'small'],
      [keyOf('case', 1, 'enrolment'), 'enrolment'],
    ] as const) {
      expect(await textOf((await archive.openFile(key, { kind: 'document', index: 1 })).stream)).toBe(words);
    }
  });

  it('count the tenth attempt as later than the ninth', async () => {
    for (let attempt = 1; attempt <= 10; attempt += 1) await given().start(keyOf('many', attempt), {});
    expect(await given().archive.latestAttempt('signature', 'many')).toBe(10);
  });

  it('take the documents of the attempt before', async () => {
    const { archive } = given();
    await given().start(keyOf('again'), { 'a.pdf': 'A' });
    const { stream } = await archive.openFile(keyOf('again'), { kind: 'document', index: 1 });
    const incoming = await archive.begin();
    const { size, sha256 } = await incoming.addDocument({ name: 'a.pdf' }, stream);
    await incoming.commit(recordOf(keyOf('again', 2), [{ index: 1, name: 'a.pdf', size, sha256 }]));
    expect((await archive.readRequest(keyOf('again', 2))).previousAttempt).toBe(1);
  });

  it('have names of their own alone', async () => {
    const { archive } = given();
    for (const reference of ['', '.', '..', 'a/b', '%', 'a'.repeat(65)]) {
      await expect(archive.readRequest(keyOf(reference))).rejects.toMatchObject({ code: 'BAD_REFERENCE' });
      await expect(archive.latestAttempt('signature', reference)).rejects.toMatchObject({ code: 'BAD_REFERENCE' });
    }
    for (const attempt of [0, -1, 1.5, Number.NaN, 2 ** 53])
      await expect(archive.readRequest(keyOf('a', attempt))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('run where the first who starts them says, until they are moved', async () => {
    const { archive } = given();
    const key = await given().start();
    expect(await archive.readPlace(key)).toBeUndefined();
    expect(await archive.claimPlace(key, placeOf('1'))).toEqual(placeOf('1'));
    expect(await archive.claimPlace(key, placeOf('2'))).toEqual(placeOf('1'));
    await archive.movePlace(key, placeOf('3'));
    expect(await archive.readPlace(key)).toEqual(placeOf('3'));
  });
}

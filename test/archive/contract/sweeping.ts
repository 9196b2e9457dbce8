import { Readable } from 'node:stream';
import type { AttemptKey, StorableFile } from '../../../src/archive/archive.js';
import { requestOf } from '../../../src/archive/names.js';
import { newKey } from '../../../src/archive/files/file-key.js';
import { textOf } from '../sample-start.js';
import { DAY, type MakePlace, TestedArchive } from './tested-archive.js';

const signed: StorableFile = { kind: 'signed', index: 1 };

/** What is deleted, and what stays. */
export function describeSweeping(makePlace: MakePlace): void {
  let tested: TestedArchive;
  beforeAll(async () => {
    tested = await TestedArchive.make(makePlace);
  });
  afterAll(async () => {
    await tested.close();
  });
  const given = () => tested;
  const store = async (key: AttemptKey, words: string) =>
    await given().archive.storeFile(key, signed, Readable.from([Buffer.from(words)]));
  const content = async (key: AttemptKey) => await textOf((await given().archive.openFile(key, signed)).stream);
  /** Everything that is in the store is a current file, and no row is left of anything else. */
  const expectClean = async () => {
    expect(await given().place.objects()).toEqual(await given().current());
    expect(await given().intents()).toEqual([]);
  };
  beforeEach(async () => {
    await given().age(30 * DAY);
    await given().archive.sweep();
    await expectClean();
  });

  it('a start that broke off is removed after a day, and nothing that is under way or committed', async () => {
    const { archive } = given();
    const key = await given().start();
    await (await archive.begin()).addDocument({ name: 'a.pdf' }, Readable.from(['crashed']));
    await given().age(2 * DAY);
    const underWay = await archive.begin();
    await underWay.addDocument({ name: 'a.pdf' }, Readable.from(['under way']));
    expect(await archive.sweep()).toBe(1);
    expect(await archive.sweep()).toBe(0);
    expect(await textOf(await underWay.open(1))).toBe('under way');
    expect((await archive.readRequest(key)).documents).toHaveLength(2);
    await underWay.discard();
    await expectClean();
  });

  it('a file that was replaced or removed goes after two weeks, and its successor stays', async () => {
    const { archive } = given();
    const key = await given().start();
    await store(key, 'first');
    await store(key, 'second');
    await given().age(13 * DAY);
    expect(await archive.sweep()).toBe(0);
    await given().age(2 * DAY);
    expect(await archive.sweep()).toBe(1);
    expect(await content(key)).toBe('second');
    await archive.removeFile(key, signed);
    await given().age(15 * DAY);
    expect(await archive.sweep()).toBe(1);
    await expectClean();
  });

  it('current files stay, however old', async () => {
    const { archive } = given();
    const key = await given().start();
    await store(key, 'kept');
    await given().age(10_000 * DAY);
    expect(await archive.sweep()).toBe(0);
    expect(await content(key)).toBe('kept');
  });

  it('an announced object that was never written is forgotten', async () => {
    const key = await given().start();
    await announce(newKey('signed'), requestOf(key));
    await announce(newKey('document'), null);
    await given().age(2 * DAY);
    await given().archive.sweep();
    await expectClean();
  });

  it('what may be the only copy of a file stays, until the attempt has that file', async () => {
    const { archive, store: objects } = given();
    const key = await given().start();
    // As after a restore: the object was written, and the row that made it current is lost.
    const object = newKey('signed');
    await announce(object, requestOf(key));
    await objects.write(object, Readable.from([Buffer.from('only copy')]));
    for (let sweeps = 0; sweeps < 3; sweeps += 1) {
      await given().age(2 * DAY);
      expect(await archive.sweep()).toBe(0);
    }
    expect(await objects.size(object)).toBe(9);
    await store(key, 'fetched again');
    await given().age(2 * DAY);
    expect(await archive.sweep()).toBe(1);
    expect(await content(key)).toBe('fetched again');
    await expectClean();
  });

  it('an object that is claimed by a sweeper that died is removed by the next', async () => {
    const { archive, store: objects } = given();
    const key = await given().start();
    await store(key, 'first');
    const object = await given().objectOf(key, signed);
    await store(key, 'second');
    await given().age(15 * DAY);
    const claim = async () =>
      await given().rows.run((db) =>
        db.updateTable('objects').set({ state: 'deleting' }).where('object', '=', object).execute(),
      );
    await claim();
    expect(await archive.sweep()).toBe(1);
    await store(key, 'third');
    await given().age(15 * DAY);
    // Killed between the deletion and the row's.
    const [replaced] = await given().intents();
    await objects.remove(replaced?.object ?? '');
    expect(await archive.sweep()).toBe(1);
    await expectClean();
  });

  it('several sweepers at once do it once', async () => {
    const key = await given().start();
    for (const words of ['a', 'b', 'c', 'd', 'e', 'f']) await store(key, words);
    await given().age(15 * DAY);
    const sweepers = await Promise.all([given().open(), given().open(), given().open()]);
    await Promise.all(sweepers.map((archive) => archive.sweep()));
    expect(await content(key)).toBe('f');
    await expectClean();
  });

  it('a row that names an object of another form stops nothing from being kept', async () => {
    const key = await given().start();
    await store(key, 'kept');
    await announce('../../archive.json', null);
    await given().age(2 * DAY);
    await expect(given().archive.sweep()).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
    expect(await content(key)).toBe('kept');
    await given().rows.run((db) => db.deleteFrom('objects').where('object', 'like', '%json').execute());
  });

  async function announce(object: string, request: string | null): Promise<void> {
    const row = { object, request, kind: request === null ? 'document' : 'signed', number: 1 };
    await given().rows.run((db) =>
      db
        .insertInto('objects')
        .values({ ...row, state: 'writing', expires_at: Date.now() + DAY })
        .execute(),
    );
  }
}

import * as fc from 'fast-check';
import type { AttemptKey } from '../../../src/archive/archive.js';
import type { RequestPk } from '../../../src/messages/request.js';
import type { TestedArchive } from './tested-archive.js';

const PK = '101' as RequestPk;

/** Which attempt an id of the provider belongs to. */
export function describeIndex(given: () => TestedArchive): void {
  let requests = 4711;
  let pk: RequestPk;
  beforeEach(() => {
    requests += 1;
    pk = String(requests) as RequestPk;
  });
  const entry = { workflowId: 'signature-records', flow: 'signature', reference: 'records', attempt: 1 } as const;

  it('finds the workflow of a provider id, per environment', async () => {
    const { archive } = given();
    await archive.writeIndex('sandbox', pk, entry);
    await archive.writeIndex('sandbox', pk, entry);
    expect(await archive.readIndex('sandbox', pk)).toEqual(entry);
    expect(await archive.readIndex('production', pk)).toBeUndefined();
    expect(await archive.readIndex('sandbox', `${pk}0`)).toBeUndefined();
    expect(await archive.readIndex('sandbox', `0${pk}`)).toBeUndefined();
  });

  it('does not give an id to a second workflow, not even to a later attempt of another reference', async () => {
    const { archive } = given();
    await archive.writeIndex('sandbox', pk, entry);
    const others = [
      { ...entry, workflowId: 'signature-other', reference: 'other' },
      { ...entry, workflowId: 'signature-other~2', reference: 'other', attempt: 2 },
      { ...entry, workflowId: 'enrolment-records~2', flow: 'enrolment', attempt: 2 },
    ] as const;
    for (const other of others) {
      await expect(archive.writeIndex('sandbox', pk, other)).rejects.toMatchObject({
        code: 'BAD_INPUT',
        field: 'requestPk',
        facts: { workflowId: 'signature-records' },
      });
    }
    expect(await archive.readIndex('sandbox', pk)).toEqual(entry);
  });

  it('leads to the later attempt of a reference that took the id up, and never back', async () => {
    const { archive } = given();
    await archive.writeIndex('sandbox', pk, entry);
    const later = { ...entry, workflowId: 'signature-records~2', attempt: 2 };
    await archive.writeIndex('sandbox', pk, later);
    expect(await archive.readIndex('sandbox', pk)).toEqual(later);
    await expect(archive.writeIndex('sandbox', pk, entry)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await archive.readIndex('sandbox', pk)).toEqual(later);
  });

  it('knows no id that leads elsewhere, whatever a forged hint says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: fc.constantFrom('.', '/', '\\', '\u0000', 'a', '%', '_', "'", '\uD800') }),
          fc.string({ unit: 'binary', maxLength: 300 }),
        ),
        async (forged) => {
          expect(await given().archive.readIndex('sandbox', forged)).toBeUndefined();
        },
      ),
    );
    await expect(given().archive.readIndex('..', pk)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(given().archive.writeIndex('sandbox', '../1' as RequestPk, entry)).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });
}

/** The pause between reads of one request at the provider. */
export function describeReadPace(given: () => TestedArchive): void {
  const year = 365 * 24 * 60 * 60 * 1000;
  let key: AttemptKey;
  beforeEach(async () => {
    key = await given().start();
  });

  it('keeps reads a gap apart', async () => {
    const { archive } = given();
    expect(await archive.touchRead(key, PK, year)).toBe(0);
    const wait = await archive.touchRead(key, PK, year);
    expect(wait).toBeGreaterThan(year / 2);
    expect(wait).toBeLessThanOrEqual(year);
    await given().age(year / 2);
    expect(await archive.touchRead(key, PK, year)).toBeLessThanOrEqual(year / 2);
    await given().age(year);
    expect(await archive.touchRead(key, PK, year)).toBe(0);
    expect(await archive.touchRead(key, PK, year)).toBeGreaterThan(0);
  });

  it('gives each request its own, and each of its videos', async () => {
    const { archive } = given();
    const other = await given().start();
    expect(await archive.touchRead(key, PK, year)).toBe(0);
    expect(await archive.touchRead(other, PK, year)).toBe(0);
    expect(await archive.touchRead(key, '102' as RequestPk, year)).toBe(0);
    expect(await archive.touchRead(key, PK, year)).toBeGreaterThan(0);
  });

  it('goes on at once when the last read is in the future by more than a gap', async () => {
    const { archive } = given();
    expect(await archive.touchRead(key, PK, 1000)).toBe(0);
    await given().age(-year);
    expect(await archive.touchRead(key, PK, 1000)).toBe(0);
  });

  it('allows every read without a gap, and keeps one row', async () => {
    const { archive } = given();
    for (let turn = 0; turn < 3; turn += 1) expect(await archive.touchRead(key, PK, 0)).toBe(0);
    const rows = await given().rows.run((db) =>
      db.selectFrom('reads').selectAll().where('request', '=', `signature-${key.reference}`).execute(),
    );
    expect(rows).toHaveLength(1);
    await expect(archive.touchRead(key, '../1' as RequestPk, 0)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
}

import { envelopeOf } from './envelopes.js';
import { Readable } from 'node:stream';
import { openArchive } from '../../../src/archive/open-archive.js';
import { keyOf, recordOf } from '../sample-start.js';
import type { MakePlace, TestedArchive } from './tested-archive.js';

const unavailable = expect.objectContaining({ code: 'ARCHIVE_UNAVAILABLE', remedy: expect.any(String) });

/** How an archive is made and opened. */
export function describeOpening(given: () => TestedArchive, makePlace: MakePlace): void {
  it('is refused where there is none, and makes nothing', async () => {
    const place = await makePlace();
    await expect(openArchive(place.settings)).rejects.toEqual(unavailable);
    await expect(openArchive(place.settings)).rejects.toEqual(unavailable);
    const archive = await openArchive(place.settings, { create: true });
    await archive.close();
  });

  it('gives an id that stays, and another one to each archive', async () => {
    const { archive, place } = given();
    const again = await openArchive(place.settings, { create: true });
    const plain = await openArchive(place.settings);
    const other = await openArchive((await makePlace()).settings, { create: true });
    expect([again.id, plain.id]).toEqual([archive.id, archive.id]);
    expect(other.id).not.toBe(archive.id);
    for (const each of [again, plain, other]) await each.close();
  });

  it('gives one id to all who make it at the same moment', async () => {
    const { settings } = await makePlace();
    const opened = await Promise.all(Array.from({ length: 6 }, () => openArchive(settings, { create: true })));
    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
    for (const archive of opened) await archive.close();
  });

  it('recognises a request of another archive', () => {
    const { archive } = given();
    expect(() => archive.assertArchive({ archiveId: archive.id })).not.toThrow();
    expect(() => archive.assertArchive({ archiveId: 'other' })).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_NOT_SHARED', field: archive.parts[0]?.field }),
    );
  });

  it('is refused with the files of another archive, and with none', async () => {
    const one = await makePlace();
    const other = await makePlace();
    for (const { settings } of [one, other]) await (await openArchive(settings, { create: true })).close();
    for (const others of [other, await makePlace()]) {
      const mixed = await one.withFilesOf(others);
      for (const create of [false, true]) await expect(openArchive(mixed, { create })).rejects.toEqual(unavailable);
    }
    await (await openArchive(one.settings)).close();
  });
}

/** What is asked of an open archive as a whole. */
export function describeUse(given: () => TestedArchive): void {
  it('can be used, which leaves nothing', async () => {
    const { archive, place } = given();
    const before = { objects: await place.objects(), intents: await given().intents() };
    await archive.assertUsable();
    await archive.assertReserve();
    expect({ objects: await place.objects(), intents: await given().intents() }).toEqual(before);
  });

  it('is told from one with too little space, where that can be known', async () => {
    const { archive, place } = given();
    const free = await archive.freeBytes();
    const reserve = Number.MAX_SAFE_INTEGER;
    const strict = await openArchive({ ...place.settings, reserve });
    const answer = await strict.assertReserve().then(
      () => undefined,
      (error: unknown) => error,
    );
    await strict.close();
    const known = { code: 'ARCHIVE_FULL', facts: { bytesNeeded: reserve, bytesFree: expect.any(Number) } };
    // oxlint-disable-next-line jest/no-conditional-expect -- S3 cannot tell
    if (free === undefined) expect(answer).toBeUndefined();
    // oxlint-disable-next-line jest/no-conditional-expect
    else expect(answer).toMatchObject(known);
  });

  it('names no secret where it says where it is, and has one clock', () => {
    const { archive } = given();
    expect(archive.place).not.toContain('@');
    const [before, time, after] = [archive.now(), archive.time(), archive.now()];
    expect(before).toBeLessThanOrEqual(Date.parse(time));
    expect(Date.parse(time)).toBeLessThanOrEqual(after);
  });

  it('knows nothing of an attempt that was never started', async () => {
    const { archive } = given();
    await given().start(keyOf('known'), {});
    const at = archive.time();
    const place = { namespace: 'n', namespaceId: 'i', address: 'a' };
    const order = { verb: 'cancel', keyId: 'k', fingerprint: 'a'.repeat(64), at };
    const call = { id: 'i', requestPk: '1', at, answered: false, shows: [], events: [] };
    const pk = '1' as never;
    for (const key of [keyOf('known', 2), keyOf('Known'), keyOf('known', 1, 'enrolment')]) {
      const calls: Promise<unknown>[] = [
        archive.readRequest(key),
        archive.claimPlace(key, place),
        archive.readPlace(key),
        archive.movePlace(key, place),
        archive.addCorrection(key, { phone: '1' }),
        archive.dropCorrection(key, 1),
        archive.readCorrection(key, 1),
        archive.readSigner(key),
        archive.addSupplement(key, { fields: {}, documents: [] }),
        archive.supplements(key),
        archive.noteCard(key, { round: 1, sn: 's' }),
        archive.cards(key),
        archive.writeSealed(key, 'n', { keyId: 'k', sealed: 'AAAA' }),
        archive.readSealed(key, 'n'),
        archive.bindOrder(key, 'n', order),
        archive.readOrder(key, 'n'),
        archive.noteOrder(key, 'n', order),
        archive.writeProvider(key, { requestPk: pk }),
        archive.readProvider(key),
        archive.openFile(key, { kind: 'contract' }),
        archive.withCopy(key, { kind: 'contract' }, { size: 1, sha256: 'a' }, () => Promise.resolve(1)),
        archive.locateFile(key, { kind: 'contract' }),
        archive.storeFile(key, { kind: 'contract' }, Readable.from(['x'])),
        archive.removeFile(key, { kind: 'contract' }),
        archive.writeUploads(key, { requestPk: pk, documents: [] }),
        archive.readUploads(key),
        archive.mark(key, 'm'),
        archive.hasMark(key, 'm'),
        archive.markedAt(key, 'm'),
        archive.unmark(key, 'm'),
        archive.keepCall(key, 'c', call),
        archive.readCall(key, 'c'),
        archive.dropCall(key, 'c'),
        archive.calls(key),
        archive.readOutcome(key),
        archive.writeEvidence(key, {}, { replace: true }),
        archive.writeEvidence(key, {}, { replace: false }),
        archive.appendEvent(key, { at, what: 'w' }),
        archive.events(key),
        archive.writeJournal(key, envelopeOf('run', 1, [])),
        archive.noteTry(key, 'run', undefined),
        archive.journal(key),
        archive.readStanding(key),
        archive.findEvent(key, 'run', 1),
        archive.touchRead(key, pk, 1),
      ];
      const answers = await Promise.allSettled(calls);
      const codes = answers.map((answer) => (answer.status === 'rejected' ? codeOf(answer.reason) : 'answered'));
      expect(codes).toEqual(calls.map(() => 'REQUEST_NOT_FOUND'));
    }
  });

  it('tells a request that was deleted from one that never was', async () => {
    const { archive } = given();
    const key = await given().start();
    await given().rows.run((db) =>
      db
        .updateTable('requests')
        .set({ deleted_at: Date.parse('2026-01-01T00:00:00Z') })
        .where('request', '=', `signature-${key.reference}`)
        .execute(),
    );
    const deleted = expect.objectContaining({
      code: 'REQUEST_DELETED',
      facts: { attempt: key.attempt, deletedAt: '2026-01-01T00:00:00.000Z' },
    });
    await expect(archive.readRequest(key)).rejects.toEqual(deleted);
    await expect(archive.mark(key, 'm')).rejects.toEqual(deleted);
    await expect(archive.calls(key)).rejects.toEqual(deleted);
    await expect(archive.storeFile(key, { kind: 'contract' }, Readable.from(['x']))).rejects.toEqual(deleted);
    // The reference is not free again: a late repetition of the same start must bill nothing.
    expect(await archive.latestAttempt('signature', key.reference)).toBe(1);
    expect(await archive.listReferences('signature')).not.toContain(key.reference);
    expect(await (await archive.begin()).commit(recordOf(key, []))).toBe('exists');
  });
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : String(error);
}

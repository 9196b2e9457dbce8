import { Readable } from 'node:stream';
import { sql } from 'kysely';
import type { Archive, AttemptKey } from '../../../src/archive/archive.js';
import { requestOf } from '../../../src/archive/names.js';
import type { ListedDeletion } from '../../../src/archive/request-list.js';
import type { RequestPk } from '../../../src/messages/request.js';
import { canaries, ended, fullRequest, orderOf } from '../full-request.js';
import { envelopeOf, eventsFrom } from './envelopes.js';
import { addDocuments, keyOf, recordOf, textOf } from '../sample-start.js';
import type { TestedArchive } from './tested-archive.js';

const AT = '2025-01-01T00:00:00.000Z';
const place = { namespace: 'n', namespaceId: 'i', address: 'a' };
const sealed = { keyId: 'k', sealed: 'AAAA' };
const contract = { kind: 'contract' } as const;
const deleted = expect.objectContaining({ code: 'REQUEST_DELETED' });

/** Deleted requests. */
export function describeDeletion(given: () => TestedArchive): void {
  let key: AttemptKey;
  let requestPk: RequestPk;
  let order: ReturnType<typeof orderOf>;
  beforeEach(async () => {
    key = given().newKey();
    requestPk = `77-${key.reference}` as RequestPk;
    order = orderOf(requestPk);
    await fullRequest(given().archive, key, requestPk);
  });

  it('leave a tombstone, why they were deleted, and nothing else', async () => {
    const before = await given().place.objects();
    expect(await given().archive.deleteRequest(key, order)).toEqual({
      deletedAt: expect.any(String),
      ...order,
      files: 0,
    });
    expect(before.length - (await given().place.objects()).length).toBe(4); // document, two contracts, evidence
    expect(await given().archive.readIndex('sandbox', requestPk)).toBeUndefined();
    expect(await given().archive.requestPks(key)).toEqual([]);
    expect(await given().archive.latestAttempt('signature', key.reference)).toBe(1);
    expect(await given().archive.listReferences('signature')).not.toContain(key.reference);
    expect(await given().archive.readDeletion(key)).toMatchObject({ ...order, files: 0 });
    const tables = await given().rows.run((db) => db.introspection.getTables());
    const below = tables.filter(({ columns }) => columns.some(({ name }) => name === 'request'));
    expect(below.length).toBeGreaterThan(10);
    for (const { name } of below) {
      const rows = await given().rows.run((db) =>
        sql`select * from ${sql.table(name)} where request = ${requestOf(key)}`.execute(db),
      );
      expect([name, rows.rows.length]).toEqual([name, ['requests', 'personal'].includes(name) ? 1 : 0]);
    }
    const tombstone = await given().rows.run((db) =>
      db.selectFrom('requests').selectAll().where('request', '=', requestOf(key)).executeTakeFirstOrThrow(),
    );
    const { request, flow, reference, attempt, environment, registration_authority, token, created_at, deleted_at } =
      tombstone;
    const names = { request, flow, reference, attempt, environment, registration_authority, token };
    const empty = Object.entries(tombstone).filter(([, value]) => value !== null && value !== 0 && value !== '');
    expect(Object.fromEntries(empty)).toEqual({ ...names, created_at, deleted_at, settings: '{}' });
  });

  it('are said to be deleted by every method, and get nothing more', async () => {
    const { archive } = given();
    await archive.deleteRequest(key, order);
    const file = { size: 1, sha256: '0'.repeat(64) };
    const bound = { verb: 'v', keyId: 'k', fingerprint: '0'.repeat(64), at: AT };
    const calls: (() => Promise<unknown>)[] = [
      () => archive.readRequest(key),
      () => archive.claimPlace(key, place),
      () => archive.readPlace(key),
      () => archive.movePlace(key, place),
      () => archive.addCorrection(key, { email: 'a@example.com' }),
      () => archive.dropCorrection(key, 1),
      () => archive.readCorrection(key, 1),
      () => archive.readSigner(key),
      () => archive.addSupplement(key, { fields: {}, documents: [] }),
      () => archive.supplements(key),
      () => archive.noteCard(key, { round: 1, sn: 'card' }),
      () => archive.cards(key),
      () => archive.writeSealed(key, 'name', sealed),
      () => archive.readSealed(key, 'approval'),
      () => archive.bindOrder(key, 'o', bound),
      () => archive.readOrder(key, 'order'),
      () => archive.noteOrder(key, 'order', bound),
      () => archive.writeProvider(key, { requestPk }),
      () => archive.readProvider(key),
      () => archive.openFile(key, contract),
      () => archive.withCopy(key, contract, file, async () => undefined),
      () => archive.locateFile(key, contract),
      () => archive.storeFile(key, contract, Readable.from(['x'])),
      () => archive.removeFile(key, contract),
      () => archive.writeUploads(key, { requestPk, documents: [] }),
      () => archive.readUploads(key),
      () => archive.mark(key, 'name'),
      () => archive.hasMark(key, 'create-1'),
      () => archive.markedAt(key, 'create-1'),
      () => archive.unmark(key, 'create-1'),
      () => archive.readCall(key, 'withdraw'),
      () => archive.calls(key),
      () => archive.dropCall(key, 'withdraw'),
      () => archive.recordOutcome(key, ended(key)),
      () => archive.readOutcome(key),
      () => archive.writeEvidence(key, {}, { replace: true }),
      () => archive.appendEvent(key, { at: AT, what: 'x' }),
      () => archive.events(key),
      () => archive.writeJournal(key, envelopeOf('run', 2, eventsFrom(2, 'x'))),
      () => archive.noteTry(key, 'run', undefined),
      () => archive.journal(key),
      () => archive.readStanding(key),
      () => archive.findEvent(key, 'run', 1),
      () => archive.touchRead(key, requestPk, 1),
      () => archive.writeIndex('sandbox', requestPk, { workflowId: requestOf(key), ...key }),
    ];
    const before = await given().place.objects();
    for (const call of calls) await expect(call()).rejects.toEqual(deleted);
    expect(await given().place.objects()).toEqual(before);
    expect(await archive.requestPks(key)).toEqual([]);
    const incoming = await archive.begin();
    const documents = await addDocuments(incoming, { 'a.pdf': 'a' });
    expect(await incoming.commit(recordOf(key, documents))).toBe('exists');
    expect(await given().place.objects()).toEqual(before);
  });

  it('are deleted once, also by two processes at the same time', async () => {
    const other = await given().open();
    const both = await Promise.all([
      given().archive.deleteRequest(key, order),
      other.deleteRequest(key, { ...order, reason: 'another' }),
    ]);
    expect(both[0].reason).toBe(both[1].reason);
    const later = await given().archive.deleteRequest(key, { ...order, reason: 'later' });
    expect(later).toEqual({ ...both[0], files: 0 });
  });

  it('are not there if they never were', async () => {
    const unknown = expect.objectContaining({ code: 'REQUEST_NOT_FOUND' });
    await expect(given().archive.deleteRequest(keyOf('none'), order)).rejects.toEqual(unknown);
    await expect(given().archive.readDeletion(keyOf('none'))).rejects.toEqual(unknown);
  });

  it('may be without an outcome if the provider cannot have them', async () => {
    const { archive } = given();
    const never = await given().start();
    expect(await archive.readDeletion(never)).toBeUndefined();
    expect(await archive.deleteRequest(never, order)).toMatchObject({ files: 0 });

    const refused = expect.objectContaining({ code: 'REQUEST_NOT_ENDED' });
    const asked = await given().start();
    await archive.mark(asked, 'create-1');
    await expect(archive.deleteRequest(asked, order)).rejects.toEqual(refused);
    const adopted = await given().start();
    await archive.writeProvider(adopted, { requestPk });
    await expect(archive.deleteRequest(adopted, order)).rejects.toEqual(refused);
    expect(await archive.readRequest(adopted)).toMatchObject(adopted);
  });

  it('give a file that is being read whole, or a clear error', async () => {
    const { archive } = given();
    const { stream } = await archive.openFile(key, contract);
    await archive.deleteRequest(key, order);
    expect(await textOf(stream)).toBe(`second ${canaries(key.reference).content}`);
    await expect(archive.openFile(key, contract)).rejects.toEqual(deleted);
  });

  it('keep no file that was being written', async () => {
    const { archive } = given();
    const before = await given().place.objects();
    async function* slow(): AsyncGenerator<string> {
      yield 'late';
      await archive.deleteRequest(key, order);
      yield 'end';
    }
    await expect(archive.storeFile(key, contract, Readable.from(slow()))).rejects.toEqual(deleted);
    expect(await archive.readDeletion(key)).toMatchObject({ files: 0 });
    expect(before.length - (await given().place.objects()).length).toBe(4);
  });

  it('take no later attempt', async () => {
    const { archive } = given();
    const incoming = await archive.begin();
    const documents = await addDocuments(incoming, { 'a.pdf': 'a' });
    await archive.deleteRequest(key, order);
    const later = recordOf(keyOf(key.reference, 2), documents);
    await expect(incoming.commit(later)).rejects.toEqual(deleted);
    await incoming.discard();
    expect(await archive.latestAttempt('signature', key.reference)).toBe(1);
  });

  it('stay while a later attempt has not ended, also if it begins at the same moment', async () => {
    const other = await given().open();
    for (let round = 0; round < 5; round += 1) {
      const first = given().newKey();
      await fullRequest(given().archive, first, `78-${first.reference}`);
      const incoming = await other.begin();
      const documents = await addDocuments(incoming, { 'a.pdf': 'a' });
      const [gone, begun] = await Promise.allSettled([
        given().archive.deleteRequest(first, orderOf('5')),
        incoming.commit(recordOf(keyOf(first.reference, 2), documents)),
      ]);
      expect([gone.status, begun.status].sort()).toEqual(['fulfilled', 'rejected']);
      const codes = [gone, begun].flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
      expect(codes).toEqual([gone.status === 'rejected' ? 'REQUEST_NOT_ENDED' : 'REQUEST_DELETED']);
      await incoming.discard();
    }
  });

  it('are listed, the last deletion first, page by page, without a reason', async () => {
    const { archive } = given();
    const enrolment = { ...given().newKey(), flow: 'enrolment' as const };
    await archive.deleteRequest(key, order);
    await given().start(enrolment);
    await archive.deleteRequest(enrolment, order);
    const all = await archive.listDeleted({}, { limit: 1000 });
    const times = all.map(({ deletedAt }) => deletedAt);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(all.find(({ reference }) => reference === key.reference)).toEqual({
      ...key,
      registrationAuthority: '12',
      deletedAt: (await archive.readDeletion(key))?.deletedAt,
      by: order.actor.kind,
    });
    const only = await archive.listDeleted({ flow: 'enrolment' }, { limit: 1000 });
    expect(only).toEqual(all.filter(({ flow }) => flow === 'enrolment'));
    expect(only.map(({ reference }) => reference)).toContain(enrolment.reference);
    const paged: typeof all = [];
    for (let last = await pageAfter(archive); last !== undefined; last = await pageAfter(archive, last)) {
      paged.push(last);
    }
    expect(paged).toEqual(all);
  });

  it('leave other attempts alone', async () => {
    const { archive } = given();
    const next = await given().start(keyOf(key.reference, 2));
    await archive.recordOutcome(next, ended(next));
    await archive.deleteRequest(key, order);
    expect(await archive.listReferences('signature')).toContain(key.reference);
    expect(await archive.readRequest(next)).toMatchObject({ attempt: 2 });
  });
}

/** The deletion after another one. */
async function pageAfter(archive: Archive, last?: ListedDeletion): Promise<ListedDeletion | undefined> {
  const after = last && { createdAt: Date.parse(last.deletedAt), workflowId: requestOf(last) };
  const [next] = await archive.listDeleted({}, { after, limit: 1 });
  return next;
}

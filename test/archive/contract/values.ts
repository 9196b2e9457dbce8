import type { RequestPk, VideoidPk } from '../../../src/messages/request.js';
import { keyOf } from '../sample-start.js';
import type { TestedArchive } from './tested-archive.js';

const AT = '2025-01-02T03:04:05.678Z';
const DIGEST = { size: 3, sha256: 'a'.repeat(64) };

const timeAt = (second: number) => `2025-01-01T00:00:0${second}.000Z`;

const supplementOf = (n: number) => ({
  fields: { title: `number ${n} \u0000 ñ` },
  documents: [{ file: n, name: `é-${n}.pdf`, ...DIGEST }],
});

/** What is kept for one attempt: corrections, supplements, cards, sealed values, what the provider gave, our calls. */
export function describeValues(given: () => TestedArchive): void {
  it('corrections are numbered, and the signer is as the last of them says', async () => {
    const { archive } = given();
    const key = await given().start();
    expect(await archive.readSigner(key)).toEqual({ email: 'signer@example.com', phone: '+34600000000' });
    expect(await archive.addCorrection(key, { phone: '+34600000001' })).toBe(1);
    expect(await archive.addCorrection(key, { email: 'other@example.com', phone: '+34600000002' })).toBe(2);
    expect(await archive.addCorrection(key, { fields: { given_name: 'Ana' } })).toBe(3);
    expect(await archive.readCorrection(key, 1)).toEqual({ phone: '+34600000001' });
    expect(await archive.readCorrection(key, 4)).toBeUndefined();
    expect(await archive.readSigner(key)).toEqual({ email: 'other@example.com', phone: '+34600000002' });
    expect(await archive.readSigner(key, 1)).toEqual({ email: 'signer@example.com', phone: '+34600000001' });
    expect(await archive.readSigner(key, 0)).toEqual({ email: 'signer@example.com', phone: '+34600000000' });
  });

  it('a correction that was dropped does not count, and nobody gets its number', async () => {
    const { archive } = given();
    const key = await given().start();
    await archive.addCorrection(key, { phone: '+34600000001' });
    await archive.addCorrection(key, { phone: '+34600000002' });
    await archive.dropCorrection(key, 2);
    await archive.dropCorrection(key, 2);
    await archive.dropCorrection(key, 7);
    expect(await archive.readCorrection(key, 2)).toBeUndefined();
    expect((await archive.readSigner(key)).phone).toBe('+34600000001');
    expect(await archive.addCorrection(key, { email: 'e@example.com' })).toBe(3);
  });

  it('a correction of nothing is refused', async () => {
    const key = await given().start();
    await expect(given().archive.addCorrection(key, {})).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await given().archive.addCorrection(key, { email: 'e@example.com' })).toBe(1);
  });

  it('supplements come back in the order of their numbers, the tenth after the ninth', async () => {
    const { archive } = given();
    const key = await given().start(given().newKey('enrolment'));
    expect(await archive.supplements(key)).toEqual([]);
    for (let n = 1; n <= 11; n += 1) expect(await archive.addSupplement(key, supplementOf(n))).toBe(n);
    expect(await archive.supplements(key)).toEqual(Array.from({ length: 11 }, (_, at) => supplementOf(at + 1)));
  });

  it('cards come back, the newest last', async () => {
    const { archive } = given();
    const key = await given().start(given().newKey('enrolment'));
    expect(await archive.cards(key)).toEqual([]);
    const cards = Array.from({ length: 11 }, (_, at) => ({ round: 1, sn: `card-${at}` }));
    const secrets = { keyId: 'k', sealed: 'AAAA' };
    for (const card of cards) await archive.noteCard(key, card);
    await archive.noteCard(key, { round: 2, sn: 'last', secrets });
    expect(await archive.cards(key)).toEqual([...cards, { round: 2, sn: 'last', secrets }]);
  });

  it('a sealed value has a name and is replaced by writing it again', async () => {
    const { archive } = given();
    const key = await given().start();
    expect(await archive.readSealed(key, 'approval')).toBeUndefined();
    await archive.writeSealed(key, 'approval', { keyId: 'k1', sealed: 'AAAA' });
    await archive.writeSealed(key, 'approval', { keyId: 'k2', sealed: 'BBBB' });
    expect(await archive.readSealed(key, 'approval')).toEqual({ keyId: 'k2', sealed: 'BBBB' });
    expect(await archive.readSealed(key, 'Approval')).toBeUndefined();
    await expect(archive.readSealed(key, '../approval')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it("the provider's ids are unknown until they are written, and replaced by what an operator adopts", async () => {
    const { archive } = given();
    const key = await given().start();
    const ids = { videoidPk: '1' as VideoidPk, requestPk: '2' as RequestPk };
    const first = { ...ids, videoidLink: 'https://example.com/v', certificates: [{ serialNumber: 'S' }], round: 1 };
    expect(await archive.readProvider(key)).toBeUndefined();
    await archive.writeProvider(key, first);
    await archive.writeProvider(key, first);
    expect(await archive.readProvider(key)).toEqual(first);
    const adopted = { requestPk: '4' as RequestPk };
    await archive.writeProvider(key, adopted);
    expect(await archive.readProvider(key)).toEqual(adopted);
  });

  it('uploads are replaced by writing them again', async () => {
    const { archive } = given();
    const key = await given().start();
    const uploads = { requestPk: '2' as RequestPk, documents: [{ index: 1, uid: 'u', ...DIGEST }] };
    expect(await archive.readUploads(key)).toBeUndefined();
    await archive.writeUploads(key, uploads);
    const later = { ...uploads, documents: [{ index: 1, uid: 'v', ...DIGEST }] };
    await archive.writeUploads(key, later);
    expect(await archive.readUploads(key)).toEqual(later);
  });

  it('a call of ours is kept under a name, replaced, and dropped', async () => {
    const { archive } = given();
    const key = await given().start();
    const call = { id: 'i', requestPk: '2', at: AT, answered: false, shows: ['CANCELLED'], events: [] };
    const ending = { outcome: 'refused', reason: 'bad-video', actor: { kind: 'officer', id: 'anna' } } as const;
    const words = { note: 'free words', textForSigner: 'please again' };
    expect(await archive.calls(key)).toEqual([]);
    await archive.keepCall(key, 'refuse-1', { ...call, ending: { ...ending, ...words } });
    await archive.keepCall(key, 'cancel-1', call);
    expect(await archive.readCall(key, 'refuse-1')).toEqual({ ...call, ending: { ...ending, ...words } });
    await archive.keepCall(key, 'refuse-1', { ...call, answered: true, ending });
    expect(await archive.readCall(key, 'refuse-1')).toEqual({ ...call, answered: true, ending });
    expect(await archive.calls(key)).toHaveLength(2);
    await archive.dropCall(key, 'refuse-1');
    await archive.dropCall(key, 'refuse-1');
    expect(await archive.readCall(key, 'refuse-1')).toBeUndefined();
    expect(await archive.calls(key)).toEqual([call]);
    await expect(archive.readCall(key, '.hidden')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('everything belongs to one attempt', async () => {
    const { archive } = given();
    const key = await given().start();
    const next = await given().start(keyOf(key.reference, 2));
    await archive.addCorrection(key, { phone: '+34600000001' });
    await archive.addSupplement(key, { fields: {}, documents: [] });
    await archive.noteCard(key, { round: 1, sn: 's' });
    await archive.writeSealed(key, 'approval', { keyId: 'k', sealed: 'AAAA' });
    await archive.writeProvider(key, { requestPk: '2' as RequestPk });
    await archive.appendEvent(key, { at: AT, what: 'link-shown' });
    expect(await archive.readCorrection(next, 1)).toBeUndefined();
    expect(await archive.supplements(next)).toEqual([]);
    expect(await archive.cards(next)).toEqual([]);
    expect(await archive.readSealed(next, 'approval')).toBeUndefined();
    expect(await archive.readProvider(next)).toBeUndefined();
    expect(await archive.events(next)).toEqual([]);
    expect(await archive.addCorrection(next, { phone: '+34600000002' })).toBe(1);
  });
}

/** Events outside the workflow. */
export function describeEvents(given: () => TestedArchive): void {
  it('come back in the order of time, and those of one moment in the order of coming', async () => {
    const { archive } = given();
    const key = await given().start();
    for (const [n, second] of [5, 3, 5, 1].entries()) {
      await archive.appendEvent(key, { what: 'link-shown', at: timeAt(second), channel: 'web', facts: { n } });
    }
    const seen = (await archive.events(key)).map((event) => [event.at, event.facts?.['n']]);
    expect(seen).toEqual([
      [timeAt(1), 3],
      [timeAt(3), 1],
      [timeAt(5), 0],
      [timeAt(5), 2],
    ]);
  });

  it('are kept as they were given, with free words', async () => {
    const { archive } = given();
    const key = await given().start();
    const event = {
      what: 'call-refused',
      at: '2025-01-01T00:00:00Z',
      channel: 'cli',
      facts: { n: 1.5, yes: true, reason: 'free words', note: 'more', words: 'and more' },
    };
    await archive.appendEvent(key, event);
    await archive.appendEvent(key, { what: 'link-shown', at: AT });
    expect(await archive.events(key)).toEqual([event, { what: 'link-shown', at: AT }]);
  });

  it('are none at first, and need a time', async () => {
    const { archive } = given();
    const key = await given().start();
    expect(await archive.events(key)).toEqual([]);
    await expect(archive.appendEvent(key, { what: 'x', at: 'yesterday' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      field: 'at',
    });
  });
}

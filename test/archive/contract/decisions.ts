import type { BoundOrder } from '../../../src/archive/archive.js';
import type { Outcome } from '../../../src/messages/outcome.js';
import type { AttemptKey } from '../../../src/archive/archive.js';
import { keyOf } from '../sample-start.js';
import type { TestedArchive } from './tested-archive.js';

/** What may happen once. */
export function describeMarks(given: () => TestedArchive): void {
  it('shows whether and when it was set, and can be removed', async () => {
    const { archive } = given();
    const key = await given().start();
    expect(await archive.hasMark(key, 'create')).toBe(false);
    expect(await archive.markedAt(key, 'create')).toBeUndefined();
    expect(await archive.mark(key, 'create')).toBe(true);
    expect(await archive.mark(key, 'create')).toBe(false);
    expect(await archive.hasMark(key, 'create')).toBe(true);
    const at = await archive.markedAt(key, 'create');
    expect(new Date(at ?? '').toISOString()).toBe(at);
    await archive.unmark(key, 'create');
    await archive.unmark(key, 'create');
    expect(await archive.hasMark(key, 'create')).toBe(false);
    expect(await archive.mark(key, 'create')).toBe(true);
  });

  it('belongs to one attempt and to one name, capitals and dots included', async () => {
    const { archive } = given();
    const key = await given().start();
    const next = await given().start(keyOf(key.reference, 2));
    await archive.mark(key, 'sign-1.2_3');
    expect(await archive.hasMark(next, 'sign-1.2_3')).toBe(false);
    for (const other of ['Sign-1.2_3', 'sign-1.2-3', 'sign-1.2_3.', 'sign-1.2_'])
      expect(await archive.hasMark(key, other)).toBe(false);
    const longest = 'a'.repeat(128);
    expect(await archive.mark(key, longest)).toBe(true);
    expect(await archive.hasMark(key, longest)).toBe(true);
  });

  it('has no name that leads elsewhere', async () => {
    const key = await given().start();
    for (const name of ['../outcome.json', '', '.', '..', 'a/b', 'a\u0000', 'a'.repeat(129)])
      await expect(given().archive.mark(key, name)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
}

/** An outcome of the attempt. */
export function outcomeOf({ reference, attempt }: AttemptKey, more: Partial<Outcome> = {}): Outcome {
  return {
    outcome: 'signed',
    reference,
    attempt,
    reason: 'signed',
    note: 'free words',
    actor: { kind: 'signer' },
    at: '2025-01-02T03:04:05.678Z',
    cleanup: 'pending',
    documents: [
      {
        index: 1,
        sha256: 'a'.repeat(64),
        size: 3,
        verification: { result: 'passed', reasons: [], facts: { algorithm: 'x' } },
      },
    ],
    contract: {
      sha256: 'b'.repeat(64),
      size: 4,
      signed: false,
      verification: { result: 'indeterminate', reasons: ['unsigned'], facts: {} },
    },
    durations: { video: 1.5 },
    ...more,
  };
}

const ended = (facts = {}) => expect.objectContaining({ code: 'REQUEST_ENDED', ...facts });

/** How attempts end. */
export function describeOutcomes(given: () => TestedArchive): void {
  it('is read back as it was recorded', async () => {
    const { archive } = given();
    const key = await given().start();
    const signed = outcomeOf(key, { textForSigner: 'and for the signer' });
    expect(await archive.readOutcome(key)).toBeUndefined();
    await archive.recordOutcome(key, signed);
    await archive.recordOutcome(key, signed);
    expect(await archive.readOutcome(key)).toEqual(signed);
  });

  it('does not change to another', async () => {
    const { archive } = given();
    const key = await given().start();
    const signed = outcomeOf(key);
    await archive.recordOutcome(key, signed);
    const refused = { ...signed, outcome: 'refused', reason: 'refused-by-officer' } as const;
    const facts = { facts: { outcome: 'signed', reason: 'signed' } };
    await expect(archive.recordOutcome(key, refused)).rejects.toEqual(ended(facts));
    for (const other of [{ at: '2025-01-03T00:00:00Z' }, { note: 'other words' }, { leftOpen: true as const }])
      await expect(archive.recordOutcome(key, { ...signed, ...other })).rejects.toEqual(ended());
    expect(await archive.readOutcome(key)).toEqual(signed);
  });

  it('learns that cleanup is done, and does not forget it by a late repetition', async () => {
    const { archive } = given();
    const key = await given().start();
    const signed = outcomeOf(key);
    const done = outcomeOf(key, { cleanup: 'done' });
    await archive.recordOutcome(key, signed);
    await archive.recordOutcome(key, done);
    await archive.recordOutcome(key, signed);
    expect(await archive.readOutcome(key)).toEqual(done);
    await expect(archive.recordOutcome(key, { ...signed, cleanup: 'none' })).rejects.toEqual(ended());
  });

  it('of another attempt, or without its parts, is refused', async () => {
    const key = await given().start();
    for (const bad of [{ attempt: 2 }, { reference: 'other' }, { at: 'yesterday' }, { cleanup: 'soon' as never }])
      await expect(given().archive.recordOutcome(key, outcomeOf(key, bad))).rejects.toMatchObject({
        code: 'BAD_INPUT',
      });
    expect(await given().archive.readOutcome(key)).toBeUndefined();
  });
}

/** An order that a key can be bound to. */
export function orderOf(letter: string, more: Partial<BoundOrder> = {}): BoundOrder {
  const at = '2025-01-01T00:00:00.000Z';
  return { verb: 'cancel', keyId: 'k', fingerprint: letter.repeat(64), at, ...more };
}

/** Idempotency keys. */
export function describeOrders(given: () => TestedArchive): void {
  it('binds a key once, and tells every later caller what it is bound to', async () => {
    const { archive } = given();
    const key = await given().start();
    expect(await archive.readOrder(key, 'name')).toBeUndefined();
    expect(await archive.bindOrder(key, 'name', orderOf('a'))).toEqual(orderOf('a'));
    expect(await archive.bindOrder(key, 'name', orderOf('b'))).toEqual(orderOf('a'));
    expect(await archive.bindOrder(key, 'Name', orderOf('c'))).toEqual(orderOf('c'));
    expect(await archive.readOrder(key, 'name')).toEqual(orderOf('a'));
  });

  it('notes the answer', async () => {
    const { archive } = given();
    const key = await given().start();
    await archive.bindOrder(key, 'name', orderOf('a'));
    for (const settled of [
      { answer: { pages: [1, null, 'x'] } },
      { answer: undefined },
      {},
      { failure: { code: 'NOT_ACCEPTED', message: 'm', facts: { n: 1 } } },
    ] as const) {
      await archive.noteOrder(key, 'name', orderOf('a', { number: 3, settled }));
      expect(await archive.readOrder(key, 'name')).toEqual(orderOf('a', { number: 3, settled }));
      expect(await archive.bindOrder(key, 'name', orderOf('b'))).toEqual(orderOf('a', { number: 3, settled }));
    }
  });

  it('has no name that leads elsewhere', async () => {
    const key = await given().start();
    for (const name of ['../x', '', '.', 'a'.repeat(65)])
      await expect(given().archive.bindOrder(key, name, orderOf('a'))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
}

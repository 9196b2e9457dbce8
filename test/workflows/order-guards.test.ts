import * as fc from 'fast-check';
import type { OrderName, Orders } from '../../src/messages/verbs.js';
import { ORDER_GUARDS } from '../../src/workflows/guards/order-guards.js';

const actor = { kind: 'operator', id: 'op-1' } as const;
const sealed = { keyId: 'local', sealed: 'AAAA' };
const sha256 = 'a'.repeat(64);

const acceptance = {
  documents: [sha256],
  contract: sha256,
  consentVersion: '1',
  channel: 'web',
  at: '2026-01-01T00:00:00+01:00',
};

/** An order of each kind as clients make it. The long form, if there are two. */
const GENUINE: { [Name in OrderName]: Orders[Name] } = {
  review: {
    decision: 'refuse',
    officer: 'officer-1400',
    credentials: { password: sealed, pin: sealed },
    evidenceSeen: 'console',
    reason: 'document-expired',
    note: 'of 2019',
    textForSigner: 'Please come with another document.',
  },
  accept: acceptance,
  code: acceptance,
  identity: { actor, channel: 'web', publicKey: 'AAAA' },
  sign: { secret: sealed, unlock: { type: 'push', value: sealed } },
  cancel: { actor, reason: 'no more' },
  resolve: { remedy: 'adopt', actor, ids: { videoidPk: '11', requestPk: '22' }, note: 'found' },
  'new-video': { actor, reason: 'lost' },
  correct: { actor, reason: 'typo', number: 1, fields: ['serial_number'] },
  extend: { actor, reason: 'holidays', by: 1000 },
  provide: { actor, number: 1 },
  'preauth-link': { actor, reason: 'asked' },
  abandon: { actor: { kind: 'signer' }, reason: 'gave-up', note: 'tired' },
};

describe.each(Object.entries(GENUINE))('%s', (name, genuine) => {
  const guard = ORDER_GUARDS[name as OrderName];

  it('is taken as clients make it', () => {
    expect(guard(genuine)).toBeUndefined();
  });

  it('is refused with any field replaced by something else, or one too many', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(genuine)), fc.anything(), (field, value) => {
        const order: Record<string, unknown> = { ...genuine, [field]: value };
        const sameKind = typeof value === typeof genuine[field as keyof typeof genuine];
        expect(sameKind || guard(order) !== undefined).toBe(true);
      }),
    );
    expect(guard({ ...genuine, more: 1 })).toBeDefined();
    expect(guard(JSON.parse(`{"__proto__":{},${JSON.stringify(genuine).slice(1)}`))).toBeDefined();
  });

  it('is refused where it is nothing like one', () => {
    const malformed: unknown[] = [null, true, 0, 1e308, '', 'x', [], [{}], {}, { actor: null, reason: null, by: null }];
    for (const order of malformed) expect(guard(order)).toBeDefined();
  });

  it('never throws, whatever comes', () => {
    fc.assert(fc.property(fc.anything(), (value) => expect(guard(value)).toBeDefined()));
  });
});

import * as fc from 'fast-check';
import { VideoIdError } from '../../src/messages/failures.js';
import type { Flow } from '../../src/messages/request.js';
import {
  checkedFlow,
  checkedReference,
  isProviderId,
  markName,
  plainName,
  referenceProblem,
  requestOf,
} from '../../src/archive/names.js';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('.', '/', '\\', '~', 'a', '\u0000', '%', '-', '_', "'") }),
);

/** The name if it is valid, or the code of the refusal. */
function nameOrCode(make: () => string): string {
  try {
    return make();
  } catch (error) {
    if (error instanceof VideoIdError) return error.code;
    throw error;
  }
}

describe('a name in the archive', () => {
  it('is made for what people use', () => {
    expect(requestOf({ flow: 'signature', reference: 'order-1.b', attempt: 1 })).toBe('signature-order-1.b');
    expect(requestOf({ flow: 'enrolment', reference: '...', attempt: 2 })).toBe('enrolment-...~2');
    expect(markName('sign-1.2_3')).toBe('sign-1.2_3');
    expect(plainName('sandbox')).toBe('sandbox');
  });

  it('is of plain characters, or refused, whatever is given', () => {
    fc.assert(
      fc.property(hostile, (given) => {
        expect(nameOrCode(() => checkedReference(given))).toMatch(/^(?:[\w.-]{1,64}|BAD_REFERENCE)$/);
        expect(nameOrCode(() => plainName(given))).toMatch(/^(?:[\w.-]{1,64}|BAD_INPUT)$/);
        expect(nameOrCode(() => markName(given))).toMatch(/^(?:[\w-][\w.-]{0,127}|BAD_INPUT)$/);
        expect(isProviderId(given)).toBe(/^[\w.-]{1,64}$/.test(given) && given !== '.' && given !== '..');
      }),
      { numRuns: 2000 },
    );
  });

  it('differs for any two attempts', () => {
    const key = fc.record({
      flow: fc.constantFrom<Flow>('signature', 'enrolment'),
      reference: fc.stringMatching(/^[a-z1.~-]{1,4}$/),
      attempt: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(key, key, (one, other) => {
        fc.pre(referenceProblem(one.reference) === undefined && referenceProblem(other.reference) === undefined);
        const same = one.flow === other.flow && one.reference === other.reference && one.attempt === other.attempt;
        expect(requestOf(one) === requestOf(other)).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity, 2 ** 53])('is not made for attempt %p', (attempt) => {
    expect(nameOrCode(() => requestOf({ flow: 'signature', reference: 'a', attempt }))).toBe('BAD_INPUT');
  });

  it('is not made for a flow that is none', () => {
    expect(nameOrCode(() => checkedFlow('constructor' as string as Flow))).toBe('BAD_INPUT');
  });
});

describe('a reference', () => {
  it('may be of the 64 allowed characters', () => {
    const allowed = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/);
    fc.assert(
      fc.property(allowed, (reference) => {
        fc.pre(reference !== '.' && reference !== '..');
        expect(referenceProblem(reference)).toBeUndefined();
      }),
    );
  });

  it.each(['', '.', '..', 'a b', 'a/b', 'a~2', 'ñ', 'a\n', 'a'.repeat(65)])('may not be %j', (reference) => {
    expect(referenceProblem(reference)).toBeDefined();
  });
});

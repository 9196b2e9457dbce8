import { join, normalize, relative, sep } from 'node:path';
import * as fc from 'fast-check';
import { VideoIdError } from '../../src/messages/failures.js';
import type { Flow } from '../../src/messages/request.js';
import {
  attemptDirectory,
  attemptOf,
  indexFile,
  markFile,
  referenceDirectory,
  referenceProblem,
} from '../../src/archive/layout.js';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('.', '/', '\\', '~', 'a', '\u0000', '%', '-', '_') }),
);

/** How many names the path has if it is valid, or the code of the refusal. */
function depthOrCode(make: () => string): number | string {
  try {
    const path = make();
    const full = normalize(join('/archive', path));
    return full === `/archive/${path}` ? relative('/archive', full).split(sep).length : `strayed to ${full}`;
  } catch (error) {
    if (error instanceof VideoIdError) return error.code;
    throw error;
  }
}

describe('a path in the archive', () => {
  it('is made for what people use', () => {
    expect(attemptDirectory({ flow: 'signature', reference: 'order-1.b', attempt: 2 })).toBe('requests/order-1.b/2');
    expect(attemptDirectory({ flow: 'enrolment', reference: '...', attempt: 1 })).toBe('enrolments/.../1');
    expect(indexFile('sandbox', '4711')).toBe('index/sandbox/4711');
    expect(markFile('sign-1.2_3')).toBe('marks/sign-1.2_3');
  });

  it('is exactly as deep as it should be, or refused, whatever the reference', () => {
    fc.assert(
      fc.property(hostile, (reference) => {
        expect([3, 'BAD_REFERENCE']).toContain(
          depthOrCode(() => attemptDirectory({ flow: 'signature', reference, attempt: 1 })),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('is exactly as deep as it should be, or refused, whatever environment, provider id or mark', () => {
    fc.assert(
      fc.property(hostile, hostile, (one, other) => {
        expect([3, 'BAD_INPUT']).toContain(depthOrCode(() => indexFile(one, other)));
        expect([2, 'BAD_INPUT']).toContain(depthOrCode(() => markFile(one)));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity, 2 ** 53])('is not made for attempt %p', (attempt) => {
    expect(depthOrCode(() => attemptDirectory({ flow: 'signature', reference: 'a', attempt }))).toBe('BAD_INPUT');
  });

  it('is not made for a flow that is none', () => {
    const flow = 'constructor' as string as Flow;
    expect(depthOrCode(() => referenceDirectory(flow, 'a'))).toBe('BAD_INPUT');
  });

  it('keeps the two flows apart', () => {
    expect(referenceDirectory('signature', 'a')).not.toBe(referenceDirectory('enrolment', 'a'));
  });

  it('gives every attempt back by its directory name, and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), (attempt) => {
        expect(attemptOf(String(attempt))).toBe(attempt);
      }),
    );
    for (const other of ['0', '01', '-1', '1e3', ' 1', '.DS_Store', '']) expect(attemptOf(other)).toBeUndefined();
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

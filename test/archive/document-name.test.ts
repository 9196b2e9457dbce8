import { basename, join, normalize } from 'node:path';
import * as fc from 'fast-check';
import {
  DOCUMENT_NAME_BYTES,
  documentNameProblem,
  foldedDocumentName,
  normalisedDocumentName,
} from '../../src/archive/document-name.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', '\u0000', '\n', '\u202E', '\uD800', 'é', ' ') }),
);

describe('the name of a document', () => {
  it.each(['contract.pdf', 'año 2025 – 合同.pdf', 'e\u0301.pdf', 'a..b.pdf', 'x'.repeat(DOCUMENT_NAME_BYTES)])(
    'may be %j',
    (name) => {
      expect(documentNameProblem(name)).toBeUndefined();
    },
  );

  it.each([
    ['', 'is empty'],
    ['  ', 'is empty'],
    ['.', 'begins with a dot'],
    ['..', 'begins with a dot'],
    ['.profile', 'begins with a dot'],
    ['../a.pdf', 'begins with a dot'],
    ['a/b.pdf', 'contains a slash or backslash'],
    ['a\\b.pdf', 'contains a slash or backslash'],
    ['a\u0000.pdf', 'contains a control character'],
    ['a\r\nb.pdf', 'contains a control character'],
    ['a\u2028.pdf', 'contains a control character'],
    ['a\u202Efdp.exe', 'contains a character that changes the direction of writing'],
    ['a\uD800.pdf', 'is not well-formed Unicode'],
    ['x'.repeat(DOCUMENT_NAME_BYTES + 1), 'is longer than 120 bytes'],
    ['é'.repeat(61), 'is longer than 120 bytes'],
  ])('may not be %j: it %s', (name, problem) => {
    expect(documentNameProblem(name)).toBe(problem);
  });

  it('is counted in its composed form, in which it is kept', () => {
    const decomposed = 'e\u0301'.repeat(60);
    expect(Buffer.byteLength(decomposed)).toBe(180);
    expect(documentNameProblem(decomposed)).toBeUndefined();
  });

  it('is one plain file name whenever it is allowed, and survives being stored', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        fc.pre(documentNameProblem(name) === undefined);
        const kept = normalisedDocumentName(name);
        expect(normalize(join('/documents', kept))).toBe(`/documents/${kept}`);
        expect(basename(kept)).toBe(kept);
        expect(Buffer.from(kept, 'utf8').toString('utf8')).toBe(kept);
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(DOCUMENT_NAME_BYTES);
      }),
      { numRuns: 2000 },
    );
  });

  it('is never repeated by the complaint about it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 8 }), (secret) => {
        expect(documentNameProblem(`../${secret}`)).not.toContain(secret);
      }),
    );
  });
});

describe('two documents have the same name', () => {
  it.each([
    ['Contract.PDF', 'contract.pdf'],
    ['é.pdf', 'e\u0301.pdf'],
    ['STRASSE.pdf', 'straße.pdf'],
    ['ς.pdf', 'Σ.pdf'],
  ])('when they are %j and %j', (one, other) => {
    expect(foldedDocumentName(one)).toBe(foldedDocumentName(other));
  });

  it('when they differ in capitals alone, whatever the script', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(foldedDocumentName(name.toLowerCase())).toBe(foldedDocumentName(name));
        expect(foldedDocumentName(foldedDocumentName(name))).toBe(foldedDocumentName(name));
      }),
    );
  });

  it('not when they are different', () => {
    expect(foldedDocumentName('a.pdf')).not.toBe(foldedDocumentName('b.pdf'));
  });
});

import { X509CertificateGenerator } from '../../sandbox/signing/x509.js';
import type { Verification } from '../../src/messages/outcome.js';
import { subjectVerdict, withSigner } from '../../src/signatures/identity/subject.js';

const SERIAL_NUMBER = '2.5.4.5';
const EXPECTED = '12345678Z';

async function certificate(...attributes: Record<string, string[]>[]): Promise<Buffer> {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '12345678',
    name: [{ CN: ['NORA EJEMPLO 12345678Z'] }, ...attributes],
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  });
  return Buffer.from(made.rawData);
}

test.each<[Record<string, string[]>, string]>([
  [{ [SERIAL_NUMBER]: ['IDCES-12345678Z'] }, 'as-expected'],
  [{ [SERIAL_NUMBER]: ['12345678Z'] }, 'as-expected'],
  [{ [SERIAL_NUMBER]: ['IDCES-87654321X'] }, 'different'],
  [{ [SERIAL_NUMBER]: ['IDCES-12345678Z', 'IDCES-87654321X'] }, 'different'],
  [{ [SERIAL_NUMBER]: [' '] }, 'not-shown'],
  // Neither the number of the certificate itself nor a name decides.
  [{ O: ['12345678Z'] }, 'not-shown'],
])('a subject with %j is %s', async (attributes, verdict) => {
  const der = await certificate(
    ...Object.entries(attributes).flatMap(([type, values]) => values.map((value) => ({ [type]: [value] }))),
  );
  expect(subjectVerdict(der, EXPECTED)).toBe(verdict);
});

test('the country beside a bare number counts', async () => {
  const der = await certificate({ C: ['PT'] }, { [SERIAL_NUMBER]: ['12345678Z'] });
  expect(subjectVerdict(der, 'IDCES-12345678Z')).toBe('different');
  expect(subjectVerdict(der, 'PT12345678Z')).toBe('as-expected');
});

test('where nothing is expected, or there is no certificate, there is no verdict', async () => {
  expect(subjectVerdict(await certificate(), undefined)).toBeUndefined();
  expect(subjectVerdict(undefined, EXPECTED)).toBeUndefined();
});

test('bytes that are no certificate name nobody', () => {
  expect(subjectVerdict(Buffer.from('no certificate'), EXPECTED)).toBe('not-shown');
});

test('a verification says it by name, and a failed one stays failed', () => {
  const passed: Verification = { result: 'passed', reasons: [], facts: {} };
  expect(withSigner(passed, undefined)).toBe(passed);
  expect(withSigner(passed, 'as-expected')).toMatchObject({ result: 'passed', facts: { signer: 'as-expected' } });
  expect(withSigner(passed, 'accepted')).toMatchObject({ result: 'passed', facts: { signer: 'accepted' } });
  expect(withSigner(passed, 'different')).toMatchObject({ result: 'failed', reasons: ['signer-unexpected'] });
  expect(withSigner(passed, 'not-shown')).toMatchObject({ result: 'indeterminate', reasons: ['signer-not-named'] });
  expect(withSigner({ ...passed, result: 'failed', reasons: ['digest-mismatch'] }, 'not-shown')).toMatchObject({
    result: 'failed',
    reasons: ['digest-mismatch', 'signer-not-named'],
  });
});

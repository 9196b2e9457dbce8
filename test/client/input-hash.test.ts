import { type CanonicalInput, inputHash } from '../../src/client/start/input-hash.js';

const INPUT: CanonicalInput = {
  flow: 'signature',
  environment: 'sandbox',
  registrationAuthority: '139',
  profile: 'PFnubeNC',
  signer: { email: 'signer@example.com', phone: '+34600000000' },
  documents: [{ name: 'agreement.pdf', sha256: 'a'.repeat(64) }],
  policy: {},
};

const expecting = (documentNumber: string, name?: string) =>
  inputHash({ ...INPUT, signer: { ...INPUT.signer, expected: { documentNumber, ...(name ? { name } : {}) } } });

test('a start without an expected signer has the hash that it always had', () => {
  expect(inputHash(INPUT)).toBe('00c2644e018f86c47df2482847e17115e38f922456a981ebd43fb611917c5e82');
});

test('metadata is part of the hash', () => {
  const hashes = [undefined, { customer: '17' }, { customer: '18' }].map((metadata) =>
    inputHash({ ...INPUT, metadata }),
  );
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('starts that differ only in the expected identity are different', () => {
  const hashes = [inputHash(INPUT), expecting('12345678Z'), expecting('12345679Z'), expecting('12345678Z', 'Nora')];
  expect(new Set(hashes).size).toBe(hashes.length);
});

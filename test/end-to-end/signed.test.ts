import { Installation } from '../installation/installation.js';
import { People } from '../installation/people.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

test.each(['rsa', 'ecdsa'])(
  'a request that an officer approves by hand ends signed with a key of the kind %s, stored and verified, with nothing left at the provider',
  async (algorithm) => {
    await at.provider.settings({ behaviour: { algorithm } });
    // Making an RSA key takes a busy machine seconds.
    const policy = { steps: { sign: { startToClose: 60_000, budget: 60_000 } } };
    const people = await People.start(at, { policy });
    await people.throughTo('signed');
    const outcome = await people.outcome();
    expect(outcome).toMatchObject({
      outcome: 'signed',
      cleanup: 'done',
      documents: [{ verification: { result: 'passed' } }],
    });
    expect(outcome.documents[0]?.verification.facts.signatureAlgorithm).toContain(algorithm.toUpperCase());
    const provider = await people.provider();
    expect(provider.status).toBe('ISSUED');
    expect(provider.documents).toEqual([]);
  },
);

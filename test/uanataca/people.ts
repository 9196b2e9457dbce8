import type { RequestPk, VideoidPk } from '../../src/messages/request.js';
import { Secret } from '../../src/security/secret.js';
import { ProviderError } from '../../src/uanataca/errors.js';
import type { OneShot } from '../../src/uanataca/one-shot/one-shot.js';

/** Made-up people and ids. */
export const REQUEST = '45836' as RequestPk;
export const VIDEOID = '137' as VideoidPk;
export const UID = '604b889f-6b3a-4af7-a24a-b5e610e7f7c1';

export const ORDER = {
  phone: '+34600123123',
  email: 'ana.ejemplo@example.com',
  registrationAuthority: '1234',
  profile: 'PFnubeQAFCiudadano',
};

export const OFFICER = {
  rao: '1400',
  username: new Secret('officer-1125824'),
  password: new Secret('pässword-of-the-officer'),
  pin: new Secret('90817263'),
};

/** Every call that reads or writes, by name, like the tests use it. */
export const VERBS = {
  create: (client) => client.createVideoid(ORDER),
  request: (client) => client.getRequest(REQUEST),
  approve: (client) => client.approve(VIDEOID, OFFICER),
  refuse: (client) => client.refuse(VIDEOID, OFFICER, 'document-expired'),
  delete: (client) => client.deleteDocument(REQUEST, UID),
  contract: (client) => client.getContract(REQUEST),
  otp: (client) => client.generateOtp(REQUEST),
  sign: (client) => client.sign(REQUEST, { secret: new Secret('052174') }),
} as const satisfies Record<string, (client: OneShot) => Promise<unknown>>;

export type VerbName = keyof typeof VERBS;

/** The error that a call ends with. The test fails if the call succeeds. */
export async function errorOf(call: Promise<unknown>): Promise<ProviderError> {
  const outcome = await call.then(
    (value: unknown) => ({ value }),
    (error: unknown) => error,
  );
  if (outcome instanceof ProviderError) return outcome;
  throw outcome instanceof Error ? outcome : new Error(`it succeeded: ${JSON.stringify(outcome)}`);
}

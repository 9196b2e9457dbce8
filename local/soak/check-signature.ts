import type { SignatureView } from '../../sandbox/client/sandbox-client.js';
import type { Outcome } from '../../src/messages/outcome.js';
import { checkFiles } from './check-files.js';
import { REFUSAL } from './reviewer.js';
import type { Played, Scene } from './scene.js';
import type { SignatureRole } from './signature-role.js';

/** The checks that only signature requests need. */
export async function checkSignature(
  scene: Scene<SignatureRole>,
  outcome: Outcome,
  made: readonly SignatureView[],
): Promise<string[]> {
  const wrong = checkEffects(scene.played, made);
  const issued = made.filter(({ status }) => status === 'ISSUED').length;
  if (outcome.outcome === 'signed' && issued !== 1) wrong.push(`signed, but ${issued} requests are ISSUED`);
  if (outcome.outcome !== 'signed' && issued > 0) wrong.push(`ended ${outcome.reason}, but the provider has signed`);
  if (outcome.reason === REFUSAL && !made.some(({ refusalReason }) => refusalReason === REFUSAL))
    wrong.push('refused by the officer, but the provider has another reason');
  if (outcome.cleanup === 'pending') wrong.push('cleanup is still pending');
  return [...wrong, ...(await checkFiles(scene, outcome))];
}

/** What the provider knows about a signature request. */
export type SignatureEffects = Pick<SignatureView, 'pk' | 'history' | 'calls'> & { documents: { uid: string }[] };

/** It is signed once, every code was sent once, and no file is left at the provider. */
export function checkEffects({ typed }: Pick<Played, 'typed'>, made: readonly SignatureEffects[]): string[] {
  const wrong: string[] = [];
  const signs = made.reduce((sum, { history }) => sum + history.filter(({ status }) => status === 'ISSUED').length, 0);
  if (signs > 1) wrong.push(`signed ${signs} times`);
  // A 429 says that nothing was done, so the same code may be sent again.
  const received = made.reduce((sum, { calls }) => {
    const sign = calls['sign'];
    return sum + (sign === undefined ? 0 : sign.received - (sign.ended['429'] ?? 0));
  }, 0);
  if (received > typed) wrong.push(`sign was called ${received} times with ${typed} codes`);
  for (const { pk, documents } of made) {
    if (documents.length > 0) wrong.push(`${documents.length} documents are left at the provider in request ${pk}`);
  }
  return wrong;
}

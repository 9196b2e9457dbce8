import type { Decided, SignatureActivities } from '../messages/activities.js';
import type { IdentityWord } from '../messages/identity.js';
import type { ProviderStatus } from '../messages/request.js';
import { ProviderError } from '../uanataca/errors.js';
import type { ProviderRequest } from '../uanataca/provider-request.js';
import { raoCredentials } from './engine/officer-credentials.js';
import type { Dependencies } from './engine/dependencies.js';
import { assertExpectedSigner } from './identity.js';
import { providerRequest, providerStatus } from './engine/provider-step.js';

/** Step 2, `POST videoid/{videoid_pk}/approve`. In one-step mode it also validates. */
export function approve(dependencies: Dependencies): SignatureActivities['approve'] {
  return async (key, { videoidPk, requestPk, officer, credentials, identity: accepted }) => {
    const optimizer = dependencies.optimizer(key.environment);
    let compared: { identity?: IdentityWord } = {};
    let seen: ProviderRequest | undefined;
    const read = async () => (seen = await providerRequest(dependencies, key, requestPk)).status;
    const decided = await decide(read, ['VIDEOREVIEW'], async () => {
      if (seen) compared = await assertExpectedSigner(dependencies, key, seen, { accepted });
      const rao = await raoCredentials(dependencies, key, officer, credentials);
      await optimizer.approve(videoidPk, rao);
    });
    return { ...decided, ...compared };
  };
}

/** Step 2, the other decision: `POST videoid/{videoid_pk}/refuse`. */
export function refuse(dependencies: Dependencies): SignatureActivities['refuse'] {
  return async (key, { videoidPk, requestPk, officer, credentials, reason }) => {
    const optimizer = dependencies.optimizer(key.environment);
    const read = () => providerStatus(dependencies, key, requestPk);
    return decide(read, ['VIDEOREVIEW'], async () => {
      const rao = await raoCredentials(dependencies, key, officer, credentials);
      await optimizer.refuse(videoidPk, rao, reason);
    });
  };
}

/** Reads before it writes, and after. A request that was already decided is left alone, and its status is returned. */
export async function decide(
  read: () => Promise<ProviderStatus>,
  undecided: readonly ProviderStatus[],
  write: (status: ProviderStatus) => Promise<void>,
): Promise<Decided> {
  const before = await read();
  if (!undecided.includes(before)) return { status: before, sent: false };
  try {
    await write(before);
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'REQUEST_STATUS_REFUSED') throw error;
    const now = await read();
    if (now === before) throw error;
    return { status: now, sent: false };
  }
  return { status: await read(), sent: true };
}

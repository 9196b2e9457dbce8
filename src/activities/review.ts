import type { Decided, OfficerOrder, SignatureActivities } from '../messages/activities.js';
import type { IdentityWord } from '../messages/identity.js';
import type { ProviderStatus, RequestKey, RequestPk } from '../messages/request.js';
import { ProviderError } from '../uanataca/errors.js';
import type { ProviderRequest } from '../uanataca/provider-request.js';
import { keep, ownCalls } from './engine/own-calls.js';
import { raoCredentials, withOfficer } from './engine/officer-credentials.js';
import type { Dependencies } from './engine/dependencies.js';
import { assertExpectedSigner } from './identity.js';
import { endOfTry, providerRequest, providerStatus } from './engine/provider-step.js';

/** Step 2, `POST videoid/{videoid_pk}/approve`. In one-step mode it also validates. */
export function approve(dependencies: Dependencies): SignatureActivities['approve'] {
  return async (key, { videoidPk, identity: accepted, ...order }) => {
    const { requestPk } = order;
    const optimizer = dependencies.optimizer(key.environment);
    let compared: { identity?: IdentityWord } = {};
    let seen: ProviderRequest | undefined;
    const decided = await decide(dependencies, key, order, {
      read: async () => (seen = await providerRequest(dependencies, key, requestPk)).status,
      undecided: ['VIDEOREVIEW'],
      prepare: async () => {
        if (seen) compared = await assertExpectedSigner(dependencies, key, seen, { accepted });
        const rao = await raoCredentials(dependencies, key, order.officer, order.credentials);
        return () => withOfficer(key, order.officer, () => optimizer.approve(videoidPk, rao));
      },
    });
    return { ...decided, ...compared };
  };
}

/** Step 2, the other decision: `POST videoid/{videoid_pk}/refuse`. */
export function refuse(dependencies: Dependencies): SignatureActivities['refuse'] {
  return async (key, { videoidPk, reason, ...order }) => {
    const { requestPk } = order;
    const optimizer = dependencies.optimizer(key.environment);
    return decide(dependencies, key, order, {
      read: () => providerStatus(dependencies, key, requestPk),
      undecided: ['VIDEOREVIEW'],
      prepare: async () => {
        const rao = await raoCredentials(dependencies, key, order.officer, order.credentials);
        return () => withOfficer(key, order.officer, () => optimizer.refuse(videoidPk, rao, reason));
      },
    });
  };
}

/** How a decision is made at the provider. */
interface Deciding {
  read: () => Promise<ProviderStatus>;
  /** The statuses in which the provider awaits it. */
  undecided: readonly ProviderStatus[];
  /** Everything that can fail before the call. Returns the call. */
  prepare: (status: ProviderStatus) => Promise<() => Promise<unknown>>;
}

/**
 * Reads before it writes, and after. A request that is already decided is left alone. A mark before the call tells a later try that
 * the decision it finds may be ours.
 */
export async function decide(
  { archive }: Pick<Dependencies, 'archive'>,
  key: RequestKey,
  { decisionId, requestPk, own }: OfficerOrder & { requestPk: RequestPk },
  { read, undecided, prepare }: Deciding,
): Promise<Decided> {
  const sent = `decision-${decisionId}`;
  const byOthers = async (status: ProviderStatus): Promise<Decided> => ({
    status,
    effect: 'none',
    ...(await ownCalls(archive, key, requestPk, status)),
  });
  const end = endOfTry();
  const before = await read();
  if (!undecided.includes(before)) {
    if ((await archive.readCall(key, sent))?.answered) return { status: before, effect: 'ours' };
    if (await archive.hasMark(key, sent)) return { status: before, effect: 'in-doubt' };
    return await byOthers(before);
  }
  const call = await prepare(before);
  await keep(archive, key, sent, { ...own, requestPk, answered: false });
  const first = await archive.mark(key, sent);
  try {
    await call();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (first && error.withoutEffect && !end.aborted) {
      await archive.unmark(key, sent);
      await archive.dropCall(key, sent);
    }
    if (error.code !== 'REQUEST_STATUS_REFUSED') throw error;
    const now = await read();
    if (now === before) throw error;
    return first ? await byOthers(now) : { status: now, effect: 'in-doubt' };
  }
  await keep(archive, key, sent, { ...own, requestPk, answered: true });
  return { status: await read(), effect: 'ours' };
}

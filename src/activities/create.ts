import type { Archive } from '../archive/archive.js';
import type { SignatureActivities } from '../messages/activities.js';
import { LATE_VIDEO } from '../messages/feed.js';
import { type ProviderIds, type RequestKey, workflowIdOf } from '../messages/request.js';
import type { Stage } from '../messages/status.js';
import { resolveSecret } from '../security/secret.js';
import { ProviderError } from '../uanataca/errors.js';
import type { OneShot } from '../uanataca/one-shot/one-shot.js';
import { authorityOf, type Dependencies } from './engine/dependencies.js';
import { comparedIdentity } from './identity.js';
import { stepFailure } from './engine/failures.js';

/**
 * Seed step 1, `POST videoid`. May be billed and has no key to recognise a repetition (§13), so a mark in the archive is
 * set before the call: whoever finds it without an answer beside it does not call again.
 */
export function create(dependencies: Dependencies): SignatureActivities['create'] {
  const { archive, config } = dependencies;
  return async (key, { round, since }) => {
    const { profile } = await archive.readRequest(key);
    const signer = await archive.readSigner(key);
    const known = await archive.readProvider(key);
    if (known?.videoidPk && (known.round ?? 0) >= since)
      return found(dependencies, key, { ...known, videoidPk: known.videoidPk });
    const { billing } = authorityOf(config, key);
    const paidBy = billing && {
      username: await resolveSecret(billing.username),
      password: await resolveSecret(billing.password),
    };
    const provider = dependencies.optimizer(key.environment);
    await assertInReach(provider);
    const mark = `create-${round}`;
    if (!(await archive.mark(key, mark))) throw inDoubt('The worker stopped while the request was being created.');
    const made = await provider
      .createVideoid({
        ...signer,
        profile,
        registrationAuthority: key.registrationAuthority,
        billing: paidBy,
      })
      .catch(async (error: unknown) => {
        if (!(error instanceof ProviderError)) throw error;
        if (error.kind === 'unknown') throw inDoubt(`The provider's answer is not known: ${error.words}`);
        await archive.unmark(key, mark);
        throw error;
      });
    try {
      await archive.writeProvider(key, { ...made, round });
    } catch {
      const { videoidPk, requestPk } = made;
      throw inDoubt(
        `It was created, but the archive could not keep it. Adopt videoid_pk ${videoidPk}, request_pk ${requestPk}.`,
      );
    }
    return found(dependencies, key, made);
  };
}

/** A provider that is out of reach is waited for: a create that it does not answer would be in doubt. */
async function assertInReach(provider: OneShot): Promise<void> {
  try {
    await provider.ping();
  } catch (error) {
    if (!(error instanceof ProviderError) || error.kind !== 'refused') throw error; // a refusal is an answer
  }
}

/**
 * Takes over what an operator found; the link, if any, was put into the archive by the client. Of what the attempt before
 * left open the link is there.
 */
export function adopt(dependencies: Dependencies): SignatureActivities['adopt'] {
  const { archive, optimizer } = dependencies;
  return async (key, ids) => {
    const read = await optimizer(key.environment).getRequest(ids.requestPk);
    const known = (await archive.readProvider(key)) ?? (await leftOpen(archive, key, ids));
    await archive.writeProvider(key, { ...known, ...ids });
    const videoFinished = await finishedBefore(archive, key);
    return {
      ...(await found(dependencies, key, ids)),
      status: read.status,
      ...(videoFinished ? { videoFinished } : {}),
      ...(await comparedIdentity(dependencies, key, read)),
    };
  };
}

/** The signer's link of what the attempt before left open, without the number of its create: those are counted anew. */
async function leftOpen(
  archive: Dependencies['archive'],
  key: RequestKey,
  { requestPk }: ProviderIds,
): Promise<{ videoidLink?: string }> {
  const { previousAttempt } = await archive.readRequest(key);
  if (previousAttempt === undefined) return {};
  const before = await archive.readProvider({ ...key, attempt: previousAttempt });
  return before?.requestPk === requestPk && before.videoidLink !== undefined ? { videoidLink: before.videoidLink } : {};
}

const AFTER_THE_VIDEO: readonly Stage[] = ['review', 'preparing', 'acceptance', 'code'];

/** Whether the signer had finished the video in the attempt before, or after its end. */
async function finishedBefore(archive: Archive, key: RequestKey): Promise<boolean> {
  const { previousAttempt, reopens } = await archive.readRequest(key);
  if (previousAttempt === undefined || reopens === undefined) return false;
  const before = { ...key, attempt: previousAttempt };
  const durations = (await archive.readOutcome(before))?.durations ?? {};
  if (AFTER_THE_VIDEO.some((stage) => stage in durations)) return true;
  return (await archive.events(before)).some(({ what }) => what === LATE_VIDEO);
}

async function found(
  { archive }: Dependencies,
  key: RequestKey,
  { videoidPk, requestPk }: ProviderIds,
): ReturnType<SignatureActivities['create']> {
  const { flow, reference, attempt } = key;
  await archive.writeIndex(key.environment, requestPk, { workflowId: workflowIdOf(key), flow, reference, attempt });
  return { videoidPk, requestPk, status: 'VIDEOPENDING' };
}

function inDoubt(words: string) {
  return stepFailure(
    'CREATE_IN_DOUBT',
    `${words} Look in the provider's console: adopt what was created there, or retry, which may bill twice.`,
  );
}

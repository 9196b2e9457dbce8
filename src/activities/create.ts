import type { Archive } from '../archive/archive.js';
import type { SignatureActivities } from '../messages/activities.js';
import { createMark } from '../archive/marks.js';
import { defined } from '../messages/defined.js';
import { LATE_VIDEO } from '../messages/feed.js';
import { type ProviderIds, type RequestKey, workflowIdOf } from '../messages/request.js';
import { sentence } from '../messages/sentences.js';
import { resolveSecret } from '../security/secret.js';
import { ProviderError } from '../uanataca/errors.js';
import type { OneShot } from '../uanataca/one-shot/one-shot.js';
import { authorityOf, type Dependencies } from './engine/dependencies.js';
import { assertNoneLeftFinished, assertNotFinished, endedAfterVideo } from './finished-video.js';
import { providerRead } from './watch.js';
import { stepFailure } from './engine/failures.js';

/**
 * Step 1, `POST videoid`. It may be billed, and the provider cannot recognise a repetition (§13). So a mark is set in the
 * archive before the call. A try that finds the mark and no answer does not call again.
 */
export function create(dependencies: Dependencies): SignatureActivities['create'] {
  const { archive, config } = dependencies;
  return async (key, { round, since, replaces }) => {
    const { profile } = await archive.readRequest(key);
    const signer = await archive.readSigner(key);
    const known = await archive.readProvider(key);
    // Before the first video there is nothing older: it was made, or adopted, before Temporal forgot it.
    if (known?.videoidPk && (since === 1 || (known.round ?? 0) >= since)) {
      return await found(dependencies, key, { ...known, videoidPk: known.videoidPk });
    }
    const { billing } = authorityOf(config, key);
    const paidBy = billing && {
      username: await resolveSecret(billing.username),
      password: await resolveSecret(billing.password),
    };
    const provider = dependencies.optimizer(key.environment);
    const mark = createMark(round);
    const stopped = 'The worker stopped while it created the request.';
    if (await archive.hasMark(key, mark)) throw inDoubt(stopped); // also if the earlier video is finished meanwhile
    await assertInReach(provider);
    await assertNotFinished(dependencies, key, replaces);
    if (round === 1) await assertNoneLeftFinished(dependencies, key); // another round: an operator knows, and wants another video
    if (!(await archive.mark(key, mark))) throw inDoubt(stopped);
    const made = await provider
      .createVideoid({
        ...signer,
        profile,
        registrationAuthority: key.registrationAuthority,
        billing: paidBy,
      })
      .catch(async (error: unknown) => {
        if (!(error instanceof ProviderError)) throw error;
        if (error.kind === 'unknown') throw inDoubt(`The provider's answer is unknown: ${error.words}`);
        await archive.unmark(key, mark);
        if (error.code === 'CREDENTIALS_REFUSED') error.advise(checkBilling(key));
        throw error;
      });
    try {
      await archive.writeProvider(key, { ...made, round });
    } catch {
      const { videoidPk, requestPk } = made;
      throw inDoubt(
        `The request was created, but the archive could not store its ids. Adopt videoid_pk ${videoidPk}, request_pk ${requestPk}.`,
      );
    }
    return found(dependencies, key, { ...made, round });
  };
}

/** Waits for a provider that is out of reach: without an answer, the create would be in doubt. */
async function assertInReach(provider: OneShot): Promise<void> {
  try {
    await provider.ping();
  } catch (error) {
    if (!(error instanceof ProviderError) || error.kind !== 'refused') throw error; // a refusal is an answer
  }
}

/**
 * Takes over a request that an operator found. The client has put its link, if any, into the archive. The link of a request
 * that the previous attempt left open is known already.
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
      ...(videoFinished ? { videoFinished } : {}),
      ...(await providerRead(dependencies, key, ids.requestPk, read)),
    };
  };
}

/** The signer's link, if the previous attempt left this request open. Its number is left out: creates are counted per attempt. */
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

/** Whether the signer finished the video in the previous attempt, or after its end. */
async function finishedBefore(archive: Archive, key: RequestKey): Promise<boolean> {
  const { previousAttempt, reopens } = await archive.readRequest(key);
  if (previousAttempt === undefined || reopens === undefined) return false;
  const before = { ...key, attempt: previousAttempt };
  if (endedAfterVideo(await archive.readOutcome(before))) return true;
  return (await archive.events(before)).some(({ what }) => what === LATE_VIDEO);
}

async function found(
  { archive }: Dependencies,
  key: RequestKey,
  { videoidPk, requestPk, round }: ProviderIds & { round?: number },
): ReturnType<SignatureActivities['create']> {
  const { flow, reference, attempt } = key;
  await archive.writeIndex(key.environment, requestPk, { workflowId: workflowIdOf(key), flow, reference, attempt });
  return { videoidPk, requestPk, status: 'VIDEOPENDING', ...defined({ round }) };
}

function inDoubt(words: string) {
  return stepFailure(
    'CREATE_IN_DOUBT',
    `${sentence(words)} Look in the provider's console. If the request is there, adopt it. If it is not, retry: that may be billed twice.`,
  );
}

/** It is created with these credentials alone. */
function checkBilling({ registrationAuthority }: RequestKey): string {
  return `Check registrationAuthorities.${registrationAuthority}.billing in the settings, then retry.`;
}

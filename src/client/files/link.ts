import type { Archive, ProviderData } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { RequestStatus } from '../../messages/status.js';
import { CALL_WITHIN } from '../../temporal/calls.js';
import { type CallOptions, lookUntil } from '../running/access.js';

/** Milliseconds between two looks into the archive without news. The link is no part of the journal, which tells of it a moment later. */
const LOOK_EVERY = 1000;

/**
 * The link for the signer, as soon as create has stored it. Anybody who has the link can act as the signer, so the archive
 * records each time it is shown.
 *
 * @param within milliseconds to wait for create
 * @param status is asked only if there is no link, to say why
 * @param signal then nobody waits any more. It throws the signal's reason
 * @throws VideoIdError REQUEST_ENDED, NOT_NOW (taken over without its link), LINK_NOT_READY, and what the status throws
 */
export async function linkOf(
  archive: Archive,
  record: RequestRecord,
  options: {
    within: number;
    channel: string | undefined;
    status: () => Promise<RequestStatus>;
    signal: AbortSignal | undefined;
  },
): Promise<string> {
  const { within, channel, signal } = options;
  const look = async (): Promise<string | undefined> => {
    const outcome = await archive.readOutcome(record);
    if (outcome !== undefined) throw ended(outcome.outcome);
    const provider = await archive.readProvider(record);
    if (provider !== undefined && provider.videoidLink === undefined) throw withoutLink(record);
    return provider?.videoidLink;
  };
  const link = await lookUntil(archive, record, look, { within, every: LOOK_EVERY, signal });
  if (link === undefined) throw notYet(await options.status());
  await archive.appendEvent(record, { at: archive.time(), what: 'link-shown', ...defined({ channel }) });
  return link;
}

/**
 * Puts the link of an adopted request into the archive, but only after the request has taken over the ids. Before that, the
 * archive must not say that the provider has the request.
 *
 * @throws VideoIdError STILL_RUNNING with the `updateId` when the ids are not taken over in time
 */
export async function keepLink(
  archive: Archive,
  record: RequestRecord,
  ids: { videoidPk?: string; requestPk: string },
  link: string,
  options: Pick<CallOptions, 'within' | 'updateId'>,
): Promise<void> {
  const look = async (): Promise<ProviderData | undefined> => {
    const provider = await archive.readProvider(record);
    const taken = provider?.requestPk === ids.requestPk && (ids.videoidPk ?? provider.videoidPk) === provider.videoidPk;
    return taken ? provider : undefined;
  };
  const within = options.within ?? CALL_WITHIN;
  const provider = await lookUntil(archive, record, look, { within, every: LOOK_EVERY });
  if (provider === undefined) {
    throw new VideoIdError('STILL_RUNNING', 'The request does not have the ids yet, so the link is not stored.', {
      remedy: 'See the status of the request. When it has the ids, repeat the call with the same updateId.',
      facts: defined({ updateId: options.updateId }),
    });
  }
  await archive.writeProvider(record, { ...provider, videoidLink: link });
}

function notYet(status: RequestStatus): VideoIdError {
  const { attention, stage, words } = status;
  if (status.outcome !== undefined) return ended(status.outcome.kind);
  if (status.worker === 'away') {
    return new VideoIdError('WORKER_AWAY', 'There is no link yet, and no worker is running that could get one.', {
      remedy: 'Start a worker. Until then the request waits safely. `videoid why` says more.',
    });
  }
  if (attention === undefined) {
    return new VideoIdError('LINK_NOT_READY', `There is no link yet: the request is ${words}.`, {
      remedy: 'Ask again in a moment.',
      facts: { stage },
    });
  }
  return new VideoIdError('LINK_NOT_READY', `There is no link yet: ${words}`, {
    remedy: attention.leavesByItself
      ? 'Ask again later. The request tries again by itself.'
      : `It waits for an operator: videoid resolve, with one of ${attention.remedies.join(', ')}.`,
    facts: { stage, attention: attention.code },
  });
}

function ended(outcome: string): VideoIdError {
  return new VideoIdError('REQUEST_ENDED', `The request has ended: ${outcome}.`, {
    remedy: 'See its outcome. After an end without success, start a new attempt: it gets its own link.',
    facts: { outcome },
  });
}

function withoutLink({ flow }: RequestRecord): VideoIdError {
  if (flow === 'enrolment') {
    return new VideoIdError(
      'NOT_NOW',
      'The provider has e-mailed the link to the signer, and shows it to nobody else.',
      {
        remedy: "Ask the signer to look for the e-mail; a wrong address shows in the provider's console.",
      },
    );
  }
  return new VideoIdError(
    'NOT_NOW',
    'The archive has no link of this request: an operator took it over, or an older copy of the archive was restored.',
    {
      remedy: "Take the link from the provider's console.",
    },
  );
}

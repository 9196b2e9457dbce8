import type { Archive, AttemptKey } from '../../../src/archive/archive.js';
import type { Envelope, RunEvent, Stand } from '../../../src/messages/journal.js';

export const AT = '2026-01-02T03:00:00.000Z';

/** Where a request stands while it waits for the video. */
export const STAND: Stand = {
  stage: 'video',
  words: 'waiting for the signer to finish the video identification',
  since: AT,
  endsBy: ['the signer finishes the video'],
  verbs: ['cancel'],
  provider: { requestPk: '2', status: 'VIDEOPENDING' },
  code: { notAccepted: 0 },
};

/** The same while a step fails. */
export const IN_ATTENTION: Stand = {
  ...STAND,
  attention: {
    step: 'create',
    code: 'PROVIDER_UNREACHABLE',
    words: 'the provider does not answer',
    since: AT,
    tries: 3,
    awaits: 'next-try',
    leavesByItself: true,
    remedies: ['retry'],
  },
};

/** Events of a run from number `first` on. Each says what happened, or is given whole. */
export function eventsFrom(first: number, ...happened: (string | Omit<RunEvent, 'number'>)[]): RunEvent[] {
  return happened.map((each, at) => ({
    number: first + at,
    ...(typeof each === 'string' ? { at: AT, what: each } : each),
  }));
}

/** What a run gives. */
export function envelopeOf(run: string, revision: number, events: RunEvent[], more: Partial<Envelope> = {}): Envelope {
  return {
    run,
    started: AT,
    revision,
    after: Math.max(0, (events[0]?.number ?? 1) - 1),
    events,
    stand: STAND,
    ...more,
  };
}

/** News in the feed: an event that is told once under a name. Its id is `newsId`. */
export async function tellNews(archive: Archive, key: AttemptKey, name: string): Promise<void> {
  const facts = { stage: 'video', deadline: AT };
  await archive.appendEvent(key, { at: AT, what: 'deadline-near', facts }, name);
}

/** @param request its workflow's id */
export function newsId(request: string, name: string): string {
  return `${request}/once/${name}`;
}

import { setTimeout as pause } from 'node:timers/promises';
import type { ProviderRequest } from '../uanataca/provider-request.js';
import { PROVIDER_STATUSES, type RequestPk } from '../messages/request.js';
import { span } from '../messages/span.js';
import type { Subject } from './context.js';
import type { Context } from './course.js';
import type { Recorded } from './recording/recorder.js';
import type { Tried } from './run.js';

/** A flow whose requests can be read. */
export interface ReadingContext<Request extends ProviderRequest = ProviderRequest> extends Context {
  readonly settings: { poll: number; patience: number };
  client(): { getRequest(pk: RequestPk): Promise<Request> };
  requestPk(subject: Subject): RequestPk;
}

/** What a read showed: the status, even if it stands where the product does not look for it. */
export interface Shown<Request extends ProviderRequest = ProviderRequest> {
  status: string | undefined;
  request: Request | undefined;
}

/** Nobody knows whether VIDEOERROR can be left (§6). */
const AGAIN =
  'The video was not accepted. Let the signer try again with the same link: the probe sees whether that is possible. q and Enter: stop.';

/** Milliseconds between two lines about a wait. */
const SAID_EVERY = 30_000;

/** Reads a request once. */
export async function read<Request extends ProviderRequest>(
  at: ReadingContext<Request>,
  subject: Subject,
  occasion = 'read',
): Promise<Shown<Request> & Tried<unknown>> {
  const pk = at.requestPk(subject);
  const tried = await at.run.call(occasion, () => at.client().getRequest(pk));
  const status = tried.value?.status ?? statusIn(tried.last?.json);
  if (status !== undefined && tried.value === undefined) {
    at.run.note('deviation: status', 'get request shows the status in another field');
  }
  return { ...tried, request: tried.value, status };
}

/**
 * Reads until the request has one of these statuses. Reads that show nothing new are counted, and not kept.
 *
 * @param statuses the statuses that end the wait; `seen` in the notes has all that were shown
 * @param within milliseconds, after which the wait ends without a conclusion
 * @returns the status; undefined if the provider does not show it, and the person says that it is reached
 */
export async function waitFor<Request extends ProviderRequest>(
  at: ReadingContext<Request>,
  subject: Subject,
  { statuses, words, within }: { statuses: readonly string[]; words: string; within?: number },
): Promise<Shown<Request>> {
  const { run, people, settings } = at;
  const begin = Date.now();
  const given = new AbortController();
  let enough = false;
  const gaveUp = people.enough(given.signal).then(() => (enough = true));
  let before: string | undefined;
  let said = 0;
  const seen: string[] = [];
  let reads = 0;
  try {
    for (;;) {
      const shown = await read(at, subject);
      reads += 1;
      const now = fingerprintOf(shown.last);
      if (now === before && shown.last !== undefined) run.forget(shown.last);
      before = now;
      if (shown.status !== undefined && seen.at(-1) !== shown.status) {
        seen.push(shown.status);
        people.say(`    ${subject === 'main' ? '' : `${subject} request: `}${shown.status}`);
        if (shown.status === 'VIDEOERROR') people.say(`    ${AGAIN}`);
      }
      const waited = Date.now() - begin;
      const isReached = shown.status !== undefined && statuses.includes(shown.status);
      if (isReached || enough || waited > (within ?? settings.patience)) {
        run.note('statuses', seen);
        run.note('reads', reads);
        run.note('waited', waited);
        if (isReached || (within !== undefined && !enough)) return shown;
        run.note('not-shown', true);
        people.say(
          `    ${enough ? 'You say' : `After ${span(waited)}, the probe assumes`} that it is done. The provider does not show it.`,
        );
        return { ...shown, status: undefined };
      }
      if (waited - said >= SAID_EVERY) {
        said = waited;
        people.say(`    ${words} … (${span(waited)}, ${shown.status ?? shown.error?.code ?? 'no status'})`);
      }
      await Promise.race([pause(settings.poll), gaveUp]);
    }
  } finally {
    given.abort();
    await run.save();
  }
}

/** A documented status anywhere in an answer. */
function statusIn(json: unknown, depth = 0): string | undefined {
  if (typeof json === 'string') return PROVIDER_STATUSES.find((status) => status === json.trim().toUpperCase());
  if (typeof json !== 'object' || json === null || depth > 3) return undefined;
  return Object.values(json)
    .map((inner) => statusIn(inner, depth + 1))
    .find(Boolean);
}

function fingerprintOf(recorded: Recorded | undefined): string {
  const { answer, lost } = recorded?.exchange ?? {};
  return JSON.stringify([answer?.status, answer?.body, answer?.words, lost]);
}

import { DEFAULT_SETTINGS } from '../settings/defaults.js';
import type { Behaviour } from '../settings/settings.js';
import type { ProbeFile, RecordedCallback } from './probe-file.js';
import { fieldsNamed } from './seen.js';

/** Milliseconds. */
const LONGEST_PAUSE = 120_000;
const MOST_TRIES = 10;
/** A probe refuses a callback once, so it does not see the pauses after that. */
const USUAL = DEFAULT_SETTINGS.behaviour.webhookRetries;

/** How the provider sends callbacks, as they came. */
export function behaviourOfCallbacks({ callbacks }: ProbeFile): Partial<Behaviour> {
  const ours = callbacks.filter((callback) => callback.ours && callback.body !== undefined);
  const shape = (['flat', 'event'] as const).find((each) => ours.some(({ payload }) => payload === each));
  const events = ours.filter(({ payload }) => payload === 'event');
  const issued = events.filter(({ status }) => status === 'ISSUED');
  const pauses = pausesIn(callbacks);
  return {
    ...(shape === undefined ? {} : { webhookShape: shape }),
    ...(events.length === 0 ? {} : { webhookExtras: extrasOf(events) }),
    ...(issued.length > 0 ? { issuedWebhookWithoutPk: issued.every((each) => !hasPk(each)) } : {}),
    ...(pauses.length > 0 ? { webhookRetries: [...pauses, ...USUAL.slice(pauses.length)] } : {}),
  };
}

function extrasOf(events: readonly RecordedCallback[]): Behaviour['webhookExtras'] {
  const dated = events.filter(({ body }) => fieldsNamed(body, 'date').length > 0).length;
  if (dated === 0) return 'never';
  return dated === events.length ? 'always' : 'sometimes';
}

function hasPk({ body }: RecordedCallback): boolean {
  return fieldsNamed(body, 'request').some((request) => fieldsNamed(request, 'pk').length > 0);
}

/** The pauses between the tries of the callback that was tried most often. */
function pausesIn(callbacks: readonly RecordedCallback[]): number[] {
  const tries = new Map<number, number[]>();
  for (const { number, repeats, at } of callbacks) {
    const first = repeats ?? number;
    if (first === undefined) continue;
    const times = tries.get(first) ?? [];
    times.push(at);
    tries.set(first, times);
  }
  const [longest = []] = [...tries.values()].toSorted((a, b) => b.length - a.length);
  return longest
    .slice(1, MOST_TRIES + 1)
    .map((at, index) => Math.min(LONGEST_PAUSE, Math.max(0, at - (longest[index] ?? at))));
}

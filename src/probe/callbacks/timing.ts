import { defined } from '../../messages/defined.js';
import type { ProbeFile, SeenCallback } from '../file.js';
import { type Change, changesIn } from './changes.js';

/** One event of the provider, with all tries to deliver it. Times in milliseconds since the probe began. */
export interface CallbackEvent {
  /** The number of its first delivery. */
  number: number;
  subject?: string;
  event?: string;
  status?: string;
  at: number;
  /** Milliseconds after the change. Negative: it came before the probe knew. Undefined: no such change was seen. */
  delay?: number;
  /** How the probe knew of the change. By a read, it was some time before. */
  by?: Change['by'];
  /** Milliseconds between a delivery that we did not answer with 2xx and the next one. */
  retries: number[];
  /** Whether a repetition had other bytes. */
  changed: boolean;
  /** Whether we refused its last delivery. */
  givenUp: boolean;
  /** Deliveries after one that we answered with 2xx. */
  doubles: number;
  /** It names no request. Another request of this registration authority may have caused it. */
  uncertain: boolean;
}

/** What the callbacks of a probe show about the provider. */
export interface CallbackTiming {
  events: CallbackEvent[];
  /** Numbers of the events that came after a later event of the same request. */
  late: number[];
  /** Changes of status that a read has shown, and that no event told of. */
  without: Change[];
  /** Deliveries about requests of others, and deliveries of which nothing is known. */
  foreign: number;
  unread: number;
  /** Hours from UTC of the times in the payloads, by our clock. Undefined: they name none, or do not agree. */
  hoursFromUtc?: number;
  /** The addresses that they came from. */
  sources: string[];
}

/** Milliseconds. A callback that names no request is taken for one about a change if it came at most this much before or after. */
const NEAR = { before: 2 * 60_000, after: 30 * 60_000 };

/** What the callbacks show: delays, order, repetitions, and what did not come. */
export function callbackTiming(file: Pick<ProbeFile, 'exchanges' | 'callbacks'>): CallbackTiming {
  const changes = changesIn(file);
  const ours = file.callbacks.filter((callback) => callback.ours);
  const others = file.callbacks.filter((callback) => !callback.ours);
  const groups = grouped(ours);
  const found = changesOf(groups, changes);
  const events = groups.map((group) => eventOf(group, found.get(group)));
  const told = new Set(found.values());
  const zone = hoursFromUtc(groups.map(([first]) => first));
  return {
    events,
    late: lateOf(groups, found),
    without: changes.filter((change) => change.shown && !told.has(change)),
    foreign: others.filter(({ payload }) => payload !== 'other').length,
    unread: others.filter(({ payload }) => payload === 'other').length,
    ...defined({ hoursFromUtc: zone }),
    sources: [...new Set(ours.map(({ from }) => from).filter((from) => from !== undefined))],
  };
}

/** The deliveries of one event, in their order. */
type Group = [SeenCallback, ...SeenCallback[]];

/** The same bytes, or the same words after a delivery that we refused. */
function grouped(callbacks: readonly SeenCallback[]): Group[] {
  const groups: Group[] = [];
  for (const callback of callbacks.toSorted((one, other) => one.at - other.at)) {
    const group = groups.find((each) => isSameEvent(each, callback));
    if (group === undefined) groups.push([callback]);
    else group.push(callback);
  }
  return groups;
}

function isSameEvent(group: Group, callback: SeenCallback): boolean {
  const [first] = group;
  if (callback.hash !== undefined && group.some(({ hash }) => hash === callback.hash)) return true;
  return says(first) === says(callback) && !isTaken(group.at(-1));
}

function says({ subject, event, status, payload }: SeenCallback): string {
  return JSON.stringify([subject, event, status, payload]);
}

function isTaken(delivery: SeenCallback | undefined): boolean {
  return delivery !== undefined && delivery.answered >= 200 && delivery.answered < 300;
}

/** The change that each event tells of. Each change has one event: the first that names its request, or else the nearest. */
function changesOf(groups: readonly Group[], changes: readonly Change[]): Map<Group, Change> {
  const found = new Map<Group, Change>();
  const free = new Set(changes);
  const named = groups.filter(([{ subject }]) => subject !== undefined);
  const nameless = groups.filter(([{ subject }]) => subject === undefined);
  for (const group of [...named, ...nameless]) {
    const [{ subject, status, at }] = group;
    const change = [...free]
      .filter((each) => each.status === status)
      .filter((each) => (subject === undefined ? isNear(at - each.at) : each.subject === subject))
      .toSorted((one, other) => Math.abs(at - one.at) - Math.abs(at - other.at))[0];
    if (change === undefined) continue;
    found.set(group, change);
    free.delete(change);
  }
  return found;
}

function isNear(delay: number): boolean {
  return delay >= -NEAR.before && delay <= NEAR.after;
}

function eventOf(group: Group, change: Change | undefined): CallbackEvent {
  const [first] = group;
  const retries: number[] = [];
  let doubles = 0;
  for (const [index, delivery] of group.slice(1).entries()) {
    const before = group[index];
    if (before === undefined || isTaken(before)) doubles += 1;
    else retries.push(delivery.at - before.at);
  }
  return {
    number: first.number,
    ...defined({
      subject: first.subject ?? change?.subject,
      event: first.event,
      status: first.status,
      delay: change && first.at - change.at,
      by: change?.by,
    }),
    at: first.at,
    retries,
    changed: new Set(group.map(({ hash }) => hash)).size > 1,
    givenUp: !isTaken(group.at(-1)),
    doubles,
    uncertain: first.subject === undefined,
  };
}

/** Events whose change is earlier than that of an event that came before them. */
function lateOf(groups: readonly Group[], found: ReadonlyMap<Group, Change>): number[] {
  const isLate = (group: Group, index: number): boolean => {
    const own = found.get(group);
    const before = groups.slice(0, index).map((earlier) => found.get(earlier));
    return own !== undefined && before.some((other) => other?.subject === own.subject && other.at > own.at);
  };
  return groups.filter(isLate).map(([{ number }]) => number);
}

const QUARTER = 15 * 60_000;

/** Zones differ from UTC by quarters of an hour. */
function hoursFromUtc(callbacks: readonly SeenCallback[]): number | undefined {
  const quarters = new Set(
    callbacks.flatMap(({ clockAhead }) => (clockAhead === undefined ? [] : [Math.round(clockAhead / QUARTER)])),
  );
  const [only] = quarters;
  // A payload that came late, or a clock that is wrong, says nothing.
  return only === undefined || quarters.size > 1 ? undefined : only / 4 + 0;
}
